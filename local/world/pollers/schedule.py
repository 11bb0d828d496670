"""The schedule trigger: EventBridge Scheduler on the virtual clock.

A function that would find nothing is not called. `needed(last)` gives the earliest instant after the last run at which
a run could find something to do (None: never, as things stand), and the next run is at the first slot at or after it.
A run in between would have returned without effect, so the outcome is that of running at every slot; `look` asks again
after every step. `needs.py` says what each function looks for.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from functions.wiring import Function, Trigger
from local.world.clock import Clock, Timer
from local.world.cron import cron, every
from mailwright.model.times import iso

Needed = Callable[[int], int | None]


class ScheduleTrigger:
    """One schedule. A daemon does not by itself keep a world running."""

    def __init__(
        self,
        clock: Clock,
        function: Function,
        trigger: Trigger,
        invoke: Callable[[Function, dict[str, Any]], None],
        needed: Needed = lambda last: last,
        *,
        daemon: bool = True,
    ) -> None:
        self._clock = clock
        self._function = function
        self._invoke = invoke
        self._needed = needed
        self._daemon = daemon
        following = cron(trigger["cron"]) if "cron" in trigger.options else every(trigger["every"])
        self._slot = lru_cache(maxsize=2)(following)  # asked after every step
        self._last = clock()  # no slot at or before this one is to run
        self._timer: Timer | None = None

    def look(self) -> None:
        """Set the timer to the slot that the state of things asks for."""
        earliest = self._needed(self._last)
        slot = None if earliest is None else self._slot(max(self._last, earliest - 1))
        running = self._timer if self._timer is not None and self._timer.live else None
        if slot is not None and slot <= self._clock() and (running is None or running.when != slot):
            slot = self._slot(self._clock())  # what turns up at or after a slot waits for the next one
        if running is not None and running.when == slot:
            return
        self._clock.cancel(running)
        if slot is not None:
            self._timer = self._clock.at(slot, lambda: self._run(slot), daemon=self._daemon)

    def _run(self, slot: int) -> None:
        self._last = max(slot, self._clock())
        self._invoke(self._function, {"scheduled": f"{iso(slot)[:19]}Z"})
