"""`make faults`: millions of deliveries and emails under fire, every pair of faults, every guard taken away.

python -m tests.faults                         everything, about 20 minutes on two cores
python -m tests.faults --seeds 2 --events 2000 a taste of it
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.measure import machine
from tests.faults.full import EACH, SEEDS, Part, carry_out, parts
from tests.faults.table import page

RESULTS = Path(__file__).parents[2] / "bench" / "results" / "faults.md"


def main(arguments: list[str]) -> int:
    """Run all parts, write the page, and give 1 when anything does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="All faults, in full.")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="simulations with all faults together")
    parser.add_argument("--events", type=int, default=EACH, help="events, and emails of campaigns, in each")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the page to write")
    given = parser.parse_args(arguments)
    start = time.perf_counter()
    done = _all(parts(given.seeds), given.events, given.workers)
    given.out.write_text(page(done, time.perf_counter() - start, machine()))
    wrong = [part for part, figures in done.items() if not holds(part, figures)]
    for part in wrong:
        print("DOES NOT HOLD:", *part)
    print(f"{given.out} is written; {len(done) - len(wrong)} of {len(done)} parts hold")
    return 1 if wrong else 0


def _all(todo: list[Part], events: int, workers: int) -> dict[Part, dict[str, Any]]:
    """The figures of every part, in the order of `todo`."""
    found: dict[Part, dict[str, Any]] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(carry_out, part, events): part for part in todo}
        for done in as_completed(running):
            part = running[done]
            found[part] = done.result()
            state = "holds" if holds(part, found[part]) else "DOES NOT HOLD"
            print(f"{len(found)}/{len(todo)} {part.kind} {part.name} {part.number}: {state}", flush=True)
    return {part: found[part] for part in todo}


def holds(part: Part, figures: dict[str, Any]) -> bool:
    """Whether a part is as promised."""
    if part.kind == "mutant":
        return bool(figures["killed_by"])
    return bool(figures["holds"]) if part.kind in ("seed", "alone") else not figures["violations"]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
