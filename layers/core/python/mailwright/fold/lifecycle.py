"""The lifecycle stage: where a customer stands by when they last ordered, or were last seen, and when that will change.

Who has ordered:
    new      one order, made less than 30 days ago
    active   last order less than 90 days ago
    repeat   the same, with two orders or more
    at_risk  last order 90 to 180 days ago
    lapsed   last order 180 to 365 days ago
    lost     last order 365 days ago or more
Who has not:
    new      first seen less than 30 days ago
    active   last seen less than 30 days ago
    at_risk  last seen 30 to 90 days ago
    lapsed   last seen 90 to 180 days ago
    lost     last seen 180 days ago or more
Who is only known by name (nothing they did was ever seen) is new.
"""

from mailwright.model.profile import COUNTERS, Profile
from mailwright.model.times import DAY

NEW = 30 * DAY
BUYER = ((90 * DAY, "active"), (180 * DAY, "at_risk"), (365 * DAY, "lapsed"))
VISITOR = ((30 * DAY, "active"), (90 * DAY, "at_risk"), (180 * DAY, "lapsed"))

_ORDERS = COUNTERS.index("orders")


def stage(profile: Profile, now: int) -> str:
    """The stage at an instant: one of model.columns.STAGES."""
    return _stage(profile, now)[0]


def next_change(profile: Profile, now: int) -> int | None:
    """The next instant at which the stage changes if nothing happens; None once it is lost."""
    return _stage(profile, now)[1]


def _stage(profile: Profile, now: int) -> tuple[str, int | None]:
    orders = profile.totals[_ORDERS] if len(profile.totals) > _ORDERS else 0
    steps, last = (BUYER, profile.last_order) if orders else (VISITOR, profile.last_seen)
    begun = profile.first_order if orders else profile.first_seen
    if not last:
        return "new", None
    if orders < 2 and now < begun + NEW:
        return "new", begun + NEW
    for limit, name in steps:
        if now < last + limit:
            return ("repeat" if name == "active" and orders > 1 else name), last + limit
    return "lost", None
