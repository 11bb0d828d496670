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
    for name in _TEXTS:
        _put(data, name, fields.text(data.get(name), f"traits.{name}"))
    _put(data, "age", fields.number(data.get("age"), "traits.age", least=0))
    # Null unsets other traits; an address or a consent is not taken back by saying nothing.
    _replace(data, "email", fields.email(data.get("email"), "traits.email"))
    consent = fields.text(data.get("marketing_consent"), "traits.marketing_consent")
    if consent not in (None, GRANTED, DENIED):
        raise fields.wrong("traits.marketing_consent", f"{GRANTED} or {DENIED}", consent)
    _replace(data, "marketing_consent", consent)
    stated = fields.instant(data.get("marketing_consent_at"), "traits.marketing_consent_at", now)
    _replace(data, "marketing_consent_at", stated)
    if not isinstance(data.get("address"), str):  # some write the whole address in one line
        _put(data, "address", fields.obj(data.get("address"), "traits.address") or None)
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
    elif data.get(name) is not None:
        del data[name]


def _replace(data: Json, name: str, value: object) -> None:
    data.pop(name, None)
    if value is not None:
        data[name] = value
