"""Profiles as they were at an instant: events folded by the real fold, in the order of their time, up to there."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from mailwright.decide.decide import Decision
from mailwright.model.content import Content
from mailwright.model.event import Event, encode_event
from mailwright.model.outbox import Pending
from mailwright.model.problem import Quarantined
from mailwright.model.profile import Profile
from mailwright.model.times import MINUTE
from mailwright.workflow.fold import Record, fold
from mailwright.workflow.ports import Page, Spill

TOGETHER = 5 * MINUTE  # what one batch may span: fold takes no event from more than ten minutes ahead


class Held:
    """The port Profiles, in memory. What writes decided for other ids waits in `outbox`."""

    def __init__(self) -> None:
        self.rows: dict[str, Profile] = {}
        self.outbox: list[Event] = []
        self._spilled: dict[tuple[str, int], bytes] = {}

    def load(self, customer_ids: Sequence[str]) -> dict[str, Profile]:
        return {name: self.rows[name] for name in customer_ids if name in self.rows}

    def seen(self, customer_id: str, day: int) -> bytes:
        return self._spilled.get((customer_id, day), b"")

    def commit(self, profile: Profile, due: int | None, pending: Pending, spills: Sequence[Spill] = ()) -> bool:
        self.rows[profile.customer_id] = replace(profile, v=profile.v + 1)
        for day, ids in spills:
            place = profile.customer_id, day
            self._spilled[place] = self._spilled.get(place, b"") + ids
        self.outbox += pending.events
        return True

    def due(self, before: int) -> Iterator[str]:
        return iter(())

    def scan(self, segment: int, segments: int) -> Iterator[Profile]:
        return (one for place, one in enumerate(self.rows.values()) if place % segments == segment)

    def pages(self, segment: int, segments: int, after: list[str] | None = None) -> Iterator[Page]:
        yield Page(list(self.scan(segment, segments)), [], None)


class _Kept:
    """The port Quarantine: what fold refused is counted."""

    def __init__(self) -> None:
        self.count = 0

    def put(self, records: Iterable[Quarantined]) -> None:
        self.count += len(list(records))


class Refold:
    """Begins with nobody; `to` folds on. Only forward: `at` is the instant everything is known up to."""

    def __init__(self, events: Sequence[Event], content: Content) -> None:
        """`events` in the order of their time."""
        self._events = events
        self._content = content
        self._next = 0
        self._held = Held()
        self._kept = _Kept()
        self.at = 0

    @property
    def refused(self) -> int:
        """Events that fold could not use."""
        return self._kept.count

    def to(self, at: int) -> list[Profile]:
        """Every row after the events up to and including `at`. ValueError for an instant that has passed."""
        if at < self.at:
            raise ValueError("profiles can only be folded on")
        self.at = at
        while (batch := self._batch(at)) is not None:
            self._fold(batch, batch[-1].at)
        return list(self._held.rows.values())

    def _batch(self, at: int) -> list[Event] | None:
        start = end = self._next
        while end < len(self._events) and self._events[end].at <= min(at, self._events[start].at + TOGETHER):
            end += 1
        self._next = end
        return list(self._events[start:end]) or None

    def _fold(self, batch: list[Event], now: int) -> None:
        while batch:
            records = [Record(str(place), encode_event(event)) for place, event in enumerate(batch)]
            done = fold(records, self._held, self._kept, self._content, now, _nothing)
            if done.error is not None:
                raise done.error
            batch, self._held.outbox = self._held.outbox, []


def _nothing(before: Profile, profile: Profile, events: Sequence[Event], content: Content, now: int) -> Decision:
    """No journeys, no emails: only what customers are like is asked."""
    return Decision(profile, Pending())
