"""Which columns tell: a bar for each, as long as the AUC that is lost without it, and how far that varies."""

from collections.abc import Sequence
from typing import NamedTuple

from local.charts.mark import WIDTH, hint, svg, tag, text
from local.charts.scale import clipped, short, ticks

ROW, TOP, LEFT = 24, 6, 148
MOST = 15
LETTERS = 22


class Bar(NamedTuple):
    """A column, or several that say nearly the same, by the name of the first."""

    name: str
    mean: float
    spread: float
    matters: bool


def importance(bars: Sequence[Bar], worth: str, said: str) -> str:
    """The drawing of the first MOST, in the order given. `worth` says shortly what the model is worth, `said` does so
    in a sentence.
    """
    shown = bars[:MOST]
    low = min([0.0, *(bar.mean - bar.spread for bar in shown)])
    high = max([0.001, *(bar.mean + bar.spread for bar in shown)])
    marks = [mark for mark in ticks(0, high, 5) if mark <= high * 1.02]
    ground = TOP + ROW * len(shown)

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - 6) * (value - low) / (high - low)

    drawn = []
    for mark in marks:
        drawn.append(tag("line", x1=x(mark), y1=TOP, x2=x(mark), y2=ground, class_="axis" if mark == 0 else "grid"))
        drawn.append(text(x(mark), ground + 16, short(mark), "soft small mid"))
    drawn += [_bar(bar, TOP + ROW * place, x(0), x(bar.mean), x(bar.mean - bar.spread), x(bar.mean + bar.spread))
              for place, bar in enumerate(shown)]  # fmt: skip
    drawn.append(text(0, ground + 33, worth, "soft small"))
    drawn.append(text(WIDTH, ground + 33, "AUC lost when it is shuffled", "soft small end"))
    best = ", ".join(f"{bar.name} {bar.mean:.3f}" for bar in shown[:3])
    return svg(ground + 40, "Which columns tell", f"{said} The most is lost without {best}.", *drawn)


def _bar(bar: Bar, top: float, zero: float, end: float, low: float, high: float) -> str:
    middle = top + ROW / 2
    about = f"{bar.name}: {bar.mean:.4f}, give or take {bar.spread:.4f}" + (
        "" if bar.matters else "; no more than noise"
    )
    return tag(
        "g",
        [
            hint(about),
            text(0, middle + 4, clipped(bar.name, LETTERS), "" if bar.matters else "soft"),
            tag("rect", x=min(zero, end), y=top + 6, width=abs(end - zero), height=ROW - 12, rx=2,
                class_="bar" if bar.matters else "even"),
            tag("line", x1=low, y1=middle, x2=high, y2=middle, class_="mean"),
        ],
    )  # fmt: skip


def nothing(said: str) -> str:
    """What is drawn when no column tells: that, in words."""
    lines, line = [], ""
    for word in said.split():
        if len(line) + len(word) > 52:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    body = [text(0, 18 + 18 * place, one, "soft") for place, one in enumerate([*lines, line])]
    return svg(18 * len(body) + 14, "Which columns tell", said, *body)
