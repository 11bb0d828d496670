"""The journeys of an id that was merged go on under the new one, as if there had been only one."""

from collections.abc import Sequence

import msgspec

from mailwright.decide.program import Program
from mailwright.fold.identity import brought, reachable
from mailwright.journeys.advance import FRESH, Trigger
from mailwright.journeys.join import join
from mailwright.model.event import Event
from mailwright.model.profile import Position, Profile

ORDER = "Order Completed"


def brought_in(
    made: Program, profile: Profile, events: Sequence[Event], now: int
) -> tuple[Profile, dict[str, list[Trigger]]]:
    """The profile with the positions that `merge` events among `events` brought, and what single journeys shall hear.

    Emails planned under an id without an address never left, so such a pass does not count: what began it begins it
    anew now, unless that is older than any entry event may be. An order made under either id is heard by the passes of
    both, for it may have come while they were two.
    """
    merges = [event for event in events if event.type == "merge"]
    if not merges:
        return profile, {}
    journeys = dict(profile.journeys)
    anew: dict[str, list[Trigger]] = {}
    for event in merges:
        old = brought(event)
        for name, theirs in old.journeys.items():
            plan = made.plans.get(name)
            if plan is None:
                continue
            if theirs.sent and not reachable(old):
                if theirs.cause in plan.enter and now - theirs.entered <= FRESH:
                    anew.setdefault(name, []).append(Trigger(event.at, theirs.event, theirs.cause))
                continue
            joined = join(journeys.get(name), theirs, plan.journey.again)
            if joined is not None:
                journeys[name] = joined
    own = {name: heard for name, heard in anew.items() if not _under_way(journeys.get(name))}
    for name, position in journeys.items():
        plan = made.plans.get(name)
        if plan is not None and position.step and ORDER in plan.exit - plan.enter and profile.last_order:
            own.setdefault(name, []).append(Trigger(profile.last_order, "", ORDER))
    return msgspec.structs.replace(profile, journeys=journeys), own


def _under_way(position: Position | None) -> bool:
    return position is not None and bool(position.step)
