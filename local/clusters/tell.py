"""A model in words and tables: what speaks for its clusters, what they are, what changed since the one before."""

from collections.abc import Iterator, Sequence

from mailwright.model.clusters import Apart, Clusters, Drift

MUCH = 0.25  # population stability index


def told(model: Clusters) -> Iterator[str]:
    """Lines for a terminal."""
    lineage = model.lineage
    when = f", seen from {lineage.first} to {lineage.last}" if lineage.first else ""
    taken = "" if lineage.sample == lineage.read else f" of {lineage.read:,}"
    yield f"{lineage.sample:,}{taken} customers{when}, as of {lineage.run}"
    for column, why in sorted(model.left_out.items()):
        yield f"left out: {column} ({why})"
    if model.choice:
        yield ""
        yield from _choice(model)
    yield ""
    yield f"{model.verdict}: {model.why}" if model.verdict != "clusters" else f"{model.why}."
    if model.algorithms:
        yield ""
        heads = ["", "customers", "clusters", "agreement", "noise"]
        rows = [
            [each.name, f"{each.rows:,}", str(each.clusters), f"{each.agreement:.2f}", f"{100 * each.noise:.0f} %"]
            for each in model.algorithms
        ]
        yield from aligned([heads, *rows])
        yield from (f"{each.name}: {each.note}." for each in model.algorithms)
    for cluster in model.clusters:
        yield ""
        yield f"{cluster.name}: {cluster.size:,} customers, {100 * cluster.share:.1f} %"
        yield from aligned([_apart(each) for each in cluster.apart])
        if cluster.reads:
            yield f"  keeps its name; by itself it would read: {cluster.reads}"
    if model.drift:
        yield ""
        yield from _drift(model.drift)


def aligned(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with the first column to the left, the others to the right."""
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))] if table else []
    for row in table:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()


def _choice(model: Clusters) -> Iterator[str]:
    heads = ["k", "inertia", "silhouette", "without clusters", "gain", "stability", "smallest"]
    rows = [
        [
            str(row.k),
            f"{row.inertia:,.0f}",
            f"{row.silhouette:.3f}",
            f"{row.reference:.3f} ± {row.spread:.3f}",
            f"{row.silhouette - row.reference:+.3f}",
            f"{row.stability:.2f}",
            f"{100 * row.smallest:.0f} %",
        ]
        for row in model.choice
    ]
    head, *lines = aligned([heads, *rows])
    yield head
    for row, line in zip(model.choice, lines, strict=True):
        marks = [
            word
            for word, holds in (
                ("chosen", row.k == model.k),
                ("elbow", row.k == model.elbow),
                ("best silhouette", row.k == model.best),
            )
            if holds
        ]
        yield "  ".join(filter(None, (line, ", ".join(marks), row.against)))


def _apart(each: Apart) -> list[str]:
    word = "more" if each.spreads > 0 else "less"
    return [f"  {each.feature}", f"{each.here:,.6g}", f"everyone {each.all:,.6g}", f"{abs(each.spreads):.1f} {word}"]


def _drift(drift: Drift) -> Iterator[str]:
    yield f"Against {drift.former}: {100 * drift.moved:.1f} % of these customers are in another cluster."
    for each in drift.kept:
        yield f"  {each.name}: {100 * each.was:.1f} % -> {100 * each.share:.1f} %, centroid moved {each.shift:.2f}"
    for name in drift.appeared:
        yield f"  new: {name}"
    for name in drift.gone:
        yield f"  gone: {name}; rules that ask for it are true of no one"
    for column, index in sorted(drift.features.items()):
        if index > MUCH:
            yield f"  {column} has changed much (stability index {index:.2f})"
