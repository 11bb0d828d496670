"""Traits of a person: Segment's names, an address that can be written to, and consent in one form."""

from mailwright.model.contact import DENIED, GRANTED
from mailwright.sources import fields
from mailwright.sources.fields import Json

_NAMES = {
    "first_name": "firstName", "last_name": "lastName", "created_at": "createdAt", "marketingConsent":
    "marketing_consent", "marketingConsentAt": "marketing_consent_at",
}  # fmt: skip
_TEXTS = ("firstName", "lastName", "name", "phone", "gender", "plan")


def normalise(traits: Json, now: int | None) -> Json:
    """Traits with `email` an address, `marketing_consent` granted or denied, `marketing_consent_at` milliseconds UTC.

    Unknown traits are kept as they are. Problem names the trait that has the wrong type.
    """
    data = dict(traits)
    for old, new in _NAMES.items():
        if old in data and data.get(new) in (None, ""):
            data[new] = data.pop(old)
    _put(data, "email", fields.email(data.get("email"), "traits.email"))
    for name in _TEXTS:
        _put(data, name, fields.text(data.get(name), f"traits.{name}"))
    _put(data, "age", fields.number(data.get("age"), "traits.age", least=0))
    consent = fields.text(data.get("marketing_consent"), "traits.marketing_consent")
    if consent not in (None, GRANTED, DENIED):
        raise fields.wrong("traits.marketing_consent", f"{GRANTED} or {DENIED}", consent)
    _put(data, "marketing_consent", consent)
    stated = fields.instant(data.get("marketing_consent_at"), "traits.marketing_consent_at", now)
    _put(data, "marketing_consent_at", stated)
    if "address" in data and not isinstance(data["address"], str):  # some write the whole address in one line
        _put(data, "address", fields.obj(data["address"], "traits.address") or None)
    return data


def country(traits: Json) -> str | None:
    """The country of a person's traits: `country`, or the one of `address`."""
    given = fields.text(traits.get("country"), "traits.country")
    address = traits.get("address")
    if given is None and isinstance(address, dict):
        given = fields.text(address.get("country"), "traits.address.country")
    return given


def _put(data: Json, name: str, value: object) -> None:
    if value is not None:
        data[name] = value
    else:
        data.pop(name, None)
