"""A YAML file with the line and column of every value kept.

Of YAML 1.1's surprises only what helps is kept: `on`, `no` and `off` are words, `10:30` is text, a date is text.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mailwright.content.findings import Finding

Where = tuple[str | int, ...]  # keys and indexes from the top: ("steps", 0, "wait")


@dataclass
class Document:
    """`data` as YAML says it; `places` maps a path inside it to (line, column), counted from 1, `keys` to those of the
    key before it, and `spans` to the stretch of `text` it was written in.
    """

    file: str
    data: Any
    places: dict[Where, tuple[int, int]] = field(default_factory=dict)
    text: str = ""
    keys: dict[Where, tuple[int, int]] = field(default_factory=dict)
    spans: dict[Where, tuple[int, int]] = field(default_factory=dict)

    def finding(self, where: Where, message: str, hint: str = "") -> Finding:
        """A Finding at a path, or at the nearest parent that has a place."""
        while where and where not in self.places:
            where = where[:-1]
        line, column = self.places.get(where, (0, 0))
        return Finding(self.file, line, column, message, hint)

    def at_key(self, where: Where, message: str, hint: str = "") -> Finding:
        """A Finding at a key rather than at its value."""
        line, column = self.keys.get(where, self.places.get(where, (0, 0)))
        return Finding(self.file, line, column, message, hint)

    def inside(self, where: Where, offset: int) -> tuple[int, int]:
        """Line and column of one character of the text at a path, whatever YAML style it is written in.

        Characters of the value are looked up in the source one after the other: quotes, indentation and line breaks
        that YAML takes away are skipped.
        """
        value, node = self.data, where
        for key in where:
            value = value[key]
        while node and node not in self.spans:
            node = node[:-1]
        start, end = self.spans.get(node, (0, 0))
        at = _text_start(self.text, start, end)
        for character in value[:offset]:
            if not character.isspace():
                found = self.text.find(character, at, end)
                at = found + 1 if found >= 0 else at
        while at < end - 1 and self.text[at].isspace():
            at += 1
        return self.text.count("\n", 0, at) + 1, at - (self.text.rfind("\n", 0, at) + 1) + 1


def _text_start(text: str, start: int, end: int) -> int:
    """Past the opening quote, or past the line with `|` or `>`."""
    if text[start : start + 1] in ("'", '"'):
        return start + 1
    if text[start : start + 1] in ("|", ">"):
        return text.find("\n", start, end) + 1
    return start


class _Loader(yaml.SafeLoader):
    """YAML's core types, and no aliases: content says what it means where it says it."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (a class variable in PyYAML, declared as an instance's in its stubs)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not used in content", mark)
        return super().compose_node(parent, index)


for _tag, _shape, _first in (
    ("bool", r"true|false|True|False", "tfTF"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]+", "-+0123456789"),
    ("null", r"~|null|", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_shape})\\Z"), list(_first))


def read(path: Path, root: Path) -> tuple[Document | None, list[Finding]]:
    """Parse one file; a Document, or None with what is wrong with the YAML."""
    file = path.relative_to(root).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except UnicodeDecodeError as error:
        return None, [Finding(file, 0, 0, f"not UTF-8 text at byte {error.start}")]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        return None, [Finding(file, line, column, f"not valid YAML: {error.problem}")]
    except OSError as error:
        return None, [Finding(file, 0, 0, f"cannot be read: {error.strerror}")]
    except RecursionError:
        return None, [Finding(file, 0, 0, "nested too deeply")]
    except yaml.YAMLError as error:  # a character YAML does not allow, a tag that makes objects
        return None, [Finding(file, 0, 0, f"not valid YAML: {error}")]
    if node is None:
        return None, [Finding(file, 0, 0, "the file is empty")]
    document = Document(file, data, text=text)
    duplicates: list[Finding] = []
    _walk(node, (), document, duplicates)
    return (None, duplicates) if duplicates else (document, [])


def _walk(node: yaml.Node, where: Where, document: Document, duplicates: list[Finding]) -> None:
    document.places[where] = (node.start_mark.line + 1, node.start_mark.column + 1)
    document.spans[where] = (node.start_mark.index, node.end_mark.index)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*where, str(key.value))
            line, column = key.start_mark.line + 1, key.start_mark.column + 1
            if below in document.places:
                duplicates.append(Finding(document.file, line, column, f"{key.value!r} is written twice"))
            document.keys[below] = (line, column)
            _walk(value, below, document, duplicates)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*where, index), document, duplicates)
