"""`make faults`: millions of deliveries and emails under fire, every pair of faults, every guard taken away.

python -m tests.faults                         everything, about 35 minutes on two cores that have nothing else to do
python -m tests.faults --seeds 2 --events 2000 a taste of it

What is done is kept in .build/faults until the code changes, so a run that was stopped goes on where it was.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.measure import machine
from tests.faults.full import EACH, SEEDS, Part, carry_out, parts
from tests.faults.table import page, promised

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "bench" / "results" / "faults.md"
PROMISES = ROOT / "docs" / "guarantees.md"
SOURCES = ("functions", "layers/core", "local", "tests/faults", "tests/fakes")
TRIES = 3  # of a part whose process died


def main(arguments: list[str]) -> int:
    """Run all parts, write the page, and give 1 when anything does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="All faults, in full.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="simulations with all faults together")
    parser.add_argument("--events", type=int, default=EACH, help="events, and emails of campaigns, in each")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the page to write")
    parser.add_argument("--part", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    todo, kept = parts(given.seeds), _kept(given.events)
    if given.part is not None:
        _keep(kept, todo[given.part], carry_out(todo[given.part], given.events))
        return 0
    done: dict[Part, dict[str, Any]] = {}
    for part, figures in _all(todo, given.seeds, given.events, given.workers, kept):
        done[part] = figures
        print(
            f"{len(done)}/{len(todo)} {_name(part)}: {'holds' if holds(part, figures) else 'DOES NOT HOLD'}", flush=True
        )
    given.out.write_text(page({part: done[part] for part in todo}, machine()))
    if given.out == RESULTS:
        PROMISES.write_text(promised(PROMISES.read_text(), done))
    wrong = [part for part, figures in done.items() if not holds(part, figures)]
    print(f"{given.out} is written; {len(done) - len(wrong)} of {len(done)} parts hold")
    return 1 if wrong else 0


def _all(todo: list[Part], seeds: int, events: int, workers: int, kept: Path) -> Iterator[tuple[Part, dict[str, Any]]]:
    """The figures of every part as they come, each from a process of its own."""
    waiting = [(number, 1) for number, part in enumerate(todo) if not _file(kept, part).is_file()]
    yield from ((part, _read(kept, part)) for part in todo if _file(kept, part).is_file())
    running: dict[int, tuple[subprocess.Popen[bytes], int]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                number, attempt = waiting.pop(0)
                command = [sys.executable, "-m", "tests.faults", "--part", str(number), "--seeds", str(seeds)]
                process = subprocess.Popen([*command, "--events", str(events)], cwd=ROOT)
                running[number] = process, attempt
            for number, (process, attempt) in list(running.items()):
                if process.poll() is None:
                    continue
                del running[number]
                if _file(kept, todo[number]).is_file():
                    yield todo[number], _read(kept, todo[number])
                elif attempt == TRIES:
                    raise SystemExit(f"{_name(todo[number])} died {TRIES} times, the last with {process.returncode}")
                else:
                    waiting.append((number, attempt + 1))
            time.sleep(0.2)
    finally:
        for process, _ in running.values():
            process.terminate()


def _kept(events: int) -> Path:
    """Where figures of this code are kept."""
    digest = sha256(str(events).encode())
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return ROOT / ".build" / "faults" / digest.hexdigest()[:16]


def _name(part: Part) -> str:
    return " ".join(str(field) for field in part if field != "")


def _file(kept: Path, part: Part) -> Path:
    return kept / f"{_name(part).replace(' ', '-')}.json"


def _keep(kept: Path, part: Part, figures: dict[str, Any]) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    draft = _file(kept, part).with_suffix(".part")
    draft.write_text(json.dumps(figures))
    draft.replace(_file(kept, part))


def _read(kept: Path, part: Part) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(_file(kept, part).read_text())
    return figures


def holds(part: Part, figures: dict[str, Any]) -> bool:
    """Whether a part is as promised."""
    if part.kind == "mutant":
        return bool(figures["killed_by"])
    if part.kind == "suite":
        return not figures["red"]
    return bool(figures["holds"]) if part.kind in ("seed", "alone") else not figures["violations"]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
