"""Finding: one thing wrong in content, with its place and what was probably meant."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """`file` is relative to the content folder; `line` and `column` count from 1, 0 when the whole file is meant."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    warning: bool = False  # worth a look, but content may be published with it

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class ContentInvalid(Exception):
    """Content that may not be published: every finding, in order of file and line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(findings)
        super().__init__("\n".join(map(str, self.findings)))


def meant(word: str, known: Iterable[str]) -> str:
    """`did you mean X?` for the nearest known word, "" when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]}?" if near else ""
