"""Traits: what identify and group calls say of a person, one register a trait.

Objects are flattened with dots two levels deep (`address.city`), well-known names are written the snake_case way, long
text is cut at 256 characters, lists keep their first 8 plain values (text of 64 characters). Kept are 40 traits:
well-known ones first, then those first by lot. A trait set to null is known to be unset, so an older value cannot come
back.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mailwright.fold.registers import Registers, lot, write
from mailwright.fold.values import text, wrong
from mailwright.model.event import Event
from mailwright.model.profile import Profile

TRAITS_KEPT = 40

_NAME, _TEXT, _LIST, _LIST_TEXT, _DEPTH = 64, 256, 8, 64, 2
_EXACT = 2**53  # beyond it a number is not the same in every language that reads it

_OTHER_NAMES = {
    "firstName": "first_name", "lastName": "last_name", "createdAt": "created_at", "birthDate": "birthday",
    "dateOfBirth": "birthday", "date_of_birth": "birthday", "marketingConsent": "marketing_consent",
    "marketingConsentAt": "marketing_consent_at", "address.postalCode": "address.postal_code",
    "incomeBand": "income_band", "customerPlan": "plan",
}  # fmt: skip
_WELL_KNOWN = frozenset((
    "email", "marketing_consent", "marketing_consent_at", "first_name", "last_name", "name", "age", "birthday",
    "gender", "plan", "phone", "address.city", "address.country", "address.state", "address.postal_code",
    "address.street", "created_at", "company.name", "group.name", "timezone", "locale", "income_band",
))  # fmt: skip

_GRANTED = frozenset(("granted", "true", "yes", "subscribed"))
_DENIED = frozenset(("denied", "false", "no", "unsubscribed"))


def identified(profile: Profile, event: Event) -> None:
    """identify: its data are traits."""
    keep(profile, event.at, read(event.data))


def grouped(profile: Profile, event: Event) -> None:
    """group: the group's id, and its traits under `group.`."""
    data = event.data
    group = text(data.get("group_id") or data.get("groupId"), "group_id", _NAME)
    about = read({name: value for name, value in data.items() if name not in ("group_id", "groupId")}, "group.")
    if group and (profile.group is None or (event.at, group) > tuple(profile.group)):
        profile.group = (event.at, group)
    keep(profile, event.at, about)


def read(data: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """The traits in an object as they are kept. Problem when a value is none a trait can have."""
    return list(_flat(data, prefix, 0))


def keep(profile: Profile, at: int, found: list[tuple[str, Any]]) -> None:
    """Write each trait's register."""
    registers = profile.traits
    for name, value in found:
        write(registers, name, at, value)
    bound(registers)


def bound(registers: Registers) -> None:
    """Keep 40 traits: well-known ones first, then those first by lot."""
    if len(registers) > TRAITS_KEPT:
        for name in sorted(registers, key=_place)[TRAITS_KEPT:]:
            del registers[name]


def trait(registers: Registers, name: str) -> Any:
    """What a register says now, None when nothing was said."""
    held = registers.get(name)
    return None if held is None else held[1]


def consent(value: Any) -> str | None:
    """`granted` or `denied` in the ways people write them; None for anything else."""
    said = str(value).strip().lower()
    return "granted" if said in _GRANTED else "denied" if said in _DENIED else None


def _place(name: str) -> tuple[bool, tuple[int, str]]:
    return name not in _WELL_KNOWN, lot(name)


def _flat(data: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        full = prefix + key
        name = _OTHER_NAMES.get(full, full)[:_NAME]
        if isinstance(value, dict):
            if depth < _DEPTH:
                yield from _flat(value, name + ".", depth + 1)
        elif isinstance(value, list):
            plain = [_plain(one, name) for one in value if not isinstance(one, dict | list)][:_LIST]
            yield name, [one[:_LIST_TEXT] if isinstance(one, str) else one for one in plain]
        else:
            yield name, _plain(value, name)


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return value[:_TEXT]
    if isinstance(value, float) and not abs(value) <= _EXACT:
        raise wrong(name, "a number", value)
    if isinstance(value, int) and abs(value) > _EXACT:
        return str(value)[:_TEXT]
    if value is None or isinstance(value, int | float):
        return value
    raise wrong(name, "text, a number, true, false or a list of these", value)
