"""The parts of `make faults`: each is one task for one process, and gives its figures."""

import gc
import os
from collections.abc import Callable
from typing import Any, NamedTuple

from local.simulate.faults import PROFILES
from local.simulate.run import Plan, shrink, simulate, told
from local.simulate.verdict import problems
from tests.faults import mutants, small

SEEDS = 20
EACH = 46_000  # events, and about as many emails of campaigns, a seed: a million deliveries, and as many emails planned
ALONE = 4_000  # the same for each fault by itself
PARTS = 16  # of the pairs
EVERY = {"one id": 1, "two ids": 3}  # so-manieth pair is run: all, and a third where the life has more calls


class Part(NamedTuple):
    """What to do (`seed`, `alone`, `singles`, `pairs`, `suite`, `mutant`) and with what."""

    kind: str
    name: str
    number: int = 0


def parts(seeds: int) -> list[Part]:
    """Everything; what needs looking at first comes first."""
    runs = [Part("seed", "standard", seed) for seed in range(1, seeds + 1)]
    singles = [Part("singles", lived) for lived in small.LIVES]
    pairs = [Part("pairs", lived, part) for lived in small.LIVES for part in range(PARTS)]
    guards = [Part("mutant", name) for name in mutants.MUTANTS]
    alone = [Part("alone", name, 1) for name in PROFILES if name != "standard"]
    return [*singles, *runs, *pairs, *alone, Part("suite", ""), *guards]


def carry_out(part: Part, events: int) -> dict[str, Any]:
    """The figures of one part, with the processor time it took, children included."""
    gc.set_threshold(200_000, 50, 50)  # a sixth less time, for 30 MB
    start = _spent()
    figures = _KINDS[part.kind](part, events)
    return figures | {"seconds": _spent() - start}


def _spent() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _simulated(part: Part, events: int) -> dict[str, Any]:
    many = events if part.kind == "seed" else min(events, ALONE)
    plan = Plan(part.number, many, many, part.name)
    figures = simulate(plan)
    figures["command"] = plan.command()
    figures["problems"] = problems(figures)
    if not figures["holds"] and many <= ALONE:  # a large one is for `mailwright simulate` to shrink
        figures["shrunk"] = list(told(shrink(plan)))
    return figures


def _singles(part: Part, events: int) -> dict[str, Any]:
    search = small.Search(part.name)
    search.singles()
    return _searched(search)


def _pairs(part: Part, events: int) -> dict[str, Any]:
    search = small.Search(part.name)
    search.pairs(part.number, PARTS, EVERY[part.name])
    return _searched(search)


def _searched(search: small.Search) -> dict[str, Any]:
    return {"runs": search.runs, "violations": [str(one) for one in search.violations]}


def _suite(part: Part, events: int) -> dict[str, Any]:
    """With every guard in its place the tests must be green, or their being red says nothing."""
    return {"red": mutants.trial("")}


def _mutant(part: Part, events: int) -> dict[str, Any]:
    return {"what": mutants.MUTANTS[part.name].what, "killed_by": mutants.trial(part.name)}


_KINDS: dict[str, Callable[[Part, int], dict[str, Any]]] = {
    "seed": _simulated, "alone": _simulated, "singles": _singles, "pairs": _pairs, "suite": _suite,
    "mutant": _mutant
}  # fmt: skip
