"""Lambda with everything that may go wrong: invocations that crash, run twice, stall, and have clocks of their own."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from functions.wiring import Function
from local.simulate.chaos import CRASHES, Chaos, Crash
from local.world.clock import Clock
from local.world.invoke import Failure, Handler, Invoker
from mailwright.model.times import SECOND

DEEPEST = 3  # invocations inside one another: a zombie may have a zombie, and that is that
_LOST = CRASHES | {"reply lost", "reply lost for good", "request lost", "throttled"}


@dataclass
class Frame:
    """One invocation under way; it is also the context its handler gets."""

    function: Function
    event: dict[str, Any]
    start: int
    skew: int  # milliseconds its clock is wrong by
    clock: Clock

    @property
    def function_name(self) -> str:
        return self.function.name

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self.function.timeout * SECOND - (self.clock() - self.start))


class Lambdas(Invoker):
    """Called by the pollers, as the world's invoker is. `advance` lets the rest of the world go on to an instant."""

    def __init__(self, clock: Clock, chaos: Chaos, handlers: dict[str, Handler], skew: int, seed: int) -> None:
        super().__init__(clock)
        self._time = clock
        self._chaos = chaos
        self._handlers = handlers
        self._skew = skew
        self._chance = random.Random(f"{seed}:lambdas")
        self._frames: list[Frame] = []
        self._depth = 0
        self.records: Counter[str] = Counter()  # handed to each function, repetitions included
        self.advance: Callable[[int], None] = lambda until: None

    def __call__(self, function: Function, event: dict[str, Any], records: int = 1) -> tuple[Any, Failure | None]:
        """Invoke a function; a crash is a failure like any other."""
        self.invocations[function.name] += 1
        self.records[function.name] += records
        skew = self._chance.randint(-self._skew, self._skew) if self._skew else 0
        frame = Frame(function, event, self._time(), skew, self._time)
        self._frames.append(frame)
        self._depth += 1
        try:
            answer = self._handlers[function.name](event, frame)
            self._acknowledge(function)
        except (Exception, Crash) as error:
            return None, Failure(self._time(), function.name, f"{type(error).__name__}: {error}", records, "")
        finally:
            self._depth -= 1
            self._frames.pop()
        return answer, None

    def _acknowledge(self, function: Function) -> None:
        """The last place where something may go wrong: the work is done, and nobody hears of it."""
        fault = self._chaos.strike(f"{function.name} acknowledges", inside=True)
        if fault == "zombie":
            self.again()
        elif fault == "stall":
            self.wait()
        elif fault in _LOST:
            raise Crash(fault)

    @property
    def running(self) -> str:
        """The function that runs; "" when none does."""
        return self._frames[-1].function.name if self._frames else ""

    def now(self) -> int:
        """The time as the function that runs has it."""
        return self._time() + (self._frames[-1].skew if self._frames else 0)

    def again(self) -> None:
        """The present invocation a second time, to its end, under another name and by another clock."""
        if self._depth < DEEPEST:
            self(self._frames[-1].function, self._frames[-1].event, 0)

    def wait(self) -> None:
        """Everything else goes on for a while. Crash when the function's time is up then."""
        if self._depth >= DEEPEST:
            return
        longest = self._frames[-1].function.timeout * SECOND * 11 // 10  # sometimes longer than it may run
        frames, self._frames = self._frames, []  # what goes on meanwhile is not inside this function
        try:
            self.advance(self._time() + self._chaos.details().randrange(longest))
        finally:
            self._frames = frames
        if not frames[-1].get_remaining_time_in_millis():
            raise Crash("the function's time is up")
