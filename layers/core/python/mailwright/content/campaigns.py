"""campaigns/*.yaml: one template to one segment, once or on a schedule."""

from mailwright.content.document import Document
from mailwright.content.fields import Field, Reader
from mailwright.content.findings import Finding
from mailwright.content.journeys import CLASSES, Names
from mailwright.model.content import Campaign
from mailwright.model.schedule import Cron, following, parse

FIELDS = (
    Field("name", "text", "the same as the file's name"),
    Field("description", "text", "what the campaign is for", required=True),
    Field("segment", "text", "whom it goes to", required=True),
    Field("template", "text", "what they get", required=True),
    Field("at", "text", "when: an instant, 2026-11-27T09:00:00Z, or a cron line in UTC, 0 9 * * 1", required=True),
    Field("offers", "texts", "offers the email may show; the first that is open to the customer is taken"),
    Field("class", "text", "marketing or transactional; marketing when absent"),
)


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
    if "at" in read:
        _when(reader, read["at"])
    if reader.findings:
        return None, reader.findings
    campaign = Campaign(
        name, read["description"], read["segment"], read["template"], read["at"], read.get("offers", []), cls
    )
    return campaign, []


def _when(reader: Reader, at: str) -> None:
    try:
        if isinstance(parse(at), Cron) and following(at, 0) is None:
            reader.wrong(("at",), f"{at!r} never comes", "is there such a day in that month?")
    except ValueError as error:
        reader.wrong(("at",), str(error), "2026-11-27T09:00:00Z, or minute hour day month weekday: 0 9 * * 1")
