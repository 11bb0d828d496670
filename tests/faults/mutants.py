"""Take each guard away and see whether anything notices: python -m tests.faults.mutants [NAME...]

A guard that can go without a test turning red is either not needed or not tested.
"""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from local.simulate.faults import profile
from local.simulate.simulation import Simulation
from local.simulate.verdict import problems, verdict
from tests.faults import patches, patches_identity

ROOT = Path(__file__).parents[2]
SUITE = [
    "tests/core/test_ledger.py", "tests/core/test_backlog.py", "tests/core/test_leaving.py",
    "tests/functions/test_merged.py",
    "tests/functions/test_feedback.py", "tests/faults/test_send_faults.py", "tests/faults/test_matrix.py",
    "tests/faults/test_identity_faults.py", "tests/faults/test_interleavings.py",
]  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One guard gone. `makes` gives what is put in place: (what to patch, by what), several where it stands twice."""

    what: str
    makes: Callable[[], list[tuple[str, Any]]]

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """The package without this guard."""
        with contextlib.ExitStack() as stack:
            for target, replacement in self.makes():
                stack.enter_context(patch(target, replacement))
            yield


MUTANTS: dict[str, Mutant] = {
    name: Mutant(what, makes) for name, (what, makes) in (patches.ALL | patches_identity.ALL).items()
}


def quick() -> None:
    """A small simulation with everything in it. AssertionError when something does not hold."""
    for seed in (1, 2):
        run = Simulation(seed, 1500, 1000, replace(profile("standard"), stall=0.02, zombie=0.02))
        run.run()
        wrong = problems(verdict(run))
        assert not wrong, wrong


class _First:
    """Remembers the first test that failed."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid.rpartition("::")[2]


def main(names: list[str]) -> int:
    """Try the mutants named, or all; 1 when one survives, 2 for a name that is none."""
    if unknown := sorted(set(names) - {*MUTANTS, ""}):
        print(f"no mutant is named {', '.join(unknown)}; there are: {', '.join(MUTANTS)}", file=sys.stderr)
        return 2
    if len(names) == 1:
        return _one(names[0])
    if red := trial(""):
        print(f"the suite is red with every guard in its place: {red}", file=sys.stderr)
        return 2
    names = names or list(MUTANTS)
    survived = 0
    for name in names:
        by = trial(name)
        survived += not by
        print(f"{'killed  ' if by else 'SURVIVED'} {name}: {by or MUTANTS[name].what}", flush=True)
    print(f"{len(names) - survived} of {len(names)} mutants killed")
    return 1 if survived else 0


def trial(name: str) -> str:
    """The first test that is red without this guard ("": with all of them); "" when none is. In its own process."""
    command = [sys.executable, "-m", "tests.faults.mutants", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 1:
        return done.stdout.strip().splitlines()[-1]
    if done.returncode == 0:
        return ""
    raise RuntimeError(f"the suite could not run without {name!r}:\n{done.stdout}\n{done.stderr}")


def _one(name: str) -> int:
    """The suite without one guard; its last line is the first test that failed."""
    first = _First()
    options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", "-k", "not f20", *SUITE]
    with MUTANTS[name].applied() if name else contextlib.nullcontext():
        code = pytest.main(options, plugins=[first])
    if first.failed:
        print(first.failed)
        return 1
    return 0 if code == pytest.ExitCode.OK else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
