"""One event source mapping on one shard: batches, checkpoints, bisection, retries, age, and what is given up on.

docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and its pages on error handling; a table's stream behaves the
same. A shard's records are handled in order, one batch at a time: whatever fails holds up what is behind it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from functions.wiring import Trigger
from local.world.clock import Clock, Timer
from local.world.invoke import Failure
from local.world.pollers.response import Malformed, failed
from mailwright.model.times import SECOND

PAYLOAD = 6 * 1024 * 1024  # bytes of one invocation's event
LONGEST_PAUSE = 60 * SECOND


class Record(NamedTuple):
    """One record on a shard: its place, when it came, its size in the event, and the event's form of it."""

    sequence: str
    at: int
    size: int
    data: dict[str, Any]


@dataclass
class Batch:
    """Records that go to the function together; `retries` counts how often that has failed without a split."""

    records: list[Record]
    retries: int = 0


@dataclass(frozen=True)
class Rules:
    """What function.toml says of a stream trigger; times in milliseconds."""

    batch: int
    window: int
    retries: int
    max_age: int
    bisect: bool

    @classmethod
    def of(cls, trigger: Trigger) -> "Rules":
        window, age = trigger["window"] * SECOND, trigger["max_age"] * SECOND
        return cls(trigger["batch"], window, trigger["retries"], age, trigger["bisect"])


Invoke = Callable[[list[Record]], "tuple[Any, Failure | None]"]
GiveUp = Callable[[list[Record], str, int, str], None]  # records, condition, attempts, what was wrong


@dataclass
class Shard:
    """`invoke` calls the function with records; `give_up` takes those that will not be tried again."""

    clock: Clock
    rules: Rules
    invoke: Invoke
    give_up: GiveUp
    waiting: deque[Record] = field(default_factory=deque)
    again: list[Batch] = field(default_factory=list)  # a stack: what is left of failed batches, next one last
    _timer: Timer | None = None
    _bytes: int = 0

    def add(self, records: list[Record]) -> None:
        """Take in what is new on the shard."""
        self.waiting.extend(records)
        self._bytes += sum(record.size for record in records)
        if not self.again:
            self._set()

    def _set(self) -> None:
        """Wait for a full batch, a full payload, or the end of the window that the oldest record opened."""
        self.clock.cancel(self._timer)
        if self.waiting:
            full = len(self.waiting) >= self.rules.batch or self._bytes >= PAYLOAD
            self._timer = self.clock.at(0 if full else self.waiting[0].at + self.rules.window, self._next)

    def _next(self) -> None:
        """Deliver the rest of a failed batch, or a new one."""
        batch = self.again.pop() if self.again else Batch(self._take())
        batch.records = self._young(batch)
        pause = self._deliver(batch) if batch.records else 0
        if self.again:
            self._timer = self.clock.at(self.clock() + pause, self._next)
        else:
            self._set()

    def _take(self) -> list[Record]:
        taken: list[Record] = []
        size = 0
        while self.waiting and len(taken) < self.rules.batch and (not taken or size + self.waiting[0].size <= PAYLOAD):
            taken.append(self.waiting.popleft())
            size += taken[-1].size
        self._bytes -= size
        return taken

    def _young(self, batch: Batch) -> list[Record]:
        """The records that are not above the maximum age; those that are, are given up."""
        oldest = self.clock() - self.rules.max_age
        old = [record for record in batch.records if record.at < oldest]
        if old:
            self.give_up(old, "RecordAgeExceeded", batch.retries, "")
        return [record for record in batch.records if record.at >= oldest]

    def _deliver(self, batch: Batch) -> int:
        """Call the function; put what must come again on the stack. Returns the pause before that, in ms."""
        answer, failure = self.invoke(batch.records)
        problem = failure.error if failure else ""
        place: int | None = 0  # index of the checkpoint: it and everything after it comes again
        if failure is None:
            order = {record.sequence: index for index, record in enumerate(batch.records)}
            try:
                place = min((order[name] for name in failed(answer, order)), default=None)
            except Malformed as malformed:
                problem = str(malformed)
        if place is None:
            return 0
        return self._failed(batch, place, problem or f"the handler reported {batch.records[place].sequence} as failed")

    def _failed(self, batch: Batch, place: int, problem: str) -> int:
        rest = batch.records[place:]
        if self.rules.bisect and place > 0:  # split at the record that was reported: uses up no retry
            self.again.append(Batch(rest, batch.retries))
            return 0
        if self.rules.bisect and len(rest) > 1:  # split in two: uses up no retry either
            middle = (len(rest) + 1) // 2
            self.again += [Batch(rest[middle:], batch.retries), Batch(rest[:middle], batch.retries)]
            return 0
        retries = batch.retries + 1
        if retries > self.rules.retries:
            self.give_up(rest, "RetryAttemptsExhausted", retries, problem)
            return 0
        self.again.append(Batch(rest, retries))
        return min(SECOND << (retries - 1), LONGEST_PAUSE)
