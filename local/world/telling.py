"""An event in words: its name in the spec's own, and what it was about."""

import re
from collections.abc import Mapping
from typing import Any

from mailwright.model.event import Event
from mailwright.model.times import iso

LONGEST = 240  # characters of what it was about
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_YEAR_9999 = 253_000_000_000_000  # milliseconds
_CALLS = {
    "identify": "Identified",
    "page": "Page viewed",
    "screen": "Screen viewed",
    "group": "Joined a group",
    "alias": "Ids joined",
    "link": "Is from now on",
    "merge": "Was before",
}
_OTHER_ID = {"link": "to", "merge": "from"}


def tell(event: Event) -> tuple[str, str]:
    """(`Product Added`, `2 × Stoneware mug · 28.0 GBP`)."""
    data = event.data
    if event.type == "track":
        return _cut(event.name or "Event"), _cut(_join(_products(data), _total(data), _other(data)))
    title = _CALLS.get(event.type, event.type.capitalize())
    if event.type in _OTHER_ID:
        return title, _cut(_text(data.get(_OTHER_ID[event.type])))
    if event.type in ("page", "screen"):
        return title, _cut(_join(event.name, _text(data.get("url") or data.get("path"))))
    named = [f"{_CAMEL.sub(' ', name).replace('_', ' ').lower()} {_trait(name, value)}" for name, value in data.items()]
    named = [text for text in named if not text.endswith(" ")]
    return title, _cut(", ".join(named[:8]))


def _products(data: Mapping[str, Any]) -> str:
    lines = data.get("products")
    products = [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list) else []
    if not products and any(data.get(key) for key in ("name", "product_id", "sku")):
        products = [data]
    named = [_product(line) for line in products[:3]]
    return ", ".join(named) + (f" and {len(products) - 3} more" if len(products) > 3 else "")


def _product(line: Mapping[str, Any]) -> str:
    name = _text(line.get("name") or line.get("product_id") or line.get("sku")) or "?"
    quantity = line.get("quantity")
    return f"{quantity} × {name}" if isinstance(quantity, int | float) and quantity != 1 else name


def _total(data: Mapping[str, Any]) -> str:
    amount = next(
        (data[key] for key in ("total", "revenue", "value", "price") if data.get(key) not in (None, "")), None
    )
    if isinstance(amount, bool) or not isinstance(amount, int | float | str):
        return ""
    figure = f"{amount:,.2f}" if isinstance(amount, int | float) else amount
    return f"{figure} {_text(data.get('currency'))}".rstrip()


def _other(data: Mapping[str, Any]) -> str:
    order = _text(data.get("order_id"))
    return _join(f"order {order}" if order else "", *(_text(data.get(key)) for key in ("query", "link", "template")))


def _trait(name: str, value: Any) -> str:
    if name.endswith("_at") and isinstance(value, int) and not isinstance(value, bool) and 0 < value < _YEAR_9999:
        return iso(value)[:16].replace("T", " ")
    return _text(value)


def _text(value: Any) -> str:
    """A scalar as text, with nothing in it that changes the line it stands in; "" for anything else."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
