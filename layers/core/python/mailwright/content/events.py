"""Event names in content, held against the vocabulary: other spellings are understood, unknown names are reported."""

from mailwright.content.document import Where
from mailwright.content.fields import Reader
from mailwright.content.findings import Finding, meant
from mailwright.fold.reduce import CALLS, IGNORED, TRACK
from mailwright.sources.names import ALIASES, CANONICAL, canonical

KNOWN = CANONICAL | TRACK.keys()


def event_names(reader: Reader, where: Where, names: list[str]) -> list[str]:
    """The names as events will carry them. A custom name is a warning: it may be a slip, or the shop's own event."""
    return [_one(reader, (*where, index), name) for index, name in enumerate(names)]


def _one(reader: Reader, where: Where, name: str) -> str:
    known = canonical(name)
    if name in CALLS:
        return name
    if known in IGNORED:
        hint = "use Email Opened, Email Link Clicked or a wait" if known.startswith("Email") else ""
        reader.wrong(where, f"profiles never see {known!r}", hint)
    elif known not in KNOWN:
        at = reader.document.finding(where, f"{name!r} is not a known event: taken as one of your own")
        hint = meant(name, [*sorted(KNOWN), *ALIASES, *CALLS])
        reader.findings.append(Finding(at.file, at.line, at.column, at.message, hint, warning=True))
    return known
