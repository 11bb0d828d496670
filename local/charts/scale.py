"""Numbers to places and to words."""

from collections.abc import Sequence
from math import floor, log10
from typing import TypeVar

_Kind = TypeVar("_Kind")


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers from at most `low` to at least `high`, in steps of 1, 2 or 5 times a power of ten."""
    if high - low <= 1e-9 * max(1, abs(low)):
        high = low + max(1, abs(low))
    rough = (high - low) / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = floor(low / step + 1e-9)
    made = [first * step]
    while made[-1] < high - step * 1e-9:
        made.append((first + len(made)) * step)
    return [round(one, 12) for one in made]


def short(number: float) -> str:
    """1,204; 12.4k; 3.1M: at most five characters or so."""
    size = abs(number)
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if size >= limit:
            return f"{number / (1e3 if unit == 'k' else limit):.1f}".removesuffix(".0") + unit
    return f"{number:,.0f}" if size >= 100 or number == int(number) else f"{number:.3g}"


def thinned(values: Sequence[_Kind], most: int) -> list[_Kind]:
    """At most so many of them, evenly spread; the first and the last are among them."""
    if len(values) <= most:
        return list(values)
    return [values[round(place * (len(values) - 1) / (most - 1))] for place in range(most)]


def clipped(name: str, most: int) -> str:
    """A name that fits."""
    return name if len(name) <= most else name[: most - 1].rstrip("-_ ") + "…"


def plain(name: str) -> str:
    """at_risk as people say it."""
    return name.replace("_", " ")
