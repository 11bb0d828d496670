"""A content folder compiled for a command that needs it whole."""

from pathlib import Path

from local.content import NoContent, chosen, shown
from mailwright.content.publish import examine
from mailwright.model.content import Content


def compiled(given: Path | None) -> Content:
    """The content of the folder that was named, or of the one meant; NoContent with what is wrong in it."""
    place = chosen(given)
    made, findings = examine(place)
    if made is None:
        raise NoContent("\n".join([f"the content in {place} has errors", *shown(findings, place)]))
    return made
