"""Joining what two ids of one person know: the profile that one id would have had from the start.

Every part is a set of facts that merges the same way in any order (model/profile.py), so joining is associative and
commutative, also with the events folded before, between and after. Journeys are `decide`'s to join.
"""

from mailwright.fold import affinity, browsing, cart, counters, engagement, identity, orders, traits
from mailwright.fold.registers import Registers, lot, write
from mailwright.model.event import Event
from mailwright.model.profile import Profile


def merged(profile: Profile, event: Event) -> None:
    """A `merge` event: the facts of an old id become this customer's."""
    join(profile, identity.brought(event))


def join(profile: Profile, other: Profile) -> None:
    """Add the facts of `other` to `profile`, which is a reducer's draft."""
    profile.first_seen = _earliest(profile.first_seen, other.first_seen)
    profile.last_seen = max(profile.last_seen, other.last_seen)
    profile.first_order = _earliest(profile.first_order, other.first_order)
    profile.last_order = max(profile.last_order, other.last_order)
    _write(profile.traits, other.traits)
    traits.bound(profile.traits)
    _write(profile.context, other.context)
    if other.group is not None and (profile.group is None or tuple(other.group) > tuple(profile.group)):
        profile.group = other.group
    identity.note_all(profile, other.aliases)
    profile.absorbed += other.absorbed + 1
    profile.totals = counters.added(profile.totals, other.totals)
    for day, counts in other.days.items():
        profile.days[day] = counters.added(profile.days.get(day, []), counts)
    counters.forget_old_days(profile)
    for mine, theirs in ((profile.categories, other.categories), (profile.brands, other.brands)):
        for name, periods in theirs.items():
            for period, weight in periods.items():
                affinity.add(mine, name, period, weight)
    affinity.forget_old_periods(profile)
    for view in other.views:
        profile.views = browsing.remember(profile.views, view)
    profile.cart = cart.joined(profile.cart, other.cart)
    profile.hours = counters.added(profile.hours, other.hours)
    _named(profile, other)


def _named(profile: Profile, other: Profile) -> None:
    """Counts by name: those that come first by lot stay."""
    for name, number in other.custom.items():
        profile.custom[name] = profile.custom.get(name, 0) + number
    _cut(profile.custom, engagement.CUSTOM_KEPT)
    for order, (cancelled, refunded) in other.reversals.items():
        held = profile.reversals.get(order, (0, 0))
        profile.reversals[order] = (held[0] + cancelled, held[1] + refunded)
    _cut(profile.reversals, orders.REVERSALS_KEPT)


def _cut(names: dict[str, int] | dict[str, tuple[int, int]], kept: int) -> None:
    for name in sorted(names, key=lot)[kept:]:
        del names[name]


def _write(mine: Registers, theirs: Registers) -> None:
    for name, (at, value) in theirs.items():
        write(mine, name, at, value)


def _earliest(mine: int, theirs: int) -> int:
    return min(mine or theirs, theirs or mine)
