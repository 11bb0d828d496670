"""Remembers what happened to each customer, in a few words an event, so that a run can be told afterwards."""

from collections import Counter, defaultdict, deque
from typing import NamedTuple

from local.world.telling import tell
from mailwright.model.event import NOT_CUSTOMERS, Event
from mailwright.model.times import DAY

MOST = 120  # events kept of one customer, the last that came; fewer for each once there are very many in all
MOST_IN_ALL = 250_000
QUIET = frozenset(("Email Sent", "Email Delivered"))  # what the email itself tells


class Kept(NamedTuple):
    """One event: when it happened, its name, and what it was about."""

    at: int  # milliseconds UTC
    title: str
    text: str


class Lives:
    """What is kept is bounded by MOST and MOST_IN_ALL; counts are of everything."""

    def __init__(self, most_in_all: int = MOST_IN_ALL) -> None:
        self._most = MOST
        self._most_in_all = most_in_all
        self._held = 0
        self._kept: dict[str, deque[Kept]] = {}
        self._merged: set[str] = set()  # ids that became others
        self.counts: Counter[str] = Counter()  # events by customer, those forgotten included
        self.days: Counter[int] = Counter()  # events of the outside by UTC day number
        self.fates: defaultdict[str, dict[str, int]] = defaultdict(dict)  # send key -> what SES said -> when first

    def take(self, event: Event) -> None:
        """Remember an event that is no repetition. Timers, and what is about no customer, happen to nobody."""
        if event.type in ("timer", "link") or event.customer_id.startswith(NOT_CUSTOMERS):
            return
        if event.forwarded:
            for name in event.forwarded.path:
                self._forget_one(name)
        elif event.customer_id in self._merged:
            return  # it comes again, passed on
        if event.type == "merge":
            self._join(str(event.data.get("from")), event.customer_id)
            self._keep(event)
            return
        if event.source == "ses":
            self.fates[str(event.data.get("send_key"))].setdefault(event.name, event.at)
            if event.name in QUIET:
                return
        elif not event.forwarded:
            self.days[event.at // DAY] += 1
        self.counts[event.customer_id] += 1
        self._keep(event)

    def _keep(self, event: Event) -> None:
        line = self._kept.get(event.customer_id)
        if line is None:
            line = self._kept[event.customer_id] = deque(maxlen=self._most)
        self._held += len(line) < self._most
        line.append(Kept(event.at, *tell(event)))
        if self._held > self._most_in_all and self._most > 1:
            self._forget()

    def _join(self, old: str, new: str) -> None:
        """One life from two, when an id became another."""
        before, after = self._kept.get(old, ()), self._kept.get(new, ())
        self._kept[new] = deque(sorted([*before, *after], key=lambda kept: kept.at), self._most)
        self._held += len(self._kept[new]) - len(after)
        self.counts[new] += self.counts[old]
        self._forget_one(old)
        self._merged.discard(new)

    def _forget_one(self, name: str) -> None:
        """An id that is another customer's now has no life of its own."""
        self._held -= len(self._kept.pop(name, ()))
        self.counts.pop(name, None)
        self._merged.add(name)

    def _forget(self) -> None:
        """Keep half as much of everybody."""
        self._most //= 2
        self._kept = {name: deque(line, self._most) for name, line in self._kept.items()}
        self._held = sum(map(len, self._kept.values()))

    def of(self, customer_id: str) -> list[Kept]:
        """What is still known of one customer, in the order of event time."""
        return sorted(self._kept.get(customer_id, ()), key=lambda kept: kept.at)
