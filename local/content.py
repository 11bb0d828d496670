"""Content folders on the laptop: which one is meant, and what is wrong in it shown with the line and a caret."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mailwright.content.findings import Finding
from mailwright.model.content import Content

SHIPPED = Path(__file__).parents[1] / "layers" / "content"
PUBLISHED = Path(".build/content/content.json")
_PLACES = (Path(), Path("content"), Path("layers/content"))  # where a content folder is looked for, from here


class NoContent(Exception):
    """There is no content folder where one was expected; the message says what to do."""


def find(given: Path | None) -> Path:
    """The folder that was named, or the first of . content/ layers/content/ that has a shop.yaml. NoContent if none."""
    if given is None:
        for place in _PLACES:
            if (place / "shop.yaml").is_file():
                return place
        raise NoContent(
            "there is no content here (a folder with a shop.yaml): name one, as in `mailwright check my-content`, "
            "or make one with `mailwright init my-content`"
        )
    if not given.exists():
        raise NoContent(f"there is no folder {given}: `mailwright init {given}` would make it")
    if not given.is_dir():
        raise NoContent(f"{given} is a file: name the content folder it is in")
    return given


def chosen(given: Path | None) -> Path:
    """The folder that was named; or content/ here (or here itself) if it is one; or the shipped one. NoContent."""
    if given is None and not any((place / "shop.yaml").is_file() for place in _PLACES[:2]):
        return SHIPPED
    return find(given)


def shown(findings: Iterable[Finding], folder: Path) -> Iterator[str]:
    """Each finding as file:line:column: message (hint), then the line it is about with a caret under the place."""
    sources: dict[str, list[str]] = {}
    for finding in findings:
        path = folder / finding.file
        place = f"{path}:{finding.line}:{finding.column}" if finding.line else f"{path}"
        kind = "warning: " if finding.warning else ""
        yield f"{place}: {kind}{finding.message}" + (f" ({finding.hint})" if finding.hint else "")
        if finding.line:
            if finding.file not in sources:
                sources[finding.file] = _lines(path)
            yield from _marked(sources[finding.file], finding)


def count(content: Content) -> str:
    """`8 segments, 2 journeys, 1 campaign, 5 templates, 2 offers`."""
    parts = (
        ("segment", len(content.segments)),
        ("journey", len(content.journeys)),
        ("campaign", len(content.campaigns)),
        ("template", len(content.templates)),
        ("offer", len(content.offers)),
    )
    return ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for name, number in parts)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):  # the finding stands without its line
        return []


def _marked(lines: list[str], finding: Finding) -> Iterator[str]:
    if finding.line > len(lines):
        return
    line = lines[finding.line - 1].rstrip("\r")
    before = "".join(character if character == "\t" else " " for character in line[: finding.column - 1])
    number = str(finding.line)
    yield f"  {number} | {line}"
    yield f"  {' ' * len(number)} | {before}^"
