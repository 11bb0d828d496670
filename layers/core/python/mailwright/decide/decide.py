"""What follows from new facts: segments entered and left, journeys moved on, emails planned, contacts changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from mailwright.decide.contacts import contact_changes
from mailwright.decide.merging import brought_in
from mailwright.decide.program import Program, program
from mailwright.decide.turns import next_turn
from mailwright.journeys.advance import Scene, Trigger, advance
from mailwright.model.content import Content
from mailwright.model.event import Event
from mailwright.model.outbox import Pending
from mailwright.model.profile import Position, Profile
from mailwright.model.send import SendTask
from mailwright.segments.clusters import CLUSTER, facts


@dataclass(frozen=True)
class Decision:
    """`profile` with segments, stage and journey positions set; what to carry out; when to wake the profile next.

    `notes` counts what was noticed and not done: address_invalid, consent_unreadable, entries_capped.
    """

    profile: Profile
    pending: Pending
    due: int | None = None  # milliseconds UTC
    notes: Counter[str] = field(default_factory=Counter)


def decide(before: Profile, profile: Profile, events: Sequence[Event], content: Content, now: int) -> Decision:
    """The Decision for one customer and batch. `before` is the profile before the batch, `profile` after the fold;
    neither is changed. `events` are those that were folded, timers among them, in any order.
    """
    made = program(content)
    row = facts(profile, now, content)
    stage = str(row["lifecycle_stage"])
    members = made.members(row)  # adds membership to the row, for the journeys
    notes: Counter[str] = Counter()
    triggers = _triggers(before, members, events, now)
    newest = max((event.at for event in events if event.type != "timer"), default=now)
    scene = Scene(profile.customer_id, row, now, min(now, newest), content.shop.timezone, content.version)
    profile, own = brought_in(made, profile, events, now)
    journeys, sends = _journeys(made, profile, triggers, scene, notes, own)
    cluster = str(row[CLUSTER] or "")
    after = msgspec.structs.replace(profile, segments=members, stage=stage, cluster=cluster, journeys=journeys)
    dues = [position.due for position in journeys.values() if position.step and position.due is not None]
    # Stages and segments that only time changes are the nightly recompute's to find, unless a journey waits for them.
    turn = next_turn(profile, now, made.turning, content.shop.scale) if made.turning else None
    if turn is not None:
        dues.append(turn)
    return Decision(
        after,
        Pending(contacts=contact_changes(events, notes), sends=sends),
        min(dues, default=None),
        notes,
    )


def name_of(event: Event) -> str:
    """What journeys call an event: a track event by its name, other calls by their type."""
    return event.name if event.type == "track" else event.type


def _triggers(before: Profile, members: list[str], events: Sequence[Event], now: int) -> list[Trigger]:
    triggers = [Trigger(event.at, event.id, name_of(event)) for event in events if event.type != "timer"]
    if members != before.segments:
        was, are = set(before.segments), set(members)
        triggers += [Trigger(now, "", f"segment:{name}") for name in sorted(are - was)]
        triggers += [Trigger(now, "", f"left:{name}") for name in sorted(was - are)]
    return triggers


def _journeys(
    made: Program,
    profile: Profile,
    triggers: list[Trigger],
    scene: Scene,
    notes: Counter[str],
    own: dict[str, list[Trigger]],
) -> tuple[dict[str, Position], list[SendTask]]:
    """Every position, and the emails planned; only journeys under way or touched by a trigger are looked at. `own` are
    triggers that one journey alone shall hear.
    """
    journeys = dict(profile.journeys)
    touched = {name for trigger in triggers for name in made.touched.get(trigger.name, ())}
    active = {name for name, position in journeys.items() if position.step}
    sends: list[SendTask] = []
    for name in sorted(touched | active | own.keys()):
        plan = made.plans.get(name)
        if plan is None:
            journeys[name] = msgspec.structs.replace(
                journeys[name], step="", due=None, ended=scene.as_of, why="the journey is gone", branches={}
            )
            continue
        moved = advance(plan, journeys.get(name), [*triggers, *own.get(name, ())], scene)
        if moved.position is not None:
            journeys[name] = moved.position
        sends += moved.sends
        if moved.capped:
            notes["entries_capped"] += moved.capped
    return {name: journeys[name] for name in sorted(journeys)}, sends
