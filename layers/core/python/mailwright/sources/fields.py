"""Typed reading of foreign objects: each getter returns the value in our form, None when absent, or raises a Problem
that names the field. Null and "" count as absent: storefronts send both for what they do not know.
"""

import hashlib
import math
import re
from typing import Any

import msgspec

from mailwright.model.event import NOT_CUSTOMERS
from mailwright.model.problem import Problem
from mailwright.model.times import parse_iso
from mailwright.sources.limits import AHEAD, CUSTOMER_ID_BYTES, ID_CHARACTERS

Json = dict[str, Any]
MOST = 1_000_000_000_000  # no price, total or quantity is larger; sums of such stay exact

_DECIMAL = re.compile(r"-?\d{1,15}(\.\d{1,12})?")
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")  # and halves of surrogate pairs, which nothing can carry on
_EMAIL = re.compile(
    r"[^\s@<>(),;:\\\"\x00-\x1f\x7f]{1,64}@[^\s@<>(),;:\\\"\x00-\x1f\x7f.]+(\.[^\s@<>(),;:\\\"\x00-\x1f\x7f.]+)+"
)
_NOBODY = frozenset(
    ("undefined", "null", "none", "nan", "anonymous", "guest", "unknown", "n/a", "false", "true", "[object object]")
)  # fmt: skip
_ENCODE = msgspec.json.Encoder(order="deterministic").encode
_NAMES = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}


def wrong(field: str, wanted: str, value: Any) -> Problem:
    """The Problem of a field that has another type or form than it must."""
    return Problem("invalid_field", f"{field} must be {wanted}, not {shown(value)}")


def shown(value: Any) -> str:
    """A value as an error message names it: text in quotes, other things by their kind."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    return "null" if value is None else _NAMES.get(type(value), type(value).__name__)


def missing(field: str, why: str = "") -> Problem:
    """The Problem of a field that must be there."""
    return Problem("missing_field", f"{field} is missing" + (f": {why}" if why else ""))


def obj(value: Any, field: str) -> Json:
    """An object; {} when absent."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong(field, "an object", value)
    return value


def objects(value: Any, field: str) -> list[Json]:
    """A list of objects; [] when absent."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong(field, "a list of objects", value)
    for index, one in enumerate(value):
        if not isinstance(one, dict):
            raise wrong(f"{field}[{index}]", "an object", one)
    return value


def text(value: Any, field: str) -> str | None:
    """Text, or a whole number written as one: ids come both ways."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise wrong(field, "text", value)


def number(value: Any, field: str, *, least: float | None = None) -> int | float | None:
    """A number, or text that is one in plain decimals ("19.99": what Shopify and many storefronts send)."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(field, "a number like 19.99", value)
    if not math.isfinite(value) or abs(value) > MOST:
        raise Problem("invalid_field", f"{field} must be at most {MOST:,}, not {value}")
    if least is not None and value < least:
        raise Problem("invalid_field", f"{field} must be at least {least}, not {value}")
    return value


def quantity(value: Any, field: str) -> int | None:
    """A whole number of pieces, 0 or more."""
    count = number(value, field, least=0)
    if count is None or isinstance(count, int):
        return count
    if not count.is_integer():
        raise wrong(field, "a whole number", value)
    return int(count)


def instant(value: Any, field: str, now: int | None = None) -> int | None:
    """Milliseconds of an ISO 8601 time. Problem when it is after `now` plus ten minutes: never moved to fit, because a
    retry would then carry another time under the same id.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise wrong(field, "an ISO 8601 time like 2026-11-22T20:03:07Z", value)
    try:
        at = parse_iso(value)
    except (ValueError, OverflowError):
        raise wrong(field, "an ISO 8601 time like 2026-11-22T20:03:07Z", value) from None
    if at <= 0:
        raise Problem("timestamp_too_old", f"{field} {value} is before 1970")
    if now is not None and at > now + AHEAD:
        raise Problem("timestamp_in_future", f"{field} {value} lies more than 10 minutes ahead of now")
    return at


def email(value: Any, field: str) -> str | None:
    """A bare email address, trimmed; its case is kept."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        address = value.strip(" ")
        if len(address) <= 254 and _EMAIL.fullmatch(address):
            return address
    raise wrong(field, "an email address like jane@example.com", value)


def customer(value: Any, field: str) -> str | None:
    """A customer id: text or a whole number, without control characters."""
    name = text(value, field)
    if name is None or not name.strip():
        return None
    if _CONTROL.search(name):
        raise Problem("invalid_field", f"{field} contains a control character")
    if len(name.encode("utf-8", "surrogatepass")) > CUSTOMER_ID_BYTES:
        raise Problem("invalid_field", f"{field} is longer than {CUSTOMER_ID_BYTES} bytes")
    if name.startswith(NOT_CUSTOMERS):
        raise Problem(
            "invalid_field", f"{field} may not begin with {' or '.join(NOT_CUSTOMERS)}: no customer's id does"
        )
    return name


def other_id(value: Any, who: str) -> list[str]:
    """Another id of the customer `who`, as a list of one; [] when the value is none, nobody's in particular, or unfit
    to be an id: what an event says beside its subject does not make it unusable.
    """
    try:
        name = customer(value, "id")
    except Problem:
        return []
    return [] if name is None or name == who or names_nobody(name) else [name]


def names_nobody(name: str) -> bool:
    """Whether an id is what code writes when it has none: thousands share it, and they are not one person."""
    return name.strip().lower() in _NOBODY or not name.strip("0- ")


def message_id(value: Any, field: str) -> str | None:
    """An event's own id: text of at most 100 characters."""
    name = text(value, field)
    if name is None:
        return None
    if len(name) > ID_CHARACTERS:
        raise Problem("invalid_field", f"{field} has {len(name)} characters; at most {ID_CHARACTERS} are taken")
    if _CONTROL.search(name):
        raise Problem("invalid_field", f"{field} contains a control character")
    return name


def derived_id(source: str, payload: Any) -> str:
    """The id of an event that came without one: the same payload from the same source gets the same id."""
    try:
        text = _ENCODE(payload)
    except UnicodeEncodeError as error:
        raise Problem("invalid_text", "the record contains half a surrogate pair, which is not a character") from error
    except RecursionError as error:
        raise Problem("too_deep", "the record nests too deep to be read") from error
    return "h-" + hashlib.sha256(source.encode() + b"\x1f" + text).hexdigest()[:32]
