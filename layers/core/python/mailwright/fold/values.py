"""Values out of event data: tolerant of numbers written as text, strict about what cannot be meant.

Each reader gives None or a default for what is absent (null and "" count as absent) and raises a Problem that names
the field for what is wrong, so that one bad event is refused whole and its neighbours are not harmed.
"""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from mailwright.model.problem import Problem

LARGEST_AMOUNT = 10**11  # hundredths: a thousand million; sums of it stay far inside 64 bits
LARGEST_QUANTITY = 10**7

_NAMES = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
_canonical = msgspec.json.Encoder(order="deterministic").encode


def wrong(field: str, wanted: str, value: Any) -> Problem:
    """The Problem of a field whose value cannot be used."""
    shown = repr(value)[:60] if isinstance(value, str | int | float) else _NAMES.get(type(value), type(value).__name__)
    return Problem("invalid_field", f"{field} must be {wanted}, not {shown}")


def _number(value: Any, field: str) -> float | int:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise wrong(field, "a number like 19.99", value) from None
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))):
        raise wrong(field, "a number like 19.99", value)
    return value


def money(value: Any, field: str) -> int | None:
    """An amount in hundredths: 19.99 and "19.99" are 1999. Problem when negative, not finite or beyond all reason."""
    if value is None or value == "":
        return None
    number = _number(value, field)
    amount = round(number * 100) if abs(number) <= LARGEST_AMOUNT else -1  # a hundred times a large number is infinite
    if not 0 <= amount <= LARGEST_AMOUNT:
        raise wrong(field, "an amount between 0 and 1,000,000,000", value)
    return amount


def quantity(value: Any, field: str) -> int:
    """A whole number of pieces, 1 when absent. Problem when negative, broken or beyond all reason."""
    if value is None or value == "":
        return 1
    pieces = _number(value, field)
    if pieces != int(pieces) or not 0 <= pieces <= LARGEST_QUANTITY:
        raise wrong(field, "a whole number of pieces, 0 or more", value)
    return int(pieces)


def text(value: Any, field: str, longest: int) -> str:
    """Text cut at `longest` characters, "" when absent; whole numbers are taken as text because ids come both ways."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if len(value) <= longest else value[:longest]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:longest]
    raise wrong(field, "text", value)


def objects(data: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    """A list of objects, [] when absent."""
    value = data.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise wrong(field, "a list of objects", value)
    return value


def canonical(value: Any) -> bytes:
    """Bytes that order any two values the same way everywhere: what breaks a tie between two writers of a moment."""
    return _canonical(value)
