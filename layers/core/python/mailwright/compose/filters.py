"""Filters and tests a template may use. Each takes whatever it is given and answers: nothing here raises.

A value is missing when it is None, undefined or an empty text; a missing value passes through as "" and prints nothing.
"""

import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from jinja2 import Undefined, pass_context

from mailwright.compose import money as _money

LONGEST = 500  # characters of any one value in an email

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BREAK = re.compile(r"[\t\n\r]+")
_URL = re.compile(r"(?:https://[^\s/?#\"'<>\\^`{|}@]+(?:[/?#][^\s\"'<>\\^`{|}]*)?|mailto:[^\s\"'<>\\^`{|}:/]+)", re.I)


def clean(text: str) -> str:
    """Text without control characters and direction overrides, on one line."""
    return text if text.isprintable() else _BREAK.sub(" ", _CONTROL.sub("", text))


def shown(value: Any) -> str:
    """What a value prints: text and numbers as people write them; nothing for anything that is not plain data."""
    if type(value) is str:
        return value if value.isprintable() else clean(value)
    if type(value) is bool:
        return "yes" if value else "no"
    if type(value) is int:
        return str(value) if abs(value) < 10**18 else ""
    if type(value) is float:
        return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else ""
    return clean(str.__str__(value)) if isinstance(value, str) else ""


def missing(value: Any) -> bool:
    """None, undefined, an empty text, an empty list."""
    return value is None or isinstance(value, Undefined) or value == "" or value == []


def safe_url(value: Any) -> str:
    """An https or mailto address as it is; "" for everything else."""
    return _safe(value) if type(value) is str else _safe(shown(value))


@lru_cache(maxsize=4096)  # every product's page and picture is asked about several times an email
def _safe(value: str) -> str:
    text = clean(value).strip()
    return text if len(text) <= 2_000 and text.isprintable() and _URL.fullmatch(text) else ""


def default(value: Any, fallback: Any = "") -> Any:
    """The value, or the fallback when it is missing."""
    return fallback if missing(value) else value


def upper(value: Any) -> str:
    """In capitals."""
    return shown(value).upper()


def lower(value: Any) -> str:
    """In small letters."""
    return shown(value).lower()


def capitalize(value: Any) -> str:
    """The first letter as a capital, the rest as it is."""
    text = shown(value)
    return text[:1].upper() + text[1:]


def title(value: Any) -> str:
    """Every word with a capital: `ANN-MARIE o'neil` becomes `Ann-Marie O'neil`."""
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*", lambda word: word[0][0].upper() + word[0][1:].lower(), shown(value))


def trim(value: Any) -> str:
    """Without spaces at either end."""
    return shown(value).strip()


def truncate(value: Any, length: Any = 60) -> str:
    """At most that many characters, cut between words, with an ellipsis."""
    text, limit = shown(value), _whole(length, 60)
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,.;:-") + "…"


def length(value: Any) -> int:
    """How many entries a list, or characters a text, has."""
    return len(value) if type(value) in (list, dict, str) else 0


def first(value: Any) -> Any:
    """The first entry of a list."""
    return value[0] if type(value) is list and value else None


def last(value: Any) -> Any:
    """The last entry of a list."""
    return value[-1] if type(value) is list and value else None


def rounded(value: Any, places: Any = 0) -> Any:
    """To that many decimal places."""
    if not _is_number(value):
        return None
    return round(value, _places(places)) if _places(places) else round(value)


@pass_context
def money(context: Any, value: Any) -> str:
    """An amount in the shop's currency, as its locale writes it: £12.50, 12,50 €."""
    if not _is_number(value):
        return ""
    shop = context.resolve_or_missing("shop")
    return _money.money(value, shop.get("currency", ""), shop.get("locale", "")) if type(shop) is dict else ""


@pass_context
def number(context: Any, value: Any, places: Any = 0) -> str:
    """A number as the shop's locale writes it: 1,234 or 1.234."""
    if not _is_number(value):
        return ""
    shop = context.resolve_or_missing("shop")
    return _money.number(value, shop.get("locale", ""), _places(places)) if type(shop) is dict else ""


def url(value: Any) -> str:
    """An https or mailto address as it is, `#` for anything else. Put on every link and picture by itself."""
    return safe_url(value) or "#"


def urlencode(value: Any) -> str:
    """Escaped as a part of an address: `?from={{ customer.city | urlencode }}`."""
    return quote(shown(value), safe="")


FILTERS: dict[str, Callable[..., Any]] = {
    "capitalize": capitalize,
    "default": default,
    "first": first,
    "last": last,
    "length": length,
    "lower": lower,
    "money": money,
    "number": number,
    "round": rounded,
    "title": title,
    "trim": trim,
    "truncate": truncate,
    "upper": upper,
    "url": url,
    "urlencode": urlencode,
}


def is_even(value: Any) -> bool:
    """An even whole number."""
    return type(value) is int and value % 2 == 0


def is_odd(value: Any) -> bool:
    """An odd whole number."""
    return type(value) is int and value % 2 == 1


def is_defined(value: Any) -> bool:
    """There is a value: not missing."""
    return not missing(value)


def is_none(value: Any) -> bool:
    """There is no value: missing."""
    return missing(value)


TESTS: dict[str, Callable[..., bool]] = {"defined": is_defined, "even": is_even, "none": is_none, "odd": is_odd}


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and -1e15 < value < 1e15  # and not NaN


def _whole(value: Any, otherwise: int) -> int:
    return min(value, LONGEST) if type(value) is int and value >= 0 else otherwise


def _places(value: Any) -> int:
    return min(_whole(value, 0), 6)


def _comparison(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        if type(left) is int and type(right) is int:
            return test(left, right)
        both = (_is_number(left) and _is_number(right)) or (type(left) is str and type(right) is str)
        return both and test(left, right)

    return compare


def _among(value: Any, values: Any) -> bool:
    if type(values) is str:
        return type(value) is str and value in values
    return type(values) in (list, tuple) and value in values


# What the sandbox puts in place of operators that raise on missing values; no template can write these names.
OPERATORS: Mapping[str, Callable[..., Any]] = {
    "lt": _comparison(operator.lt),
    "lteq": _comparison(operator.le),
    "gt": _comparison(operator.gt),
    "gteq": _comparison(operator.ge),
    "in": _among,
    "notin": lambda value, values: not _among(value, values),
}
