"""journeys/*.yaml: who enters, who leaves, and the steps between."""

from collections.abc import Collection
from typing import Any, NamedTuple

from mailwright.content.document import Document, Where
from mailwright.content.events import event_names
from mailwright.content.fields import Field, Reader
from mailwright.content.findings import Finding
from mailwright.content.rules import compile_rule
from mailwright.content.steps import Steps
from mailwright.expression.tree import Expr
from mailwright.model.content import Journey
from mailwright.model.send import Class
from mailwright.model.times import DAY, SECOND

FIELDS = (
    Field("name", "text", "the same as the file's name"),
    Field("description", "text", "what the journey is for", required=True),
    Field("class", "text", "marketing (needs consent, counts towards the cap) or transactional; marketing when absent"),
    Field("enter", "mapping", "what makes a customer enter", required=True),
    Field("exit", "mapping", "what makes a customer leave before the end"),
    Field("steps", "list", "what happens, in order", required=True),
)
ENTER = (
    Field("on", "texts", "event names; any of them makes a customer enter"),
    Field("segment", "text", "or: a segment, entered when a customer becomes a member"),
    Field("when", "any", "a rule that must also be true then"),
    Field("again", "text", "whether one may enter once more: never, always, or how long after the end, 7d"),
    Field("debounce", "flag", "a repeated entry event starts the first wait anew"),
)
EXIT = (
    Field("on", "texts", "event names; any of them ends the journey"),
    Field("left", "text", "or: a segment, when a customer ceases to be a member"),
    Field("when", "any", "or: a rule; the journey ends as soon as it is true"),
)
CLASSES: dict[str, Class] = {"marketing": "M", "transactional": "T"}


class Names(NamedTuple):
    """What a journey may refer to."""

    segments: Collection[str]
    templates: dict[str, Class | None]  # None: it is there, with findings of its own
    offers: Collection[str]


def read_journey(stem: str, document: Document, names: Names) -> tuple[Journey | None, list[Finding]]:
    """One Journey, or None; findings may be warnings only."""
    reader = Reader(document)
    read = reader.mapping((), document.data, FIELDS, "a journey")
    name = reader.name(read, stem)
    said = read.get("class", "marketing")
    cls: Class = CLASSES[said] if reader.known(("class",), said, CLASSES, "class") else "M"
    enter = reader.mapping(("enter",), read["enter"], ENTER, "enter") if "enter" in read else {}
    exit_ = reader.mapping(("exit",), read["exit"], EXIT, "exit") if "exit" in read else {}
    enter_on, exit_on = _triggers(reader, enter, exit_, names)
    enter_rule = _rule(reader, ("enter", "when"), enter, names)
    exit_rule = _rule(reader, ("exit", "when"), exit_, names)
    steps = Steps(reader, names.segments, names.templates, names.offers, cls)
    first = steps.read(("steps",), read.get("steps", [])) if "steps" in read else ""
    debounce = enter.get("debounce", False)
    if debounce and first and steps.steps[first].op != "wait":
        reader.wrong(("enter", "debounce"), "debounce starts the first wait anew, but the first step is no wait")
    again = _again(reader, enter)
    if any(not finding.warning for finding in reader.findings):
        return None, reader.findings
    journey = Journey(
        name,
        read["description"],
        first,
        steps.steps,
        enter_on,
        enter_rule,
        exit_on,
        exit_rule,
        again,
        debounce,
        cls,
        _line(enter.get("when")),
        _line(exit_.get("when")),
    )
    return journey, reader.findings


def _triggers(
    reader: Reader, enter: dict[str, Any], exit_: dict[str, Any], names: Names
) -> tuple[list[str], list[str]]:
    enter_on = event_names(reader, ("enter", "on"), enter.get("on", []))
    exit_on = event_names(reader, ("exit", "on"), exit_.get("on", []))
    for both in sorted(set(enter_on) & set(exit_on)):
        reader.wrong(("exit", "on"), f"{both!r} makes customers enter and leave at once")
    if "segment" in enter and reader.known(("enter", "segment"), enter["segment"], names.segments, "segment"):
        enter_on.append(f"segment:{enter['segment']}")
    if "left" in exit_ and reader.known(("exit", "left"), exit_["left"], names.segments, "segment"):
        exit_on.append(f"left:{exit_['left']}")
    if enter and not {"on", "segment"} & set(enter):
        reader.wrong(("enter",), "nothing makes a customer enter", "give `on:` (events) or `segment:`")
    return enter_on, exit_on


def _rule(reader: Reader, where: Where, read: dict[str, Any], names: Names) -> Expr | None:
    if "when" not in read:
        return None
    rule, findings = compile_rule(read["when"], reader.document, where, names.segments)
    reader.findings += findings
    return rule


def _again(reader: Reader, enter: dict[str, Any]) -> int | None:
    said = enter.get("again", "never")
    if said == "never":
        return None
    return 0 if said == "always" else reader.duration(("enter", "again"), said, SECOND, 3650 * DAY)


def _line(sql: Any) -> str:
    return " ".join(sql.split()) if isinstance(sql, str) else ""
