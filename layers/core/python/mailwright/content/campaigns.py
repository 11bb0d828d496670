"""campaigns/*.yaml: one template to one segment, once or on a schedule."""

import re

from mailwright.content.document import Document
from mailwright.content.fields import Field, Reader
from mailwright.content.findings import Finding
from mailwright.content.journeys import CLASSES, Names
from mailwright.model.content import Campaign
from mailwright.model.times import parse_iso

FIELDS = (
    Field("name", "text", "the same as the file's name"),
    Field("description", "text", "what the campaign is for", required=True),
    Field("segment", "text", "whom it goes to", required=True),
    Field("template", "text", "what they get", required=True),
    Field("at", "text", "when: an instant, 2026-11-27T09:00:00Z, or a cron line in UTC, 0 9 * * 1", required=True),
    Field("offers", "texts", "offers the email may show; the first that is open to the customer is taken"),
    Field("class", "text", "marketing or transactional; marketing when absent"),
)
_RANGES = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")


def read_campaign(stem: str, document: Document, names: Names) -> tuple[Campaign | None, list[Finding]]:
    """One Campaign, or None with what is wrong."""
    reader = Reader(document)
    read = reader.mapping((), document.data, FIELDS, "a campaign")
    name = reader.name(read, stem)
    said = read.get("class", "marketing")
    cls = CLASSES[said] if reader.known(("class",), said, CLASSES, "class") else "M"
    if "segment" in read:
        reader.known(("segment",), read["segment"], names.segments, "segment")
    template = read.get("template", "")
    known = template and reader.known(("template",), template, names.templates, "template")
    if known and names.templates[template] not in (None, cls):
        reader.wrong(("template",), f"template {template!r} is not {said}", "give both the same class")
    for index, offer in enumerate(read.get("offers", [])):
        reader.known(("offers", index), offer, names.offers, "offer")
    if "at" in read and (problem := wrong_time(read["at"])):
        reader.wrong(("at",), problem, "2026-11-27T09:00:00Z, or minute hour day month weekday: 0 9 * * 1")
    if reader.findings:
        return None, reader.findings
    campaign = Campaign(
        name, read["description"], read["segment"], read["template"], read["at"], read.get("offers", []), cls
    )
    return campaign, []


def wrong_time(text: str) -> str:
    """What is wrong with a campaign's `at`; "" when nothing is."""
    parts = text.split()
    if len(parts) != 5:
        try:
            parse_iso(text)
        except ValueError:
            return f"{text!r} is neither an instant nor a cron line"
        return ""
    for part, (name, least, most) in zip(parts, _RANGES, strict=True):
        for item in part.split(","):
            match = _PART.fullmatch(item)
            numbers = [int(group) for group in match.groups()[:2] if group] if match else []
            if match is None or any(not least <= number <= most for number in numbers) or match.group(3) == "0":
                return f"{item!r} is no {name} ({least}-{most}, *, 1-5, */15)"
    return ""
