"""Timing that survives a busy machine: rounds interleaved, medians told, and a table to tell them in."""

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import process_time
from typing import TypeVar

Name = TypeVar("Name")


def interleaved(cases: Mapping[Name, Callable[[], object]], rounds: int = 5) -> dict[Name, float]:
    """Median CPU seconds of each case. One round runs every case once, so that a slow minute slows them all."""
    times: dict[Name, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            start = process_time()
            case()
            times[name].append(process_time() - start)
    return {name: median(found) for name, found in times.items()}


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table, first column to the left, the others to the right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def machine() -> str:
    """What it was measured on."""
    return f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, shared"
