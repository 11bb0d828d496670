"""How the number of clusters was chosen, as a picture: for a file, and for the report of the replay they are from."""

from pathlib import Path

from local.charts.choice import Tried, choice
from local.charts.mark import Picture, standalone
from local.report.amend import amended
from mailwright.model.clusters import Clusters

TITLE = "How many clusters"


def picture(model: Clusters) -> Picture:
    """Elbow and silhouette of every number that was tried; of a refusal as well."""
    tried = [Tried(row.k, row.inertia, row.silhouette, row.reference) for row in model.choice]
    head = ["clusters", "inertia", "silhouette", "without clusters", "stability", "smallest", "against it"]
    rows = [
        [
            f"{row.k}{' (chosen)' if row.k == model.k else ''}",
            f"{row.inertia:,.0f}",
            f"{row.silhouette:.3f}",
            f"{row.reference:.3f}",
            f"{row.stability:.2f}",
            f"{row.smallest:.0%}",
            row.against,
        ]
        for row in model.choice
    ]
    found = ", ".join(f"{cluster.name} {cluster.share:.0%}" for cluster in model.clusters)
    note = f"{found}. {model.why[:1].upper()}{model.why[1:]}." if found else f"No structure: {model.why}."
    drawn = choice(tried, model.k or None) if tried else None
    return Picture("clusters", TITLE, note, drawn, head, rows)


def plot(model: Clusters, file: Path) -> None:
    """Write an SVG file; OSError when that is not possible."""
    drawn = picture(model).svg or choice([], None)
    file.write_text(standalone(drawn, TITLE), encoding="utf-8")


def into_report(model: Clusters, out: Path) -> bool:
    """Show it in the report of the replay; False when there is none that could show it."""
    report = out / "report.html"
    try:
        page = amended(report.read_text(encoding="utf-8"), picture(model))
    except (FileNotFoundError, UnicodeDecodeError):
        return False
    if page is None:
        return False
    draft = report.with_suffix(".draft")
    draft.write_text(page, encoding="utf-8")
    draft.replace(report)
    return True
