"""shop.yaml: who writes, and what every email shows of the shop."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from itertools import pairwise
from typing import Any

from mailwright.compose.filters import safe_url
from mailwright.content.document import Document, Where
from mailwright.content.fields import Field, Reader
from mailwright.content.findings import Finding
from mailwright.journeys.clock import zone
from mailwright.model.content import Shop
from mailwright.model.scale import Scale

FIELDS = (
    Field("name", "text", "the shop's name, as customers know it", required=True),
    Field("url", "text", "the shop's address on the web, https://...", required=True),
    Field("sender", "text", "whom emails come from: Example Shop <hello@shop.example.com>", required=True),
    Field("address", "text", "postal address, which the law asks for in every marketing email", required=True),
    Field("reply_to", "text", "where replies go; the sender when absent"),
    Field("logo_url", "text", "a picture for the head of every email, https://..."),
    Field("currency", "text", "ISO 4217 code of every amount; EUR when absent"),
    Field("locale", "text", "language and country of the copy, en or en-GB; en when absent"),
    Field("timezone", "text", "IANA name, used where a customer's own is not known; UTC when absent"),
    Field("cap", "whole", "marketing emails to one person in any seven days; 3 when absent"),
    Field("rfm", "mapping", "the edges between one and five points, see docs/segments.md"),
    Field("price_bands", "list", "two prices of a piece: below the first is low, from the second on high; [20, 60]"),
)
RFM = (
    Field("recency", "list", "four numbers of days since the last order; [30, 90, 180, 365] when absent"),
    Field("frequency", "list", "four numbers of orders ever; [2, 3, 5, 10] when absent"),
    Field("monetary", "list", "four amounts of lifetime value; [50, 150, 400, 1000] when absent"),
)
_MAILBOX = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
_CHECKS: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "currency": (re.compile(r"[A-Z]{3}").fullmatch, "is no currency code", "three capital letters: EUR, GBP, USD"),
    "locale": (re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*").fullmatch, "is no locale", "en, en-GB, de-AT"),
    "timezone": (zone, "is no time zone", "an IANA name: Europe/Berlin, UTC"),
    "cap": (lambda cap: 1 <= cap <= 100, "is out of range", "between 1 and 100"),
}


def read_shop(document: Document) -> tuple[Shop | None, list[Finding]]:
    """The Shop, or None with what is wrong."""
    reader = Reader(document)
    read = reader.mapping((), document.data, FIELDS, "shop.yaml")
    for field in ("url", "logo_url"):
        if field in read and not safe_url(read[field]).startswith("https:"):
            reader.wrong((field,), f"{read[field]!r} is no web address", "it begins with https://")
    for field in ("sender", "reply_to"):
        if field in read and not _MAILBOX.fullmatch(parseaddr(read[field])[1]):
            hint = "Example Shop <hello@shop.example.com>; a name with a comma goes in double quotes"
            reader.wrong((field,), f"{read[field]!r} is no email address", hint)
    for field, (holds, message, hint) in _CHECKS.items():
        if field in read and not holds(read[field]):
            reader.wrong((field,), f"{read[field]!r} {message}", hint)
    for field, value in read.items():
        if isinstance(value, str) and any(ord(character) < 32 for character in value):
            reader.wrong((field,), f"{field} has a line break or control character in it", "one line of text")
    scale = _scale(reader, read)
    return (None, reader.findings) if reader.findings else (Shop(**read, scale=scale), [])


def _scale(reader: Reader, read: dict[str, Any]) -> Scale:
    """Takes `rfm` and `price_bands` out of what was read."""
    edges = {}
    if "rfm" in read:
        said = reader.mapping(("rfm",), read.pop("rfm"), RFM, "rfm")
        edges = {name: _edges(reader, ("rfm", name), values, 4) for name, values in said.items()}
    if "price_bands" in read:
        edges["price"] = _edges(reader, ("price_bands",), read.pop("price_bands"), 2)
    return Scale(**edges)


_LIKE = {2: "for example [20, 60]", 4: "for example [30, 90, 180, 365]"}


def _edges(reader: Reader, where: Where, values: list[Any], count: int) -> Any:
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    rising = all(0 < low < high < 1e12 for low, high in pairwise(numbers))
    if len(values) != count or len(numbers) != count or not rising:
        reader.wrong(where, f"{where[-1]} is not {count} rising numbers above 0", _LIKE[count])
    return tuple(numbers)
