"""Several workers at once, one call at a time: which of them goes on after each call is a seed's choice.

The simulator runs a second worker inside a call of the first, to its end. Here all of them are under way together.
"""

import random
import threading
from collections.abc import Callable
from typing import Any


class Lockstep:
    """`run` carries jobs out in threads of which one moves at a time; `watch` makes a method a place to change over."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._changed = threading.Condition()
        self._live: list[int] = []
        self._turn: int | None = None
        self._me = threading.local()

    def watch(self, thing: Any, *methods: str) -> None:
        """Let another worker go on before each call of these methods."""
        for name in methods:
            setattr(thing, name, self._watched(getattr(thing, name)))

    def _watched(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if getattr(self._me, "number", None) is not None:
                with self._changed:
                    self._next()
                    self._await()
            return inner(*arguments, **named)

        return call

    def run(self, *jobs: Callable[[], object]) -> list[Exception]:
        """What the jobs raised; ends when all have."""
        raised: list[Exception] = []
        self._live = list(range(len(jobs)))
        self._next()

        def work(number: int) -> None:
            self._me.number = number
            with self._changed:
                self._await()
            try:
                jobs[number]()
            except Exception as error:
                raised.append(error)
            with self._changed:
                self._live.remove(number)
                self._next()

        threads = [threading.Thread(target=work, args=(number,)) for number in self._live]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return raised

    def _next(self) -> None:
        self._turn = self._chance.choice(self._live) if self._live else None
        with self._changed:
            self._changed.notify_all()

    def _await(self) -> None:
        while self._turn != self._me.number:
            self._changed.wait()
