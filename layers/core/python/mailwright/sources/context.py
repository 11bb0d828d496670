"""What the source knew of the surroundings, reduced to what is read: device, locale, timezone and location."""

import re

from mailwright.sources import fields
from mailwright.sources.fields import Json

_TABLET = re.compile(r"iPad|Tablet|Kindle|Silk|PlayBook|Android(?!.*Mobile)", re.IGNORECASE)
_MOBILE = re.compile(r"Mobi|iPhone|iPod|Android", re.IGNORECASE)
_BROWSER = re.compile(r"Mozilla/|Opera/", re.IGNORECASE)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
_DEVICES = {
    "android": "mobile", "ios": "mobile", "mobile": "mobile", "phone": "mobile", "iphone": "mobile",
    "tablet": "tablet", "ipad": "tablet", "desktop": "desktop", "web": "desktop", "computer": "desktop",
}  # fmt: skip


def flat(context: object) -> Json:
    """Segment's `context` object as {device, locale, timezone, location: {country, city}}, each only where known."""
    given = fields.obj(context, "context")
    location = fields.obj(given.get("location"), "context.location")
    return known(
        device=_device(given),
        locale=locale(given.get("locale"), "context.locale"),
        timezone=timezone(given.get("timezone"), "context.timezone"),
        country=fields.text(location.get("country"), "context.location.country"),
        city=fields.text(location.get("city"), "context.location.city"),
    )


def known(country: str | None = None, city: str | None = None, **said: str | None) -> Json:
    """An Event's context out of what is known: what is None is left out."""
    place = {name: value for name, value in (("country", country), ("city", city)) if value is not None}
    surroundings: Json = {name: value for name, value in said.items() if value is not None}
    if place:
        surroundings["location"] = place
    return surroundings


def device(user_agent: str | None) -> str | None:
    """desktop, mobile or tablet; None for what is no browser."""
    if not user_agent or not _BROWSER.search(user_agent):
        return None
    if _TABLET.search(user_agent):
        return "tablet"
    return "mobile" if _MOBILE.search(user_agent) else "desktop"


def locale(value: object, field: str) -> str | None:
    """A language tag like `en-US`; the underscore some platforms write becomes a hyphen."""
    tag = fields.text(value, field)
    if tag is None or tag == "C":
        return None
    tag = tag.partition(".")[0]
    if not _LOCALE.fullmatch(tag):
        raise fields.wrong(field, "a language tag like en-US", tag)
    return tag.replace("_", "-")


def timezone(value: object, field: str) -> str | None:
    """An IANA name like `Europe/Amsterdam`, by its form."""
    name = fields.text(value, field)
    if name is not None and not (_ZONE.fullmatch(name) and len(name) <= 64):
        raise fields.wrong(field, "a time zone name like Europe/Amsterdam", name)
    return name


def _device(context: Json) -> str | None:
    """By the device's type; where that is missing, or says a phone as it does of Android tablets, by the browser."""
    said = fields.obj(context.get("device"), "context.device")
    kind = _DEVICES.get((fields.text(said.get("type"), "context.device.type") or "").lower())
    agent = fields.text(context.get("userAgent"), "context.userAgent")
    return (device(agent) or kind) if kind in (None, "mobile") else kind
