"""One simulation from a seed to its figures; of a failing one, the command that replays it and the fewest faults."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from local.simulate.chaos import Strike
from local.simulate.faults import profile
from local.simulate.simulation import Script, Simulation
from local.simulate.verdict import problems, verdict

MOST_RUNS = 150  # of a shrink


class Plan(NamedTuple):
    """Everything a simulation depends on."""

    seed: int
    events: int
    sends: int
    faults: str
    script: Script | None = None

    def command(self) -> str:
        """What a person types to see the same again."""
        only = "".join(f" --only '{call}={fault}'" for call, fault in (self.script or {}).items())
        if self.script is not None and not only:
            only = " --only 0="
        return (
            f"mailwright simulate --seed {self.seed} --events {self.events} --sends {self.sends} "
            f"--faults {self.faults}{only}"
        )


class Shrunk(NamedTuple):
    """A smaller plan that still fails, the faults in it and what they bring about."""

    plan: Plan
    strikes: list[Strike]
    problems: list[str]


def simulate(plan: Plan) -> dict[str, Any]:
    """Run a plan; the figures of `verdict`, and the plan. UnknownFaults when there is no such profile."""
    return _run(plan)[0]


def shrink(plan: Plan, told: Callable[[str], None] = lambda text: None) -> Shrunk:
    """The fewest events, then the fewest faults, with which a failing plan still fails, in at most 150 runs."""
    best, found, strikes = plan, *_run(plan)
    while best.script is None and best.events > 20:
        half = best._replace(events=best.events // 2, sends=best.sends // 2)
        told(f"trying {half.events} events")
        other, struck = _run(half)
        if other["holds"]:
            break
        best, found, strikes = half, other, struck
    scripted = best._replace(script={one.call: one.fault for one in strikes})
    other, struck = _run(scripted)
    if other["holds"]:  # what fails does not need the faults at calls: the traffic alone brings it about
        return Shrunk(best, strikes, problems(found))
    return _fewest(scripted, other, struck, told)


def _fewest(plan: Plan, found: dict[str, Any], strikes: list[Strike], told: Callable[[str], None]) -> Shrunk:
    """Leave out ever smaller parts of the faults, as long as it still fails without them."""
    part, runs = max(1, len(strikes) // 2), 0
    while runs < MOST_RUNS:
        smaller = False
        for start in range(0, len(strikes), part):
            kept = [*strikes[:start], *strikes[start + part :]]
            candidate = plan._replace(script={one.call: one.fault for one in kept})
            other, struck = _run(candidate)
            runs += 1
            told(f"{len(kept)} faults: {'holds' if other['holds'] else 'fails'}")
            if not other["holds"] and len(struck) < len(strikes):
                plan, found, strikes, smaller = candidate, other, struck, True
                break
            if runs >= MOST_RUNS:
                break
        if not smaller:
            if part == 1:
                break
            part = max(1, part // 2)
    plan = plan._replace(script={one.call: one.fault for one in strikes})
    return Shrunk(plan, strikes, problems(found))


def _run(plan: Plan) -> tuple[dict[str, Any], list[Strike]]:
    run = Simulation(plan.seed, plan.events, plan.sends, profile(plan.faults), plan.script)
    run.run()
    figures = {"seed": plan.seed, "events": plan.events, "sends": plan.sends, "faults": plan.faults}
    return figures | verdict(run), run.chaos.strikes


def told(shrunk: Shrunk, most: int = 20) -> Sequence[str]:
    """A shrunk failure in lines."""
    lines = [*shrunk.problems, f"again: {shrunk.plan.command()}"]
    lines += [f"  call {one.call}: {one.place}: {one.fault}" for one in shrunk.strikes[:most]]
    if len(shrunk.strikes) > most:
        lines.append(f"  and {len(shrunk.strikes) - most} more")
    return lines
