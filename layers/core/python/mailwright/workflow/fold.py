"""Fold a batch of stream records into profiles: one read and one conditional write per customer, however many events.

Nothing stops a batch: a record that cannot be used goes to quarantine whole, and a customer whose write fails is
reported by its earliest record while the others go on. A record that comes again is known by its id.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from mailwright.decide.decide import decide as decide_all
from mailwright.decide.decide import name_of
from mailwright.decide.program import program
from mailwright.fold import dedup, identity
from mailwright.fold.reduce import concerns_a_profile, reduce
from mailwright.journeys.advance import ENTRIES
from mailwright.model.content import Content
from mailwright.model.event import Event, decode_event, lines
from mailwright.model.problem import Problem
from mailwright.model.profile import Profile
from mailwright.workflow import merged
from mailwright.workflow.folding import Batch, Decide, Folded, Group, Step, usable
from mailwright.workflow.ports import Profiles, Quarantine, Unreadable

TOGETHER = 100  # customers read in one request
MOST = 1000  # events of one customer in one write: with the ids and contact changes of more it could outgrow its item
CONFLICTS = 8  # times a customer is read and folded anew before the batch has to come again
ID_CHARACTERS = 100
CUSTOMER_ID_BYTES = 1024


class Record(NamedTuple):
    sequence: str  # Kinesis sequence number: says where to go on, nothing else
    data: bytes


class Conflict(RuntimeError):
    """Other writers kept being first."""


def fold(
    records: Iterable[Record],
    profiles: Profiles,
    quarantine: Quarantine,
    content: Content,
    now: int,
    decide: Decide = decide_all,
) -> Folded:
    """Fold records, at least once each, into their customers' profiles. Raises only what `quarantine` raises: then
    nothing may be acknowledged, and what was committed is recognised when it comes again.
    """
    batch = Batch(profiles, content, now, decide)
    groups = _grouped(records, batch)
    names = list(groups)
    for start in range(0, len(names), TOGETHER):
        _together({name: groups[name] for name in names[start : start + TOGETHER]}, batch)
    if batch.poison:
        quarantine.put(batch.poison)
    return batch.done


def _grouped(records: Iterable[Record], batch: Batch) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    counts = batch.done.counts
    for sequence, data in _each(records, counts):
        try:
            event = _read(data, batch.now)
        except Problem as problem:
            batch.refuse(data, problem)
            counts["refused"] += problem.code in ("too_old", "timestamp_in_future")
            continue
        if not concerns_a_profile(event):
            counts["ignored"] += 1
            continue
        group = groups.get(event.customer_id)
        if group is None:
            group = groups[event.customer_id] = Group(sequence)
        if event.type == "timer":
            counts["timers"] += 1
            group.timer = event
        else:
            counts["events"] += 1
            group.events.append(event)
            group.linked = group.linked or event.type == "link"
    counts["customers"] = len(groups)
    return groups


def _each(records: Iterable[Record], counts: Counter[str]) -> Iterator[Record]:
    """What the records hold: a record of several events has a line for each, under the one sequence number."""
    for sequence, data in records:
        counts["records"] += 1
        for line in lines(data):
            yield Record(sequence, line)


def _read(data: bytes, now: int) -> Event:
    try:
        event = decode_event(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Problem("malformed_event", f"the record is not an event: {error}") from error
    if not 0 < len(event.id) <= ID_CHARACTERS:
        raise Problem("invalid_field", f"id must have 1 to {ID_CHARACTERS} characters, not {len(event.id)}")
    if not 0 < len(event.customer_id.encode()) <= CUSTOMER_ID_BYTES:
        raise Problem("invalid_field", f"customer_id must have 1 to {CUSTOMER_ID_BYTES} bytes")
    if event.type != "timer":
        if dedup.too_old(event, now):
            raise Problem("too_old", "the event is more than 28 days old: it cannot be told from a repetition any more")
        if dedup.too_early(event, now):
            raise Problem("timestamp_in_future", "the event is dated more than 10 minutes ahead of now")
    return event


def _together(groups: dict[str, Group], batch: Batch) -> None:
    """Read these customers in one request and fold each; one that fails stops none of the others."""
    try:
        loaded = batch.profiles.load(list(groups))
    except Unreadable as error:
        loaded = error.others
        for name in error.customer_ids:
            batch.keep(groups.pop(name))
    except Exception as error:
        for group in groups.values():
            _failed(group, error, batch)
        return
    for name, group in groups.items():
        try:
            _customer(name, group, loaded.get(name), batch)
        except Exception as error:  # reported: its earliest record comes again
            _failed(group, error, batch)


def _failed(group: Group, error: Exception, batch: Batch) -> None:
    batch.done.failures.append(group.sequence)
    batch.done.counts["failed"] += 1
    batch.done.error = batch.done.error or error


def _customer(name: str, group: Group, loaded: Profile | None, batch: Batch) -> None:
    before, conflicts = loaded or Profile(name), 0
    while True:
        step = _once(before, group, batch)
        if step is Step.DONE:
            return
        if step is Step.CONFLICT:
            conflicts += 1
            if conflicts == CONFLICTS:
                raise Conflict(f"a profile changed {CONFLICTS} times while a batch was folded into it")
            batch.done.counts["conflicts"] += 1
        before = batch.profiles.load([name]).get(name) or Profile(name)


def _once(before: Profile, group: Group, batch: Batch) -> Step:
    """Fold on one version of the profile."""
    now = batch.now
    fresh = dedup.unseen(before, group.events, lambda day: batch.profiles.seen(before.customer_id, day))
    if before.merged_into:
        if not identity.stands_up(before, fresh):
            return merged.pass_on(before, fresh, group, batch)
        before = msgspec.structs.replace(before, merged_into="", merged_at=0)
    elif group.linked and (link := identity.accepted(before, fresh)):
        return merged.leave(before, link, fresh, group, batch)
    fresh, rest = _fitting(fresh, batch.content)
    bad: list[tuple[Event, Problem]] = []
    profile = reduce(before, fresh, refused=bad)
    fresh = usable(fresh, bad)
    if not fresh and group.timer is None:
        return batch.settle(group, fresh, bad, more=rest)
    # A refused event is not remembered: it changed nothing, and is refused again should it come again.
    leaving = dedup.remember(profile, fresh, now)
    happened = sorted(fresh, key=lambda event: (event.at, event.id))
    if group.timer is not None:
        happened.append(group.timer)
    decision = batch.decide(before, profile, happened, batch.content, now)
    after = msgspec.structs.replace(decision.profile, due=decision.due)
    pending = decision.pending
    if asked := identity.asks(before, fresh, now):
        pending = msgspec.structs.replace(pending, events=[*pending.events, *asked])
    if fresh or pending or after != before:
        if not batch.commit(after, decision.due, pending, leaving):
            return Step.CONFLICT
        batch.done.counts.update(decision.notes)
    return batch.settle(group, fresh, bad, more=rest)


def _fitting(fresh: list[Event], content: Content) -> tuple[list[Event], bool]:
    """What one write may decide on, and whether there is more: a backlog may hold more orders of one customer than a
    journey may be entered in one wake-up, and each is owed its receipt.
    """
    fresh, rest = identity.fitting(fresh)
    fresh, rest = fresh[:MOST], rest or len(fresh) > MOST
    if len(fresh) > ENTRIES:
        owed = program(content).owed
        begin = [place for place, event in enumerate(fresh) if name_of(event) in owed]
        if len(begin) > ENTRIES:
            return fresh[: begin[ENTRIES]], True
    return fresh, rest
