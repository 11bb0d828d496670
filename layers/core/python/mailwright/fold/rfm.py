"""Recency, frequency, monetary value: one to five points each, and a name for where they meet.

Frequency and monetary value are of a lifetime, so that whoever once was a great customer and went silent can be told
from who never was one; recency carries the time.
"""

from bisect import bisect_right
from typing import NamedTuple

from mailwright.model.scale import Scale
from mailwright.model.times import DAY

# From five points of recency down to one; in each row from one point of frequency and monetary value, their mean
# rounded up, to five.
GRID = {
    5: ("new", "potential_loyal", "potential_loyal", "champion", "champion"),
    4: ("promising", "potential_loyal", "potential_loyal", "loyal", "champion"),
    3: ("cooling", "cooling", "needs_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    1: ("lost", "hibernating", "at_risk", "cannot_lose", "cannot_lose"),
}


class Scores(NamedTuple):
    recency: int
    frequency: int
    monetary: int

    @property
    def name(self) -> str:
        """The field of GRID."""
        return GRID[self.recency][(self.frequency + self.monetary + 1) // 2 - 1]


def scores(orders: int, last_order: int, value: float, now: int, scale: Scale) -> Scores | None:
    """The points at an instant, 5 the best; None before the first order. `value` is the lifetime value, not in
    hundredths.
    """
    if not orders or not last_order:
        return None
    return Scores(
        5 - bisect_right(scale.recency, max(0, now - last_order) // DAY),
        1 + bisect_right(scale.frequency, orders),
        1 + bisect_right(scale.monetary, value),
    )
