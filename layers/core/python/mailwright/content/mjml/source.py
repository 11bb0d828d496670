"""A template's text with its blocks put in, and the way back from any character to the file and line it came from."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from mailwright.content.findings import Finding, meant

_INCLUDE = re.compile(r"<mj-include\b([^<>]*?)/?>(?:\s*</mj-include\s*>)?")
_PATH = re.compile(r"""\bpath\s*=\s*["']([^"']+)["']""")
_COMMENT = re.compile(r"<!--(?!\[if).*?-->|\{#.*?#\}", re.DOTALL)
_DEEPEST = 8


@dataclass(frozen=True)
class _Line:
    start: int  # offset in the whole text
    file: str
    line: int
    column: int


@dataclass
class Source:
    """The whole text, comments blanked; `finding` places a message at an offset of it."""

    text: str = ""
    files: set[str] = field(default_factory=set)
    _lines: list[_Line] = field(default_factory=list)

    def place(self, offset: int) -> tuple[str, int, int]:
        """File, line and column (from 1) of an offset."""
        line = self._lines[max(0, bisect_right([one.start for one in self._lines], offset) - 1)]
        return line.file, line.line, line.column + offset - line.start

    def finding(self, offset: int, message: str, hint: str = "") -> Finding:
        return Finding(*self.place(offset), message, hint)

    def line_finding(self, number: int, word: str, message: str, hint: str = "") -> Finding:
        """The same for a line of the whole text (from 1), at the place of a word in it."""
        line = self._lines[min(max(number, 1), len(self._lines)) - 1]
        end = self.text.find("\n", line.start)
        written = self.text[line.start : end if end >= 0 else len(self.text)]
        found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", written) if word else re.search(r"\{[{%]", written)
        return self.finding(line.start + (found.start() if found else 0), message, hint)

    def append(self, text: str, file: str, line: int, column: int) -> None:
        """Put a piece of a file at the end, on a line of its own."""
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"
        self.files.add(file)
        start = len(self.text)
        for number, written in enumerate(text.split("\n")):
            self._lines.append(_Line(start, file, line + number, column if number == 0 else 1))
            start += len(written) + 1
        self.text += text


def read(path: Path, root: Path) -> tuple[Source, list[Finding]]:
    """The file at `path` with everything it includes, recursively.

    A path in `<mj-include path=.../>` is relative to the file it stands in, as in MJML; a bare name is looked up in
    blocks/.
    """
    source, findings = Source(), list[Finding]()
    _append(source, path, root, (), findings)
    return source, findings


def _append(source: Source, path: Path, root: Path, within: tuple[Path, ...], findings: list[Finding]) -> None:
    file = path.relative_to(root).as_posix()
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\x00", "\ufffd")
    except UnicodeDecodeError as error:
        findings.append(Finding(file, 0, 0, f"not UTF-8 text at byte {error.start}"))
        return
    text = _COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
    at = 0
    for include in _INCLUDE.finditer(text):
        source.append(text[at : include.start()], file, *_position(text, at))
        at = include.end()
        place = _position(text, include.start())
        found = _included(include[1], path, root, (*within, path))
        if isinstance(found, Path):
            _append(source, found, root, (*within, path), findings)
        else:
            findings.append(Finding(file, *place, *found))
    source.append(text[at:], file, *_position(text, at))


def _included(attributes: str, path: Path, root: Path, within: tuple[Path, ...]) -> Path | tuple[str, str]:
    """The file meant, or what is wrong and a hint."""
    said = _PATH.search(attributes)
    if said is None:
        return "<mj-include> needs a path", 'for example <mj-include path="footer.mjml" />'
    name = said[1]
    target = ((root / "blocks" if "/" not in name else path.parent) / name).resolve()
    if target in {one.resolve() for one in within} or len(within) > _DEEPEST:
        return f"{name} includes itself, or too deep", ""
    if not target.is_relative_to(root.resolve()):
        return f"{name} is outside of the content folder", ""
    if not target.is_file():
        blocks = sorted(one.name for one in (root / "blocks").glob("*.mjml"))
        return f"there is no block {name!r}", meant(name, blocks) or f"there are: {', '.join(blocks) or 'none yet'}"
    return root / target.relative_to(root.resolve())


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1
