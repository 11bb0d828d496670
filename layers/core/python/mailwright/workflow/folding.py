"""A batch while it is folded: what it brings for each customer, what is written, what became of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

import msgspec

from mailwright.decide.decide import Decision
from mailwright.fold.dedup import Leaving
from mailwright.model.content import Content
from mailwright.model.event import Event
from mailwright.model.outbox import Pending
from mailwright.model.problem import Problem, Quarantined
from mailwright.model.profile import Profile
from mailwright.workflow.ports import Profiles, Spill
from mailwright.workflow.refuse import refused

Decide = Callable[[Profile, Profile, Sequence[Event], Content, int], Decision]
Refused = Sequence[tuple[Event, Problem]]


class Step(Enum):
    """What one try on one customer came to."""

    DONE = auto()
    MORE = auto()  # a part is written; the rest is too much for one row's outbox
    CONFLICT = auto()  # another writer was first


@dataclass
class Folded:
    """What became of a batch. `counts`: records, events, timers, duplicates, ignored, refused (too old or too early),
    quarantined (those and all that could not be used), customers, writes, conflicts, failed (customers), merged (ids),
    passed_on (events of merged ids), links_refused, unreadable (customers, by their rows), and what `decide` noted.
    `failures`: the earliest record of each customer that must come again. `error`: the first reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    error: Exception | None = None


@dataclass
class Group:
    """What a batch brings for one customer."""

    sequence: str  # of its earliest record
    events: list[Event] = field(default_factory=list)
    timer: Event | None = None  # several wake no more than one
    linked: bool = False  # whether it says that this id is now another
    taken: int = 0  # events that earlier writes of this batch have taken


@dataclass
class Batch:
    profiles: Profiles
    content: Content
    now: int
    decide: Decide
    done: Folded = field(default_factory=Folded)
    poison: list[Quarantined] = field(default_factory=list)

    def refuse(self, record: object, problem: Problem) -> None:
        self.poison.append(refused(record, problem, "fold", self.now))
        self.done.counts["quarantined"] += 1

    def keep(self, group: Group) -> None:
        """Put aside what came for a customer whose row cannot be read: asking again would hold up everybody else."""
        reason = "the row of this customer is damaged, or was written by a newer version of Mailwright"
        for event in group.events:
            self.refuse(msgspec.to_builtins(event), Problem("unreadable_row", reason))
        self.done.counts["unreadable"] += 1

    def commit(self, profile: Profile, due: int | None, pending: Pending, leaving: Iterable[Leaving]) -> bool:
        """Write one version of a profile; False when another writer was first."""
        if not self.profiles.commit(profile, due, pending, [Spill(*one) for one in leaving]):
            return False
        self.done.counts["writes"] += 1
        return True

    def settle(self, group: Group, fresh: Sequence[Event], bad: Refused, *, more: bool = False) -> Step:
        """Account for what was written and refused; the others are repetitions, unless some are left (`more`)."""
        for event, problem in bad:
            self.refuse(msgspec.to_builtins(event), problem)
        group.events = usable(group.events, bad)
        group.taken += len(fresh)
        if more:
            return Step.MORE
        self.done.counts["duplicates"] += len(group.events) - group.taken
        return Step.DONE


def usable(events: list[Event], bad: Refused) -> list[Event]:
    """The events that were not refused."""
    if not bad:
        return events
    unusable = {event.id for event, _ in bad}
    return [event for event in events if event.id not in unusable]
