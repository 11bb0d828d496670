"""A journey's steps, nested as written, laid out flat: each step knows the one that follows it."""

import re
from collections.abc import Collection
from typing import Any

from mailwright.content.document import Where
from mailwright.content.fields import Field, Reader
from mailwright.content.findings import meant
from mailwright.content.rules import compile_rule
from mailwright.content.templates import check_line
from mailwright.expression.tree import Expr
from mailwright.model.content import Step
from mailwright.model.send import Class
from mailwright.model.times import DAY, SECOND

STEPS = 100  # in one journey
DEPTH = 8  # of if and split inside each other
LONGEST = 365 * DAY

_ID = Field("id", "text", "a name of the step's own, kept when steps before it are added or taken away")
WAIT = (_ID, Field("wait", "any", "how long: 1h, 7d, or {for: 1d, until: '09:00'}", required=True))
WAIT_UNTIL = (
    Field("for", "text", "at least so long"),
    Field("until", "text", "then on to this time of day on the customer's clock: '09:00'", required=True),
)
SEND = (
    _ID,
    Field("send", "text", "the template", required=True),
    Field("subject", "text", "a subject for this email in place of the template's own"),
    Field("offers", "texts", "offers this email may show; the first that is open to the customer is taken"),
    Field("when", "any", "a rule that must be true, or the email is left out"),
)
IF = (
    _ID,
    Field("if", "any", "a rule", required=True),
    Field("then", "list", "steps when it is true", required=True),
    Field("else", "list", "steps when it is false or unknown"),
)
SPLIT = (_ID, Field("split", "list", "branches; each customer always takes the same one", required=True))
BRANCH = (
    Field("branch", "text", "the branch's name", required=True),
    Field("weight", "whole", "its share: customers are dealt in proportion to the weights", required=True),
    Field("steps", "list", "its steps; none for a group that gets nothing"),
)
KINDS = {"wait": WAIT, "send": SEND, "if": IF, "split": SPLIT}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class Steps:
    """Reads the steps of one journey into `steps`, by id."""

    def __init__(
        self,
        reader: Reader,
        segments: Collection[str],
        templates: dict[str, Class | None],
        offers: Collection[str],
        cls: Class,
    ) -> None:
        self.reader, self.segments, self.templates, self.offers, self.cls = reader, segments, templates, offers, cls
        self.steps: dict[str, Step] = {}

    def read(self, where: Where, items: list[Any]) -> str:
        """The id of the first step of the journey; "" when there is none."""
        first = self._list(where, items, "", "", 0)
        if not items:
            self.reader.wrong(where, "a journey has at least one step", "- send: welcome")
        elif len(self.steps) > STEPS:
            self.reader.wrong(where, f"the journey has {len(self.steps)} steps, {STEPS} are the most")
        elif not self.reader.findings and not any(step.op == "send" for step in self.steps.values()):
            self.reader.wrong(where, "the journey sends nothing", "- send: welcome")
        return first

    def _list(self, where: Where, items: list[Any], prefix: str, after: str, depth: int) -> str:
        """Lay out a list whose last step is followed by `after`; the id of its first step, or `after`."""
        if depth > DEPTH:
            self.reader.wrong(where, f"if and split are nested more than {DEPTH} deep")
            return after
        follow = after
        for index in reversed(range(len(items))):
            follow = self._step((*where, index), items[index], f"{prefix}{index + 1}", follow, depth)
        return follow

    def _step(self, where: Where, item: Any, place: str, after: str, depth: int) -> str:
        op = self._op(where, item)
        if op is None:
            return after
        read = self.reader.mapping(where, item, KINDS[op], f"{'an' if op == 'if' else 'a'} {op} step")
        id_ = self._id(where, read, f"{place}.{op}")
        build = {"wait": self._wait, "send": self._send, "if": self._if, "split": self._split}[op]
        if op in read:
            self.steps[id_] = build(where, read, id_, after, depth)
        return id_

    def _op(self, where: Where, item: Any) -> str | None:
        if not isinstance(item, dict):
            self.reader.wrong(where, f"a step is a mapping, not {item!r}", "- wait: 1h, or - send: welcome")
            return None
        ops = [op for op in KINDS if op in item]
        if len(ops) == 1:
            return ops[0]
        keys = [str(key) for key in item]
        near = next((hint for key in keys if (hint := meant(key, KINDS))), "")
        message = f"a step does one thing, this has {' and '.join(ops)}" if ops else f"no step has {', '.join(keys)!s}"
        self.reader.wrong(where, message, near if near and not ops else f"one of: {', '.join(KINDS)}")
        return None

    def _id(self, where: Where, read: dict[str, Any], place: str) -> str:
        id_ = str(read.get("id", place))
        if not _NAME.fullmatch(id_):
            self.reader.wrong((*where, "id"), f"{id_!r} is no id", "letters, digits, hyphens, dots; at most 64")
        elif id_ in self.steps:
            self.reader.wrong((*where, "id"), f"there are two steps {id_!r}", "ids differ within a journey")
        return id_

    def _rule(self, where: Where, read: dict[str, Any], key: str) -> tuple[Expr | None, str]:
        if key not in read:
            return None, ""
        rule, findings = compile_rule(read[key], self.reader.document, (*where, key), self.segments)
        self.reader.findings += findings
        return rule, " ".join(str(read[key]).split())

    def _wait(self, where: Where, read: dict[str, Any], id_: str, after: str, depth: int) -> Step:
        said = read["wait"]
        if not isinstance(said, dict):
            return Step(id_, "wait", after, self.reader.duration((*where, "wait"), said, SECOND, LONGEST))
        parts = self.reader.mapping((*where, "wait"), said, WAIT_UNTIL, "wait")
        length = self.reader.duration((*where, "wait", "for"), parts["for"], SECOND, LONGEST) if "for" in parts else 0
        until = parts.get("until", "")
        if until and not _CLOCK.fullmatch(until):
            self.reader.wrong((*where, "wait", "until"), f"{until!r} is no time of day", "'09:00', '17:30'")
        return Step(id_, "wait", after, length, until)

    def _send(self, where: Where, read: dict[str, Any], id_: str, after: str, depth: int) -> Step:
        template = read["send"]
        if self.reader.known((*where, "send"), template, self.templates, "template"):
            theirs = self.templates[template]
            if theirs not in (None, self.cls):
                names = {"M": "marketing", "T": "transactional"}
                message = f"template {template!r} is not {names[self.cls]} as this journey is"
                self.reader.wrong((*where, "send"), message, "give both the same class")
        offers = read.get("offers", [])
        for index, offer in enumerate(offers):
            self.reader.known((*where, "offers", index), offer, self.offers, "offer")
        rule, sql = self._rule(where, read, "when")
        subject = read.get("subject", "")
        if subject:
            self.reader.findings += check_line(self.reader.document, (*where, "subject"), subject)
        return Step(id_, "send", after, template=template, subject=subject, offers=offers, when=rule, sql=sql)

    def _if(self, where: Where, read: dict[str, Any], id_: str, after: str, depth: int) -> Step:
        rule, sql = self._rule(where, read, "if")
        then = self._list((*where, "then"), read.get("then", []), f"{id_}.then.", after, depth + 1)
        otherwise = self._list((*where, "else"), read.get("else", []), f"{id_}.else.", after, depth + 1)
        return Step(id_, "if", then, when=rule, otherwise=otherwise, sql=sql)

    def _split(self, where: Where, read: dict[str, Any], id_: str, after: str, depth: int) -> Step:
        branches: list[tuple[str, int, str]] = []
        for index, item in enumerate(read["split"]):
            at = (*where, "split", index)
            part = self.reader.mapping(at, item, BRANCH, "a branch")
            name, weight = part.get("branch", str(index + 1)), part.get("weight", 1)
            if not _NAME.fullmatch(name) or name in [label for label, _, _ in branches]:
                self.reader.wrong((*at, "branch"), f"{name!r} is no name for a branch", "letters and digits, each once")
            if not 0 <= weight <= 1_000_000:
                self.reader.wrong((*at, "weight"), f"the weight is {weight}", "0 to 1000000")
            target = self._list((*at, "steps"), part.get("steps", []), f"{id_}.{name}.", after, depth + 1)
            branches.append((name, weight, target))
        if len(branches) < 2 or not any(weight for _, weight, _ in branches):
            self.reader.wrong((*where, "split"), "a split has two branches or more, and a weight above 0")
        return Step(id_, "split", after, branches=branches)
