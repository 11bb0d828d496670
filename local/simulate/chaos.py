"""The scheduler of faults: asked at every call to AWS, it says what goes wrong there."""

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from typing import NamedTuple

from local.simulate.faults import Faults, rates

CRASHES = frozenset(("crash before", "crash after"))
# What only makes sense where something runs that can be hit by it.
_INSIDE = CRASHES | {"zombie", "stall"}
_OWN_ROW = frozenset(("send dynamodb.get_item", "send dynamodb.put_item"))  # calls that name one person


class Crash(BaseException):
    """The function is gone: no except clause and no return value, the whole batch comes again."""


class Strike(NamedTuple):
    """One fault: the number of the call it struck, where that was, and what it was."""

    call: int
    place: str
    fault: str


class Chaos:
    """Faults at random by their rates, or exactly those of a `script` ({number of the call: fault})."""

    def __init__(self, seed: int, faults: Faults, script: Mapping[int, str] | None = None) -> None:
        self._seed = seed
        self._script = script
        self._only = faults.only
        self._random = random.Random(f"{seed}:chaos")
        weighted = rates(faults) if script is None else []
        self._names = [name for name, _ in weighted]
        self._edges = list(accumulate(rate for _, rate in weighted))
        self._most = self._edges[-1] if weighted else 0.0
        self.calls = 0
        self.strikes: list[Strike] = []
        self.injected: Counter[str] = Counter()  # by fault, those of the traffic included

    def strike(self, place: str, *, inside: bool) -> str:
        """What goes wrong at this call; "" when nothing does. `inside` a function, or out in the world."""
        self.calls += 1
        fault = self._at_random(place) if self._script is None else self._script.get(self.calls, "")
        if not fault or (fault in _INSIDE and not inside) or (fault == "opt-out" and place not in _OWN_ROW):
            return ""
        self.strikes.append(Strike(self.calls, place, fault))
        self.injected[fault] += 1
        return fault

    def _at_random(self, place: str) -> str:
        chance = self._random.random()
        if chance >= self._most or (self._only and not any(part in place for part in self._only)):
            return ""
        return self._names[bisect_right(self._edges, chance)]

    def details(self) -> random.Random:
        """Chance for the details of the fault that just struck: the same for the same call, whatever else struck."""
        return random.Random(f"{self._seed}:{self.calls}")
