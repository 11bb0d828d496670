"""A content folder compiled for a command that needs it whole."""

from collections.abc import Callable
from pathlib import Path

from local.content import NoContent, chosen, shown
from mailwright.content.publish import examine
from mailwright.model.content import Content


def compiled(given: Path | None, warn: Callable[[str], None] = lambda line: None) -> Content:
    """The content of the folder that was named, or of the one meant; NoContent with what is wrong in it.

    `warn` is told, line by line, what is only doubtful.
    """
    place = chosen(given)
    made, findings = examine(place)
    lines = list(shown(findings, place))
    if made is None:
        raise NoContent("\n".join([f"the content in {place} has errors", *lines]))
    for line in lines:
        warn(line)
    return made
