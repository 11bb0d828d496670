"""Why an email went out, or did not: its decision trace in sentences, each with the rule it speaks of."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.report import words
from mailwright.ledger.reasons import REASONS
from mailwright.model.send import SendRecord
from mailwright.model.times import iso

Sentence = tuple[str, str]  # what happened; the rule or id it is about, "" for none


def why(record: SendRecord, heard: Mapping[str, int]) -> list[Sentence]:
    """In the order in which it was decided; `heard` is what SES said of it later, by event name."""
    return [*_planned(record), *_branches(record.trace), *_condition(record), *_end(record, heard)]


def moment(at: int) -> str:
    """`2026-11-03 19:55 UTC`"""
    return iso(at)[:16].replace("T", " ") + " UTC"


def _planned(record: SendRecord) -> Iterator[Sentence]:
    trace = record.trace
    kind, name = words.program(record.program)
    if kind == "campaign":
        yield (
            f"Campaign {name}, run of {_text(trace.get('scheduled'))[:16].replace('T', ' ')} UTC, to everyone in",
            _text(trace.get("segment")),
        )
        return
    entry, entered = trace.get("entry"), trace.get("entered_at")
    if isinstance(entered, int):
        cause = _text(trace.get("event_name"))
        again = f", for the {_nth(entry)} time" if isinstance(entry, int) and entry > 1 else ""
        by = f", by “{cause.removeprefix('segment:')}”" if cause else ""
        yield f"Entered the {kind} {name}{again} on {moment(entered)}{by}", _text(trace.get("event"))
    if trace.get("rule"):
        yield "The rule for entering held", _text(trace["rule"])
    if trace.get("step"):
        yield f"Step “{_text(trace['step'])}” planned it for {moment(record.planned_at)}", ""


def _branches(trace: Mapping[str, Any]) -> Iterator[Sentence]:
    branches = trace.get("branches")
    for branch in branches if isinstance(branches, list) else ():
        step, took, rule = (_text(branch.get(key)) for key in ("step", "took", "rule"))
        if rule and took in ("then", "else"):
            yield f"Branch “{step}” went to {took}: this was {'true' if took == 'then' else 'not true'}", rule
        else:
            yield f"Branch “{step}” took “{took}”", rule


def _condition(record: SendRecord) -> Iterator[Sentence]:
    if record.trace.get("send_when"):
        held = "no longer held" if record.held == "condition" else "had to hold"
        yield f"When it was due, this {held}", _text(record.trace["send_when"])


def _end(record: SendRecord, heard: Mapping[str, int]) -> Iterator[Sentence]:
    if record.held:
        told = REASONS.get(record.held)
        yield f"Not sent on {moment(record.at)}: {told or 'SES refused it'}", record.held
    elif record.message_id:
        yield f"SES took it on {moment(record.at)}", record.message_id
    for name, at in words.heard(heard):
        yield f"{words.state(name)} on {moment(at)}", ""
    if record.trace.get("content"):
        yield "Content version", _text(record.trace["content"])


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _nth(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 14 else ending}"
