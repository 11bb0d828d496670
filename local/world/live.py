"""A world on the real clock: one thread lives in it, others hand it what is to happen and wait for the answer."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from local.world.world import World

T = TypeVar("T")
LONGEST_SLEEP = 0.2  # seconds between looks at the clock


class Live:
    """`run` owns the world; `do` may be called from any thread. `speed` virtual seconds pass in a real one."""

    def __init__(self, world: World, speed: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.world = world
        self._speed = speed
        self._clock = clock
        self._calls: SimpleQueue[tuple[Callable[[World], Any], Future[Any]]] = SimpleQueue()
        self._began = clock()
        self._start = world.now
        self._stopped = threading.Event()

    def do(self, action: Callable[[World], T], timeout: float | None = 30.0) -> T:
        """Have the world's thread call `action(world)` at the present instant; its result or its exception."""
        future: Future[T] = Future()
        self._calls.put((action, future))
        return future.result(timeout)

    def run(self) -> None:
        """Live until `stop` is called. What is in the queue then is cancelled."""
        while not self._stopped.is_set():
            self.turn(self._pause())
        while not self._calls.empty():
            self._calls.get()[1].cancel()

    def stop(self) -> None:
        """Have `run` return soon; may be called from any thread or a signal handler."""
        self._stopped.set()

    def turn(self, pause: float = 0.0) -> None:
        """Wait up to `pause` seconds for something to do, then bring the world up to the present."""
        try:
            action, future = self._calls.get(timeout=pause) if pause else self._calls.get_nowait()
        except Empty:
            self.world.advance(self._present())
            return
        self.world.advance(self._present())
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(action(self.world))
        except BaseException as error:
            future.set_exception(error)
            if not isinstance(error, Exception):
                raise

    def _present(self) -> int:
        return self._start + int((self._clock() - self._began) * 1000 * self._speed)

    def _pause(self) -> float:
        due = self.world.clock.due
        if due is None:
            return LONGEST_SLEEP
        return min(LONGEST_SLEEP, max(0.001, (due - self._present()) / 1000 / self._speed))
