"""segments/*.yaml: a named rule with examples of who is in it and who is not, which are put to the test."""

from collections.abc import Collection
from typing import Any

from mailwright.content.document import Document, Where
from mailwright.content.fields import Field, Reader
from mailwright.content.findings import Finding, meant
from mailwright.content.rules import compile_rule
from mailwright.expression.closures import SEGMENT, closure
from mailwright.model.columns import COLUMNS
from mailwright.model.content import Segment
from mailwright.segments.membership import PERSONA, Facts, in_order

FIELDS = (
    Field("name", "text", "the same as the file's name"),
    Field("description", "text", "who these customers are, for the people who use the segment", required=True),
    Field("approach", "text", "the marketing it is for: what to do with them, and what not"),
    Field("when", "any", "the rule: a SQL condition over the columns", required=True),
    Field("examples", "mapping", "customers who are in and who are not", required=True),
    Field("persona", "whole", "makes the segment a persona; of several that fit, 1 comes before 2"),
)
EXAMPLES = (
    Field("in", "list", "columns of customers who are in the segment, one mapping each", required=True),
    Field("out", "list", "columns of customers who are not; {} is one of whom nothing is known", required=True),
)
_TYPES: dict[str, tuple[type, ...]] = {"number": (int, float), "text": (str,), "boolean": (bool,)}
_KIND = {"number": "a number", "text": "text", "boolean": "true or false"}


def read_segments(documents: dict[str, Document], names: Collection[str]) -> tuple[dict[str, Segment], list[Finding]]:
    """Segments by name from their files by stem. `names` are all that exist, unreadable ones too."""
    segments: dict[str, Segment] = {}
    findings: list[Finding] = []
    for stem, document in documents.items():
        reader = Reader(document)
        read = reader.mapping((), document.data, FIELDS, "a segment")
        name = reader.name(read, stem)
        if "when" in read:
            rule, wrong = compile_rule(read["when"], document, ("when",), names)
            reader.findings += wrong
            if rule is not None:
                rank = read.get("persona", 0)
                if "persona" in read and not 1 <= rank <= 100:
                    reader.wrong(("persona",), f"{rank} is no rank", "1 for the first persona, at most 100")
                said, sql = read.get("description", ""), " ".join(read["when"].split())
                segment = Segment(name, said, rule, sql, rank, read.get("approach", ""))
                if "examples" in read:
                    _try(reader, segment, read["examples"], names)
                segments[name] = segment
        findings += reader.findings
    return segments, findings + _circles(segments, documents)


def _try(reader: Reader, segment: Segment, examples: Any, names: Collection[str]) -> None:
    read = reader.mapping(("examples",), examples, EXAMPLES, "examples")
    rule = closure(segment.when)
    answers: dict[str, list[bool | None]] = {"in": [], "out": []}
    for side, wanted in (("in", True), ("out", False)):
        if side in read and not read[side]:
            reader.wrong(("examples", side), f"examples needs a customer under {side!r}", "at least one on each side")
        for index, example in enumerate(read.get(side, [])):
            where: Where = ("examples", side, index)
            facts = _facts(reader, where, example, names)
            if facts is None:
                continue
            answer = rule(facts)
            answers[side].append(answer)
            if (answer is True) is not wanted:
                known = "unknown, which is not in" if answer is None else "out" if wanted else "in"
                reader.wrong(where, f"this customer should be {side} but the rule says {known}", f"when: {segment.sql}")
    if answers["out"] and all(answer is None for answer in answers["out"]):
        # orders >= 0 is true of everyone, and only unknown of {}
        message = "of every customer here too little is known to say: the rule may be true for everyone"
        reader.doubtful(("examples", "out"), message, f"add one of whom it is false; when: {segment.sql}")


def _facts(reader: Reader, where: Where, example: Any, names: Collection[str]) -> Facts | None:
    """An example as a row; None (and findings) when it is not one. `segments: [...]` lists what else they are in."""
    if not isinstance(example, dict):
        reader.wrong(where, "an example is a mapping of columns", "- {orders: 3, country: DE}")
        return None
    before = len(reader.findings)
    facts: Facts = {}
    for key, value in example.items():
        column = str(key)
        if column == "segments":
            _stored(reader, (*where, column), value, names, facts)
        elif column not in COLUMNS:
            hint = meant(column, [*COLUMNS, "segments"])
            reader.findings.append(reader.document.at_key((*where, column), f"there is no column {column!r}", hint))
        elif value is not None and not _is(COLUMNS[column].kind, value):
            reader.wrong((*where, column), f"{column} is {_KIND[COLUMNS[column].kind]}, not {value!r}")
        elif isinstance(value, str) and COLUMNS[column].values and value not in COLUMNS[column].values:
            known = COLUMNS[column].values
            hint = meant(value.lower(), known) or f"known: {', '.join(known)}"
            reader.wrong((*where, column), f"{column} is never {value!r}", hint)
        elif column == PERSONA and value is not None:
            if reader.known((*where, column), str(value), names, "persona"):
                facts[column] = value
        else:
            facts[column] = value
    return facts if len(reader.findings) == before else None


def _stored(reader: Reader, where: Where, value: Any, names: Collection[str], facts: Facts) -> None:
    for name in value if isinstance(value, list) else [value]:
        if reader.known(where, str(name), names, "segment"):
            facts[SEGMENT + str(name)] = True


def _is(kind: str, value: Any) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _circles(segments: dict[str, Segment], documents: dict[str, Document]) -> list[Finding]:
    try:
        in_order(segments)
    except ValueError as error:
        first = str(error).split(" -> ")[0]
        return [documents[first].finding(("when",), f"segments ask for each other in a circle: {error}")]
    return []
