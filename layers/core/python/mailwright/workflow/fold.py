"""Fold a batch of stream records into profiles: one read and one conditional write per customer, however many events.

Nothing stops a batch: a record that cannot be used goes to quarantine whole, and a customer whose write fails is
reported by its earliest record while the others go on. A record that comes again is known by its id.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from mailwright.decide.decide import Decision
from mailwright.decide.decide import decide as decide_all
from mailwright.fold import dedup
from mailwright.fold.reduce import concerns_a_profile, reduce
from mailwright.model.content import Content
from mailwright.model.event import Event, decode_event
from mailwright.model.problem import Problem, Quarantined
from mailwright.model.profile import Profile
from mailwright.workflow.ports import Profiles, Quarantine, Spill
from mailwright.workflow.refuse import refused

TOGETHER = 100  # customers read in one request
CONFLICTS = 8  # times a customer is read and folded anew before the batch has to come again
ID_CHARACTERS = 100
CUSTOMER_ID_BYTES = 1024

Decide = Callable[[Profile, Profile, Sequence[Event], Content, int], Decision]


class Record(NamedTuple):
    sequence: str  # Kinesis sequence number: says where to go on, nothing else
    data: bytes


class Conflict(RuntimeError):
    """Other writers kept being first."""


@dataclass
class Folded:
    """What became of a batch. `counts`: records, events, timers, duplicates, ignored, refused (too old or too early),
    quarantined (those and all that could not be used), customers, writes, conflicts, failed (customers), and what
    `decide` noted. `failures`: the earliest record of each customer that must come again. `error`: the first reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    error: Exception | None = None


@dataclass
class _Group:
    """What a batch brings for one customer."""

    sequence: str  # of its earliest record
    events: list[Event] = field(default_factory=list)
    timer: Event | None = None  # several wake no more than one


@dataclass
class _Batch:
    profiles: Profiles
    content: Content
    now: int
    decide: Decide
    done: Folded = field(default_factory=Folded)
    poison: list[Quarantined] = field(default_factory=list)

    def refuse(self, record: object, problem: Problem) -> None:
        self.poison.append(refused(record, problem, "fold", self.now))
        self.done.counts["quarantined"] += 1


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
    batch = _Batch(profiles, content, now, decide)
    groups = _grouped(records, batch)
    names = list(groups)
    for start in range(0, len(names), TOGETHER):
        _together({name: groups[name] for name in names[start : start + TOGETHER]}, batch)
    if batch.poison:
        quarantine.put(batch.poison)
    return batch.done


def _grouped(records: Iterable[Record], batch: _Batch) -> dict[str, _Group]:
    groups: dict[str, _Group] = {}
    counts = batch.done.counts
    for sequence, data in records:
        counts["records"] += 1
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
            group = groups[event.customer_id] = _Group(sequence)
        if event.type == "timer":
            counts["timers"] += 1
            group.timer = event
        else:
            counts["events"] += 1
            group.events.append(event)
    counts["customers"] = len(groups)
    return groups


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


def _together(groups: dict[str, _Group], batch: _Batch) -> None:
    """Read these customers in one request and fold each; one that fails stops none of the others."""
    try:
        loaded = batch.profiles.load(list(groups))
    except Exception as error:
        for group in groups.values():
            _failed(group, error, batch)
        return
    for name, group in groups.items():
        try:
            _customer(name, group, loaded.get(name), batch)
        except Exception as error:  # reported: its earliest record comes again
            _failed(group, error, batch)


def _failed(group: _Group, error: Exception, batch: _Batch) -> None:
    batch.done.failures.append(group.sequence)
    batch.done.counts["failed"] += 1
    batch.done.error = batch.done.error or error


def _customer(name: str, group: _Group, loaded: Profile | None, batch: _Batch) -> None:
    for attempt in range(CONFLICTS):
        if attempt:
            batch.done.counts["conflicts"] += 1
            loaded = batch.profiles.load([name]).get(name)
        if _once(loaded or Profile(name), group, batch):
            return
    raise Conflict(f"a profile changed {CONFLICTS} times while a batch was folded into it")


def _once(before: Profile, group: _Group, batch: _Batch) -> bool:
    """Fold on one version of the profile; False when another writer was first."""
    counts, now = batch.done.counts, batch.now
    fresh = dedup.unseen(before, group.events, lambda day: batch.profiles.seen(before.customer_id, day))
    bad: list[tuple[Event, Problem]] = []
    profile = reduce(before, fresh, refused=bad)
    if bad:
        unusable = {event.id for event, _ in bad}
        fresh = [event for event in fresh if event.id not in unusable]
    if fresh or group.timer is not None:
        # A refused event is not remembered: it changed nothing, and is refused again should it come again.
        leaving = dedup.remember(profile, fresh, now)
        happened = sorted(fresh, key=lambda event: (event.at, event.id))
        if group.timer is not None:
            happened.append(group.timer)
        decision = batch.decide(before, profile, happened, batch.content, now)
        after = msgspec.structs.replace(decision.profile, due=decision.due)
        if fresh or decision.pending or after != before:
            if not batch.profiles.commit(after, decision.due, decision.pending, [Spill(*one) for one in leaving]):
                return False
            counts["writes"] += 1
            counts.update(decision.notes)
    counts["duplicates"] += len(group.events) - len(fresh) - len(bad)
    for event, problem in bad:
        batch.refuse(msgspec.to_builtins(event), problem)
    return True
