"""Sizes of segments over time: a small line for each, with the size now and who came and went lately."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from local.charts.mark import WIDTH, Picture, hint, path, svg, tag, text
from local.charts.scale import clipped, short, thinned

ROW, TOP = 27, 22
_FROM, _TO = 158, 254  # where lines begin and end
_NOW, _IN, _OUT = 296, 330, WIDTH - 1
MOST_POINTS = 60
MOST_LETTERS = 23


class Row(NamedTuple):
    """A segment: its sizes at the runs and now, in order; how many came and went since the last run."""

    name: str
    sizes: Sequence[int]
    entered: int
    left: int


def sizes(rows: Sequence[Row], span: str) -> str:
    """The drawing, in the order given. `span` says which time the lines cover. Each line has its own height: 0 to its
    largest.
    """
    heads = [
        text(_FROM, 12, clipped(span, 24), "soft small"),
        *(text(x, 12, said, "soft small end") for x, said in ((_NOW, "now"), (_IN, "in"), (_OUT, "out"))),
    ]
    body = [_row(row, TOP + ROW * place) for place, row in enumerate(rows)]
    told = "; ".join(f"{row.name} {row.sizes[-1]:,}" for row in rows[:12])
    more = f"; and {len(rows) - 12} more" if len(rows) > 12 else ""
    return svg(TOP + ROW * len(rows), "Sizes of segments over time", f"Customers now: {told}{more}.", *heads, *body)


def _row(row: Row, top: float) -> str:
    now, middle = row.sizes[-1], top + ROW / 2 + 4
    about = f"{row.name}: {row.sizes[0]:,} at first, {now:,} now, {row.entered:,} came and {row.left:,} went lately"
    return tag(
        "g",
        [
            hint(about),
            tag("line", x1=0, y1=top, x2=WIDTH, y2=top, class_="grid"),
            text(0, middle, clipped(row.name, MOST_LETTERS), "" if now else "soft"),
            _line(row.sizes, top + 5, ROW - 10),
            text(_NOW, middle, short(now), "strong end" if now else "soft end"),
            text(_IN, middle, f"+{short(row.entered)}" if row.entered else "–", "soft small end"),
            text(_OUT, middle, f"−{short(row.left)}" if row.left else "–", "soft small end"),
        ],
    )


def _line(values: Sequence[int], top: float, tall: float) -> str:
    most, points = max(*values, 1), thinned(values, MOST_POINTS)
    step = (_TO - _FROM) / max(1, len(points) - 1)
    places = [
        (_FROM + step * place if len(points) > 1 else _TO, top + tall * (1 - value / most))
        for place, value in enumerate(points)
    ]
    (x, y), ground = places[-1], top + tall
    drawn = tag("circle", cx=x, cy=y, r=2.4, class_="dot")
    if len(places) == 1:
        return drawn
    if not any(values):
        return tag("path", d=path(places), class_="axis")
    area = tag("path", d=path([(_FROM, ground), *places, (_TO, ground)]), class_="area")
    return area + tag("path", d=path(places), class_="line") + drawn


def picture(rows: Sequence[Row], span: str, totals: Mapping[str, tuple[int, int]], note: str) -> Picture:
    """With its table. `totals` are all who ever entered and left, by segment."""
    table = [
        [
            row.name,
            *(f"{number:,}" for number in (row.sizes[0], max(row.sizes), row.sizes[-1], row.entered, row.left)),
            *(f"{number:,}" for number in totals.get(row.name, (0, 0))),
        ]
        for row in rows
    ]
    head = ["segment", "at first", "most", "now", "in lately", "out lately", "ever in", "ever out"]
    return Picture("sizes", "Segments over time", note, sizes(rows, span) if rows else None, head, table)
