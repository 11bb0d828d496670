"""The answer as people read it in a terminal, as JSON, and as a picture."""

from textwrap import wrap
from typing import Any

import msgspec

from local.charts.importance import Bar, importance, nothing
from local.charts.mark import standalone
from local.importance.run import Answer
from mailwright.model.times import iso_day
from mailwright.science.importance import Column, Importance


def lines(answer: Answer) -> list[str]:
    """What was asked of whom, what the model is worth, a line a column, and what was left out."""
    found = answer.found
    told = [
        f"{found.outcome}: learned from {found.learned_from:,} customers as of {iso_day(found.learned_at)}, "
        f"of whom {found.learned_rate:.1%} did it;",
        f"tried on {found.tried_on:,} as of {iso_day(found.tried_at)}, of whom {found.rate:.1%} did it "
        f"by {iso_day(found.until)}.",
        _worth(found),
        "",
    ]
    if any(column.association is not None for column in found.columns):
        told += _table(found)
    if found.left_out:
        told += ["", *wrap(f"Left out, everyone is alike in them: {', '.join(found.left_out)}.", 110)]
    if answer.unused:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in sorted(answer.unused.items()))
        told += ["", f"Records that could not be used: {reasons}."]
    return told


def _worth(found: Importance) -> str:
    if found.verdict == "too few":
        return f"Too few to say: {found.why}."
    if found.verdict == "predicted":
        return f"{found.why}; give or take {found.error:.3f}."
    return f"Nothing here predicts it: {found.why}. So there is no ranking; associations alone:"


def _table(found: Importance) -> list[str]:
    ranked = found.verdict == "predicted"
    head = ["column", *(["AUC lost", "give or take"] if ranked else []), "goes with it", "known of", "missing"]
    rows = [[column.name, *_lost(column, ranked=ranked), _with(column), f"{column.n:,}", f"{column.missing:.1%}"]
            for column in found.columns]  # fmt: skip
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    made = []
    for row, column in zip((head, *rows), (None, *found.columns), strict=True):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        twins = f"  with {', '.join(column.twins)}" if column and column.twins else ""
        made.append("  ".join(cells).rstrip() + twins)
    if ranked:
        made += ["", "AUC lost when its values are shuffled; ~ is no more than noise. Columns that say nearly the same",
                 "are shuffled together. Goes with it: Spearman's rho, of text Cramer's V."]  # fmt: skip
    return made


def _lost(column: Column, *, ranked: bool) -> list[str]:
    if not ranked or column.importance is None or column.spread is None:
        return []
    return [f"{'' if column.matters else '~ '}{column.importance:.4f}", f"{column.spread:.4f}"]


def _with(column: Column) -> str:
    if column.association is None:
        return ""
    return f"{column.measure} {column.association:{'+' if column.measure == 'rho' else ''}.2f}"


def document(answer: Answer) -> dict[str, Any]:
    """What `--json` prints."""
    found: dict[str, Any] = msgspec.to_builtins(answer.found)
    for name in ("learned_at", "tried_at", "until"):
        found[name] = iso_day(found[name])
    return {**found, "events": answer.events, "unused": dict(sorted(answer.unused.items()))}


def picture(found: Importance) -> str:
    """An SVG file."""
    title = f"What tells {found.outcome} on {iso_day(found.tried_at)}"
    if found.verdict != "predicted":
        said = "Too few to say" if found.verdict == "too few" else "Nothing here predicts it"
        return standalone(nothing(f"{said}: {found.why}."), title)
    bars = [
        Bar(column.name, column.importance or 0.0, column.spread or 0.0, column.matters) for column in found.columns
    ]
    return standalone(importance(bars, f"AUC {found.auc:.3f}, a coin 0.5", f"{found.why}."), title)
