"""What a mapping in a content file may hold, as a table: every file is checked by it, the docs are held to it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from mailwright.content.document import Document, Where
from mailwright.content.findings import Finding, meant
from mailwright.model.times import duration

Kind = Literal["text", "texts", "whole", "flag", "mapping", "list", "any"]

_SAYS = {
    "text": "text",
    "texts": "text, or a list of texts",
    "whole": "a whole number",
    "flag": "true or false",
    "mapping": "a mapping (key: value)",
    "list": "a list (- ...)",
}
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class Field(NamedTuple):
    name: str
    kind: Kind
    meaning: str  # for people: docs and error messages
    required: bool = False


class Reader:
    """Reads one document, collecting everything that is wrong with it rather than stopping at the first."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[Finding] = []

    def wrong(self, where: Where, message: str, hint: str = "") -> None:
        self.findings.append(self.document.finding(where, message, hint))

    def doubtful(self, where: Where, message: str, hint: str = "") -> None:
        """Worth a look; the content may be published with it."""
        self.findings.append(replace(self.document.finding(where, message, hint), warning=True))

    def mapping(self, where: Where, value: Any, fields: Iterable[Field], what: str) -> dict[str, Any]:
        """The values of a mapping that are of their field's kind, by name; `texts` always as a list.

        Unknown keys, missing ones and values of another kind become findings; `what` names the mapping in them.
        """
        table = {field.name: field for field in fields}
        if not isinstance(value, Mapping):
            self.wrong(where, f"{what} is a mapping (key: value), not {_shown(value)}", f"keys: {', '.join(table)}")
            return {}
        read: dict[str, Any] = {}
        for key, item in value.items():
            field = table.get(str(key))
            if field is None:
                hint = meant(str(key), table) or f"known: {', '.join(table)}"
                self.findings.append(self.document.at_key((*where, str(key)), f"{what} has no {key!r}", hint))
            elif _fits(field.kind, item):
                read[field.name] = [item] if field.kind == "texts" and isinstance(item, str) else item
            else:
                self.wrong((*where, field.name), f"{key} is {_SAYS[field.kind]}, not {_shown(item)}", field.meaning)
        for field in table.values():
            if field.required and field.name not in value:
                self.wrong(where, f"{what} needs {field.name!r}", field.meaning)
        return read

    def name(self, read: Mapping[str, Any], stem: str) -> str:
        """The name a file gives, which is that of the file."""
        if not NAME.fullmatch(stem):
            self.wrong((), f"{stem!r} is no name", "file names are lower case letters, digits and hyphens")
        elif read.get("name", stem) != stem:
            self.wrong(("name",), f"the name is {read['name']!r} but the file is {stem}.yaml", "they are the same")
        return stem

    def known(self, where: Where, name: str, names: Iterable[str], what: str) -> bool:
        """Whether a name exists; a finding with the nearest one when not."""
        names = list(names)
        if name in names:
            return True
        hint = meant(name, names) or (f"known: {', '.join(sorted(names)[:12])}" if names else f"there is no {what} yet")
        self.wrong(where, f"there is no {what} {name!r}", hint)
        return False

    def duration(self, where: Where, text: Any, least: int, most: int) -> int:
        """Milliseconds; 0 and a finding when it is none or out of range."""
        try:
            length = duration(text)
        except (ValueError, TypeError):
            self.wrong(where, f"{_shown(text)} is not a duration", "write for example 90s, 15m, 1h, 7d or 1d 12h")
            return 0
        if not least <= length <= most:
            self.wrong(where, f"{text} is out of range", "at least 1s, at most 365d")
            return 0
        return length


def _fits(kind: Kind, value: Any) -> bool:
    if kind == "any":
        return value is not None
    if kind == "text":
        return isinstance(value, str) and bool(value.strip())
    if kind == "texts":
        items = [value] if isinstance(value, str) else value
        return isinstance(items, list) and bool(items) and all(isinstance(item, str) and item.strip() for item in items)
    if kind == "whole":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, {"flag": bool, "mapping": dict, "list": list}[kind])


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
