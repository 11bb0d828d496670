"""The virtual clock: what is due, in order; time stands still while something runs and jumps to the next thing due."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count


@dataclass(order=True)
class Timer:
    """One thing to do at one instant. Ties go to the one that was set first, so a run never depends on a hash seed."""

    when: int  # milliseconds UTC
    number: int
    run: Callable[[], None] = field(compare=False)
    daemon: bool = field(compare=False, default=False)
    live: bool = field(compare=False, default=True)


class Clock:
    """`clock()` is now, in milliseconds UTC. Nothing here ever reads the machine's clock."""

    def __init__(self, start: int) -> None:
        self._now = start
        self._heap: list[Timer] = []
        self._numbers = count()
        self._waiting = 0

    def __call__(self) -> int:
        return self._now

    def at(self, when: int, run: Callable[[], None], *, daemon: bool = False) -> Timer:
        """Have `run` called at `when`, or at once when that has passed. A daemon alone keeps no world running."""
        timer = Timer(max(when, self._now), next(self._numbers), run, daemon)
        heapq.heappush(self._heap, timer)
        self._waiting += not daemon
        return timer

    def cancel(self, timer: Timer | None) -> None:
        """Take a timer back; one that has run, was taken back before or never was is left alone."""
        if timer is not None and timer.live:
            timer.live = False
            self._waiting -= not timer.daemon

    @property
    def due(self) -> int | None:
        """When the next thing is due; None when nothing is."""
        while self._heap and not self._heap[0].live:
            heapq.heappop(self._heap)
        return self._heap[0].when if self._heap else None

    @property
    def busy(self) -> bool:
        """Whether anything but daemons is waiting."""
        return self._waiting > 0

    def step(self, until: int | None = None) -> bool:
        """Jump to the next thing due and do it; False when there is none at or before `until`."""
        due = self.due
        if due is None or (until is not None and due > until):
            return False
        timer = heapq.heappop(self._heap)
        self.cancel(timer)
        self._now = max(self._now, timer.when)
        timer.run()
        return True

    def reach(self, now: int) -> None:
        """Let time pass with nothing happening. An instant in the past changes nothing: time does not run backwards."""
        self._now = max(self._now, now)
