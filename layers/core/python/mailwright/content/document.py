"""A YAML file with the line and column of every value kept."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mailwright.content.findings import Finding

Where = tuple[str | int, ...]  # keys and indexes from the top: ("steps", 0, "wait")


@dataclass
class Document:
    """`data` as YAML says it; `places` maps a path inside it to (line, column), counted from 1, and `spans` to the
    stretch of `text` it was written in.
    """

    file: str
    data: Any
    places: dict[Where, tuple[int, int]] = field(default_factory=dict)
    text: str = ""
    spans: dict[Where, tuple[int, int]] = field(default_factory=dict)

    def finding(self, where: Where, message: str, hint: str = "") -> Finding:
        """A Finding at a path, or at the nearest parent that has a place."""
        while where and where not in self.places:
            where = where[:-1]
        line, column = self.places.get(where, (0, 0))
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


def read(path: Path, root: Path) -> tuple[Document | None, list[Finding]]:
    """Parse one file; a Document, or None with what is wrong with the YAML."""
    file = path.relative_to(root).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
    except UnicodeDecodeError as error:
        return None, [Finding(file, 0, 0, f"not UTF-8 text at byte {error.start}")]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        return None, [Finding(file, line, column, f"not valid YAML: {error.problem}")]
    if node is None:
        return None, [Finding(file, 0, 0, "the file is empty")]
    document = Document(file, loader.construct_document(node), text=text)
    duplicates: list[Finding] = []
    _walk(node, (), document, duplicates)
    return (None, duplicates) if duplicates else (document, [])


def _walk(node: yaml.Node, where: Where, document: Document, duplicates: list[Finding]) -> None:
    document.places[where] = (node.start_mark.line + 1, node.start_mark.column + 1)
    document.spans[where] = (node.start_mark.index, node.end_mark.index)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*where, str(key.value))
            if below in document.places:
                line, column = key.start_mark.line + 1, key.start_mark.column + 1
                duplicates.append(Finding(document.file, line, column, f"{key.value!r} is written twice"))
            _walk(value, below, document, duplicates)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*where, index), document, duplicates)
