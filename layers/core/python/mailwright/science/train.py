"""From a sample of customers to a model, or to the reason why there is none."""

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from mailwright.model.clusters import Apart, Axis, Cluster, Clusters, Drift, Lineage, Moved, versioned
from mailwright.science.agree import others
from mailwright.science.choose import BOOTSTRAPS, REFERENCES, ROWS, Chosen, choose, fitted
from mailwright.science.match import Centroid, formerly, matched, shifts
from mailwright.science.names import Numbers, distinct, reading
from mailwright.science.space import Axes, Floats, axes, back, medians, nearest, on_axis, placed, raw
from mailwright.segments.features import FEATURES

LEAST = 500  # customers: fewer say too little of how others would fall
BUYING = ("days_since_last_order", "orders", "lifetime_value")
TOLD = 4  # columns that a cluster is said to be set apart by

Row = Sequence[float | None]  # the FEATURES, in their order


def train(
    rows: Sequence[Row],
    lineage: Lineage,
    former: Clusters | None = None,
    *,
    references: int = REFERENCES,
    bootstraps: int = BOOTSTRAPS,
) -> Clusters:
    """The model of a sample that comes in no order that means anything. `former` is the one in use: clusters that are
    its keep their names. Same rows, same bytes.
    """
    if len(rows) < LEAST:
        return _refused(f"{len(rows):,} customers are too few to tell: {LEAST:,} are needed", lineage)
    values = raw(rows)
    found = axes(values)
    if len(found.used) < 2:
        told = "; ".join(f"{column}: {why}" for column, why in found.left_out.items())
        return _refused(f"customers differ in too little to be grouped ({told})", lineage, found)
    space = placed(values, found.used)
    with threadpool_limits(1):  # sums of floats depend on how many add them up
        chosen = choose(space[:ROWS], references, bootstraps, former.k if former else None)
        if chosen.k is None:
            return _refused(chosen.why, lineage, found, chosen)
        return _model(values, space, found, chosen, lineage, former)


def _refused(why: str, lineage: Lineage, found: Axes | None = None, chosen: Chosen | None = None) -> Clusters:
    model = Clusters("no structure", why, lineage)
    if found is not None:
        model = msgspec.structs.replace(model, axes=found.used, left_out=found.left_out)
    if chosen is not None:
        model = msgspec.structs.replace(model, choice=chosen.table, elbow=chosen.elbow, best=chosen.best)
    return versioned(model)


def _model(
    values: Floats,
    space: Floats,
    found: Axes,
    chosen: Chosen,
    lineage: Lineage,
    former: Clusters | None,
) -> Clusters:
    k, used = chosen.k, found.used
    assert k is not None
    begun = fitted(space[:ROWS], k)
    all_of_them = KMeans(k, init=begun.cluster_centers_, n_init=1, random_state=k).fit(space)
    at = np.round(all_of_them.cluster_centers_, 6)
    sizes = np.bincount(nearest(space, at), minlength=k)
    at = at[sorted(range(k), key=lambda place: (-sizes[place], tuple(at[place])))]
    labels = nearest(space, at)
    members = [values[labels == place] for place in range(k)]
    centroids: list[Centroid] = [
        medians(mine)
        | {axis.column: round(back(axis, number), 4) for axis, number in zip(used, at[place], strict=True)}
        for place, mine in enumerate(members)
    ]
    spreads = [_spreads(medians(mine), medians(values), found.telling) for mine in members]
    usual = _usual(values)
    readings = [reading(medians(mine), _spreads(medians(mine), usual, found.telling)) for mine in members]
    were = formerly(values, former) if former else None
    known = matched(centroids, former, [_shares(were, labels == place) for place in range(k)]) if former else {}
    names = _names(readings, spreads, known, former)
    clusters = [
        Cluster(
            name=names[place],
            size=len(mine),
            share=round(len(mine) / len(values), 4),
            centroid={axis.column: centroids[place][axis.column] for axis in used},
            at=[float(number) for number in at[place]],
            medians=medians(mine),
            apart=_apart(medians(mine), medians(values), spreads[place]),
            reads=readings[place] if place in known and not names[place].startswith(readings[place]) else "",
        )
        for place, mine in enumerate(members)
    ]
    return versioned(
        Clusters(
            verdict="clusters",
            why=chosen.why,
            lineage=lineage,
            k=k,
            stability=next(row.stability for row in chosen.table if row.k == k),
            elbow=chosen.elbow,
            best=chosen.best,
            clusters=clusters,
            axes=used,
            left_out=found.left_out,
            choice=chosen.table,
            algorithms=others(space, labels, k),
            drift=_drift(values, were, [names[place] for place in labels], clusters, known, former) if former else None,
        )
    )


def _usual(values: Floats) -> dict[str, float]:
    """What names go by: everyone's medians; those of the buyers where it is about buying."""
    buyers = values[values[:, list(FEATURES).index("orders")] >= 1]
    return medians(values) | ({column: medians(buyers)[column] for column in BUYING} if len(buyers) else {})


def _spreads(here: Numbers, everyone: Numbers, telling: list[Axis]) -> dict[str, float]:
    """How far medians lie from everyone's, in spreads."""

    def on(axis: Axis, number: float) -> float:
        return float(on_axis(axis, np.array([number]))[0])

    return {axis.column: round(on(axis, here[axis.column]) - on(axis, everyone[axis.column]), 3) for axis in telling}


def _apart(here: Numbers, everyone: Numbers, spreads: Numbers) -> list[Apart]:
    furthest = sorted(spreads, key=lambda column: (-abs(spreads[column]), list(FEATURES).index(column)))[:TOLD]
    return [
        Apart(column, here[column], everyone[column], spreads[column]) for column in furthest if spreads[column] != 0
    ]


def _names(
    readings: list[str], spreads: Sequence[Numbers], known: dict[int, tuple[str, float]], former: Clusters | None
) -> list[str]:
    """Clusters from before keep their names; no other gets a name that stood for somebody else."""
    new = [place for place in range(len(readings)) if place not in known]
    taken = {cluster.name for cluster in former.clusters} if former else set()
    given = distinct([readings[place] for place in new], [spreads[place] for place in new], taken)
    names = dict(zip(new, given, strict=True)) | {place: name for place, (name, _) in known.items()}
    return [names[place] for place in range(len(readings))]


def _shares(were: list[str] | None, here: NDArray[np.bool_]) -> dict[str, float]:
    """Where the customers of a new cluster were by the former model."""
    counts = Counter(name for name, held in zip(were, here, strict=True) if held) if were is not None else Counter()
    return {name: count / counts.total() for name, count in counts.items()}


def _drift(
    values: Floats,
    were: list[str] | None,
    names: list[str],
    clusters: list[Cluster],
    known: dict[int, tuple[str, float]],
    former: Clusters,
) -> Drift:
    counts = Counter(were)
    kept = [
        Moved(
            name=clusters[place].name,
            share=clusters[place].share,
            was=round(counts[name] / len(values), 4),
            shift=shift,
            reads=clusters[place].reads,
        )
        for place, (name, shift) in sorted(known.items())
    ]
    are = {cluster.name for cluster in clusters}
    return Drift(
        former=former.version,
        moved=round(sum(map(str.__ne__, were, names)) / len(names), 4) if were is not None else 1.0,
        kept=kept,
        appeared=[cluster.name for place, cluster in enumerate(clusters) if place not in known],
        gone=[cluster.name for cluster in former.clusters if cluster.name not in are],
        features=shifts(values, former),
    )
