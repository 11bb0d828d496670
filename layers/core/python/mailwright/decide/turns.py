"""When time alone may next change whether a customer is in a segment: worked out from the rule's tree and the profile.

Never later than the true instant for the columns below, at times earlier: a wake-up that finds nothing changed asks
again. Segments that gate a journey get such a timer (`decide`); for all others, and for what is not listed here (age,
browse_state, interactions), the nightly run is soon enough.

    days_since_*, hours_since_*  the instant at which the count passes a number of the rule
    *_7d, *_30d, *_90d, *_365d   the midnight (UTC) at which enough days have left the window
    engagement_score             the midnight at which it has faded below a number of the rule
    lifecycle_stage              its next change
    recency_score, rfm_segment   the next edge of the shop's scale that the last order passes
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from math import floor

from mailwright.expression.tree import Among, Column, Compare, Const, Expr
from mailwright.fold import cart as carts
from mailwright.fold.counters import PLACE
from mailwright.fold.lifecycle import next_change
from mailwright.fold.score import DAYS, engagement
from mailwright.fold.view import ROLLING
from mailwright.model.profile import Profile
from mailwright.model.scale import Scale
from mailwright.model.times import DAY, HOUR
from mailwright.segments.membership import nodes

Numbers = list[float] | None  # what a rule compares a column with; None: with something that is no constant
Turn = Callable[[Profile, int, Numbers, Scale], int | None]

_SINCE: dict[str, tuple[Callable[[Profile], int], int]] = {
    "days_since_first_order": (lambda profile: profile.first_order, DAY),
    "days_since_last_order": (lambda profile: profile.last_order, DAY),
    "days_since_first_seen": (lambda profile: profile.first_seen, DAY),
    "days_since_last_seen": (lambda profile: profile.last_seen, DAY),
    "hours_since_cart_change": (lambda profile: carts.changed_at(profile.cart), HOUR),
    "hours_since_last_view": (lambda profile: profile.views[0].at if profile.views else 0, HOUR),
}
_MONEY = frozenset(("revenue",))


def asked(rules: Iterable[Expr]) -> dict[str, Numbers]:
    """The columns that rules depend on, each with every number it is compared with, sorted."""
    found: dict[str, Numbers] = {}
    for rule in rules:
        for node in nodes(rule):
            for column, numbers in _compared(node):
                known = found.get(column, [])
                found[column] = None if numbers is None or known is None else sorted({*known, *numbers})
    return found


def _compared(node: Expr) -> Iterator[tuple[str, Numbers]]:
    """Columns that stand in a node itself. One that is added up with others, or compared with one, has no numbers."""
    match node:
        case Compare(left=Column(name=name), right=Const(value=value)):
            yield name, _numbers([value])
        case Compare(left=Const(value=value), right=Column(name=name)):
            yield name, _numbers([value])
        case Among(term=Column(name=name), values=values):
            yield name, _numbers(values)
        case _:
            for field in node.__struct_fields__:
                term = getattr(node, field)
                if isinstance(term, Column):
                    yield term.name, None


def _numbers(values: Iterable[object]) -> list[float]:
    return [float(value) for value in values if isinstance(value, int | float)]


def next_turn(profile: Profile, now: int, columns: dict[str, Numbers], scale: Scale) -> int | None:
    """The first instant after `now` at which one of these columns may pass one of its numbers; None when none will."""
    turns = (turn(profile, now, numbers, scale) for name, numbers in columns.items() if (turn := _turn(name)))
    return min((at for at in turns if at is not None), default=None)


def _turn(name: str) -> Turn | None:
    if name in _SINCE:
        return lambda profile, now, numbers, _: _passes(*_since(name, profile), now, numbers)
    if name == "lifecycle_stage":
        return lambda profile, now, *_: next_change(profile, now)
    if name in ("recency_score", "rfm_segment"):
        return lambda profile, now, _, scale: _passes(profile.last_order, DAY, now, [float(e) for e in scale.recency])
    if name == "engagement_score":
        return lambda profile, now, numbers, _: _fades(profile, now, numbers)
    prefix, _, window = name.rpartition("_")
    if prefix in ROLLING and window.endswith("d"):
        counter, days = ROLLING[prefix], int(window[:-1])
        return lambda profile, now, numbers, _: _leaves(profile, now, numbers, counter, days)
    return None


def _since(name: str, profile: Profile) -> tuple[int, int]:
    start, unit = _SINCE[name]
    return start(profile), unit


def _passes(start: int, unit: int, now: int, numbers: Numbers) -> int | None:
    """A whole count of `unit` since `start` changes its relation to c when it becomes floor(c), and one more."""
    if not start:
        return None
    if numbers is None:
        return start + (max(0, now - start) // unit + 1) * unit
    counts = (count for number in numbers for count in (floor(number), floor(number) + 1))
    return min((at for count in counts if (at := start + count * unit) > now), default=None)


def _leaves(profile: Profile, now: int, numbers: Numbers, counter: str, window: int) -> int | None:
    """The sum of the last days only falls, a day at a time: until it is at a number, or below it."""
    place, today = PLACE[counter], now // DAY
    days = [day for day in sorted(profile.days) if day > today - window and len(profile.days[day]) > place]
    counts = [(day, profile.days[day][place]) for day in days if profile.days[day][place]]
    unit = 100 if counter in _MONEY else 1
    total = sum(count for _, count in counts)
    for day, count in counts:
        before, total = total / unit, (total - count)
        after = total / unit
        if numbers is None or any(min(before, after) <= number <= max(before, after) for number in numbers):
            return (day + window) * DAY
    return None


def _fades(profile: Profile, now: int, numbers: Numbers) -> int | None:
    """Without new events the score falls, never rises: look for the first midnight at which it has passed a number."""
    today, score = now // DAY, engagement(profile, now)
    if not score:
        return None
    below = max((number for number in numbers if number <= score), default=None) if numbers is not None else score
    if below is None:
        return None
    goal = below if score > below else below - 1  # > becomes = first, and = becomes <
    ahead = range(today + 1, today + DAYS + 2)
    place = bisect_left(ahead, True, key=lambda day: engagement(profile, day * DAY) <= goal)
    return ahead[place] * DAY if place < len(ahead) else None
