"""The summary of a replay as people read it in a terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mailwright.ledger.reasons import REASONS


def table(figures: Mapping[str, Any], out: Path) -> str:
    """Lines of label and number; what was held back with its reason; anything that went wrong; where to look."""
    rows: list[tuple[str, int, str]] = [
        ("events in", figures["events"], _events(figures)),
        ("customers", figures["customers"], ""),
        ("emails planned", figures["planned"], ""),
        ("emails out", figures["accepted"], f"{out}/outbox"),
    ]
    rows += [(f"  held: {name}", number, REASONS.get(name, "")) for name, number in _most(figures["held"])]
    open_ = figures["states"].get("open", 0)
    if open_:
        rows.append(("  still under way", open_, "time ended before they did; see --until"))
    rows += [(f"dead letters: {name}", number, "given up on") for name, number in _most(figures["dead_letters"])]
    rows += [(f"failures: {name}", number, "invocations that ended in an error") for name, number in
             _most(figures["failures"])]  # fmt: skip
    label = max(len(row[0]) for row in rows)
    width = max(len(f"{row[1]:,}") for row in rows)
    lines = [f"  {name:<{label}}  {number:>{width},}{f'   {note}' if note else ''}" for name, number, note in rows]
    return "\n".join(["", *lines, "", f"  Every customer and every email: {out / 'report.html'}", ""])


def _events(figures: Mapping[str, Any]) -> str:
    notes = []
    if figures["duplicates"]:
        notes.append(f"{figures['duplicates']:,} of them repeated, counted once")
    if figures["quarantined"]:
        notes.append(f"{figures['quarantined']:,} more in quarantine")
    return "; ".join(notes)


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
