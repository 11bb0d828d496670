"""How many came into segments and how many went, night by night: bars up and bars down."""

from collections.abc import Sequence
from typing import NamedTuple

from local.charts.mark import WIDTH, hint, svg, tag, text
from local.charts.scale import short

HALF, TOP, MOST = 62, 20, 48
_FROM = 34


class Span(NamedTuple):
    """A stretch of time: its name, how many entered and how many left."""

    name: str
    entered: int
    left: int


def turnover(spans: Sequence[Span]) -> str:
    """The drawing. Neighbours are joined when there are more than MOST."""
    bars = joined(spans)
    most = max([1, *(max(bar.entered, bar.left) for bar in bars)])
    base = TOP + HALF
    step = (WIDTH - _FROM) / max(len(bars), 12)
    wide = max(1.5, step - min(2.5, step / 4))
    drawn = [
        tag("line", x1=_FROM, y1=base, x2=WIDTH, y2=base, class_="axis"),
        text(0, 12, "came", "soft small"),
        text(0, base + HALF + 12, "went", "soft small"),
        text(_FROM - 4, TOP + 9, short(most), "soft small end"),
        text(_FROM - 4, base + HALF - 2, short(most), "soft small end"),
    ]
    for place, bar in enumerate(bars):
        up, down = (HALF * number / most for number in (bar.entered, bar.left))
        x = _FROM + step * place
        about = hint(f"{bar.name}: {bar.entered:,} came, {bar.left:,} went")
        parts = [tag("rect", x=x, y=base - up, width=wide, height=up, class_="in")] if up else []
        parts += [tag("rect", x=x, y=base + 1, width=wide, height=down, class_="out")] if down else []
        drawn.append(tag("g", [about, *parts]))
    tall = base + HALF + 34
    drawn.append(text(_FROM, tall - 6, bars[0].name.split(" to ")[0], "soft small"))
    if len(bars) > 6:
        drawn.append(text(WIDTH, tall - 6, bars[-1].name.split(" to ")[-1], "soft small end"))
    came, went = sum(bar.entered for bar in bars), sum(bar.left for bar in bars)
    told = f"Memberships of segments: {came:,} began and {went:,} ended from {bars[0].name} to {bars[-1].name}."
    return svg(tall, "Coming and going", told, *drawn)


def joined(spans: Sequence[Span]) -> list[Span]:
    """At most MOST spans, equally many together in each."""
    size = -(-len(spans) // MOST)
    if size <= 1:
        return list(spans)
    groups = [spans[place : place + size] for place in range(0, len(spans), size)]
    return [
        Span(
            f"{group[0].name} to {group[-1].name}" if len(group) > 1 else group[0].name,
            sum(one.entered for one in group),
            sum(one.left for one in group),
        )
        for group in groups
    ]
