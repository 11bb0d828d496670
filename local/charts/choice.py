"""How many clusters: the elbow of the inertia and the silhouette, over k, with the k that was chosen."""

from collections.abc import Sequence
from typing import NamedTuple

from local.charts.mark import WIDTH, hint, path, svg, tag, text
from local.charts.scale import short, ticks

Points = Sequence[tuple[int, float]]  # (k, value)

TALL, TOP, LEFT, BETWEEN = 92, 24, 44, 54


class Tried(NamedTuple):
    """One k. `inertia` is the sum of squared distances to the centroids; `silhouette` is -1 to 1, or None where it
    is not defined (k of 1); `reference` is the silhouette of data that has no clusters, where that is known.
    """

    k: int
    inertia: float
    silhouette: float | None
    reference: float | None = None


def choice(tried: Sequence[Tried], chosen: int | None) -> str:
    """Both curves, one above the other; `chosen` is marked in both. None: no number was worth choosing."""
    tried = sorted(tried, key=lambda one: one.k)
    silhouettes = [(one.k, one.silhouette) for one in tried if one.silhouette is not None]
    references = [(one.k, one.reference) for one in tried if one.reference is not None]
    ks = [one.k for one in tried]
    second = TOP + TALL + BETWEEN
    drawn = [
        *_panel("inertia: where does it bend?", [(one.k, one.inertia) for one in tried], [], ks, chosen, TOP),
        *_panel("silhouette: how far above no clusters (grey)?", silhouettes, references, ks, chosen, second),
    ]
    ground = second + TALL
    told = "no number of clusters stands out" if chosen is None else f"{chosen} clusters were chosen"
    best = max(silhouettes, key=lambda one: one[1], default=None)
    told += f"; the silhouette is best at {best[0]}, with {best[1]:.2f}" if best else ""
    drawn.append(text(WIDTH, ground + 32, "clusters (k)", "soft small end"))
    return svg(ground + 38, "How many clusters", f"{told[0].upper()}{told[1:]}.", *drawn)


def _panel(title: str, points: Points, below: Points, ks: Sequence[int], chosen: int | None, top: float) -> list[str]:
    drawn = [text(0, top - 10, title, "soft small")]
    if not points:
        return [*drawn, text(LEFT, top + TALL / 2, "not known", "soft small")]
    values = [value for _, value in [*points, *below]]
    marks = ticks(min(0.0, *values), max(values), 3)
    low, high = marks[0], marks[-1]

    def x(k: int) -> float:
        return LEFT + 10 + (WIDTH - LEFT - 20) * ((k - ks[0]) / (ks[-1] - ks[0]) if len(ks) > 1 else 0.5)

    def y(value: float) -> float:
        return top + TALL * (1 - (value - low) / (high - low))

    for mark in marks:
        drawn.append(tag("line", x1=LEFT, y1=y(mark), x2=WIDTH, y2=y(mark), class_="grid"))
        drawn.append(text(LEFT - 6, y(mark) + 4, short(mark), "soft small end"))
    every = -(-len(ks) // 12)
    drawn += [text(x(k), top + TALL + 16, str(k), "soft small mid") for k in ks[::every] if k != chosen]
    if chosen is not None and chosen in ks:
        drawn.append(tag("line", x1=x(chosen), y1=top, x2=x(chosen), y2=top + TALL, class_="axis"))
        drawn.append(text(x(chosen), top + TALL + 16, str(chosen), "strong mid"))
    if len(below) > 1:
        drawn.append(tag("path", d=path((x(k), y(value)) for k, value in below), class_="line none"))
    if len(points) > 1:
        drawn.append(tag("path", d=path((x(k), y(value)) for k, value in points), class_="line"))
    for k, value in points:
        kind, r = ("ring", 5.0) if k == chosen else ("dot", 2.8)
        drawn.append(tag("circle", hint(f"k = {k}: {value:,.4g}"), cx=x(k), cy=y(value), r=r, class_=kind))
    return drawn
