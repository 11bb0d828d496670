"""DynamoDB attribute values: their size by the published rules, how they compare, and what a key may be.

Sizes: docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Value = dict[str, Any]  # {"S": "text"}, {"N": "1"}, ...: the form of the wire, with bytes as bytes
Item = dict[str, Value]


class Invalid(Exception):
    """Becomes a ValidationException of the operation that came across it."""


def number(text: str) -> int | Decimal:
    """The number an N value spells."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Invalid(f"The parameter cannot be converted to a numeric value: {text}")
    return value


def spelled(value: int | Decimal) -> str:
    """How DynamoDB writes a number back: no exponent, no zeros at the end."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def size(value: Value) -> int:
    """Bytes of one value."""
    ((kind, content),) = value.items()
    if kind == "S":
        return _text(content)
    if kind == "B":
        return len(bytes(content))
    if kind == "N":
        digits = content.lstrip("-").replace(".", "").strip("0")
        return (len(digits) + 1) // 2 + 1 + int(content.startswith("-"))
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "M":
        return 3 + sum(1 + _text(name) + size(below) for name, below in content.items())
    if kind == "L":
        return 3 + sum(1 + size(below) for below in content)
    if kind in ("SS", "NS", "BS"):
        return sum(size({kind[0]: member}) for member in content)
    raise Invalid(f"Supplied AttributeValue has an unknown type: {kind}")


def item_size(item: Mapping[str, Value]) -> int:
    """Bytes of an item: names and values."""
    return sum(_text(name) + size(value) for name, value in item.items())


def _text(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def comparable(value: Value) -> tuple[str, Any]:
    """(type, something Python orders as DynamoDB orders that type): numbers by value, text by its UTF-8 bytes."""
    ((kind, content),) = value.items()
    if kind == "N":
        return kind, number(content)
    if kind == "S":
        return kind, content.encode()
    if kind == "B":
        return kind, bytes(content)
    return kind, content


def equal(left: Value, right: Value) -> bool:
    """Equality as conditions see it: same type and same content; sets in any order."""
    if left == right:
        return True
    ((kind, a),) = left.items()
    ((other, b),) = right.items()
    if kind != other or kind in ("S", "BOOL"):
        return False
    if kind == "N":
        return number(a) == number(b)
    if kind in ("SS", "BS"):
        return set(a) == set(b)
    if kind == "NS":
        return {number(n) for n in a} == {number(n) for n in b}
    if kind == "M":
        return a.keys() == b.keys() and all(equal(a[name], b[name]) for name in a)
    if kind == "L":
        return len(a) == len(b) and all(map(equal, a, b))
    return bool(a == b)


def check_item(item: Mapping[str, Value]) -> None:
    """What DynamoDB refuses in any value it is to store."""
    for value in item.values():
        _check(value)


def _check(value: Value) -> None:
    if len(value) != 1:
        raise Invalid("Supplied AttributeValue must contain exactly one supported data type")
    ((kind, content),) = value.items()
    if kind == "N":
        number(content)
    elif kind in ("SS", "NS", "BS"):
        if not content:
            raise Invalid("One or more parameter values were invalid: An set may not be empty")
        if len(set(content)) != len(content):
            raise Invalid("One or more parameter values were invalid: Input collection contains duplicates")
    elif kind == "M":
        check_item(content)
    elif kind == "L":
        for below in content:
            _check(below)
    elif kind not in ("S", "B", "BOOL", "NULL"):
        raise Invalid(f"Supplied AttributeValue has an unknown type: {kind}")
