"""Event names in content, held against the vocabulary: other spellings are understood, unknown names are reported."""

from mailwright.content.document import Where
from mailwright.content.fields import Reader
from mailwright.content.findings import Finding, meant
from mailwright.sources.names import ALIASES, CANONICAL, canonical

CALLS = ("identify", "page", "screen", "group", "alias")  # Segment's other calls, by their type
UNSEEN = ("Email Sent", "Email Delivered")  # go to the lake, past the profiles


def event_names(reader: Reader, where: Where, names: list[str]) -> list[str]:
    """The names as events will carry them. A custom name is a warning: it may be a slip, or the shop's own event."""
    return [_one(reader, (*where, index), name) for index, name in enumerate(names)]


def _one(reader: Reader, where: Where, name: str) -> str:
    known = canonical(name)
    if name in CALLS:
        return name
    if known in UNSEEN:
        reader.wrong(where, f"profiles never see {known!r}", "use Email Opened, Email Link Clicked or a wait")
    elif known not in CANONICAL:
        at = reader.document.finding(where, f"{name!r} is not a known event: taken as one of your own")
        hint = meant(name, [*CANONICAL, *ALIASES, *CALLS])
        reader.findings.append(Finding(at.file, at.line, at.column, at.message, hint, warning=True))
    return known
