"""What the machine says, in words a marketer reads: states, reasons, traces, events."""

from collections.abc import Iterator, Mapping
from typing import Any

from mailwright.model.event import Event
from mailwright.model.send import SendRecord
from mailwright.model.times import iso

HELD = {
    "no_consent": "No consent to marketing email",
    "no_address": "No email address known",
    "invalid_address": "The address cannot receive email",
    "bounce": "An earlier email to this address bounced",
    "complaint": "The customer reported an earlier email as spam",
    "unsubscribed": "The customer had unsubscribed",
    "capped": "Enough marketing email this week already",
    "expired": "It was too late to still send it",
    "condition": "Its condition no longer held when it was due",
    "quota": "The sending quota of the day was used up",
    "refused": "SES refused it",
    "unconfirmed": "SES never said whether it was sent",
}

STATES = {
    "accepted": "Sent",
    "delivered": "Delivered",
    "waiting": "Waiting",
    "suppressed": "Held back",
    "expired": "Expired",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "bounced": "Bounced",
    "complained": "Complaint",
    "unconfirmed": "Unconfirmed",
}

SENT = frozenset({"accepted", "delivered", "bounced", "complained"})  # states that mean SES took it
_BAD = frozenset({"failed", "bounced", "complained", "unconfirmed"})


def reason(held: str) -> str:
    """`no_consent` -> `No consent to marketing email`; an unknown reason keeps its own words."""
    return HELD.get(held) or (held.replace("_", " ").capitalize() if held else "No reason given")


def state(name: str) -> str:
    return STATES.get(name, name.capitalize())


def tone(name: str) -> str:
    """How a state is coloured: "good", "held" or "bad"."""
    if name in _BAD:
        return "bad"
    return "good" if name in SENT else "held"


def program(name: str) -> tuple[str, str]:
    """`journey:welcome` -> (`journey`, `welcome`)."""
    kind, _, rest = name.partition(":")
    return (kind, rest) if rest else ("", name)


def why(record: SendRecord) -> list[str]:
    """The decision trace as sentences, in the order in which the decision was made."""
    kind, name = program(record.program)
    lines = [f"Planned by the {kind or 'program'} {name} for {iso(record.planned_at)[:16].replace('T', ' ')} UTC."]
    lines += [f"{_label(path)}: {value}" for path, value in _leaves(record.trace)]
    if record.held:
        lines.append(f"Held back: {reason(record.held)}.")
    return lines


def _label(path: str) -> str:
    return path.replace("_", " ").replace(".", " › ").capitalize()


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _leaves(below, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        if all(not isinstance(item, Mapping | list | tuple) for item in value):
            if value:
                yield path, ", ".join(map(_text, value))
        else:
            for number, item in enumerate(value, 1):
                yield from _leaves(item, f"{path} {number}")
    elif value is not None and value != "":
        yield path, _instant(path, value)


def _instant(path: str, value: Any) -> str:
    last = path.rpartition(".")[2]
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**11 and (last == "at" or last[-3:] == "_at"):
        return iso(value)[:16].replace("T", " ") + " UTC"
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


_CALLS = {"identify": "Identified", "page": "Page viewed", "screen": "Screen viewed", "group": "Joined a group", "alias": "Ids joined"}


def event(item: Event, currency: str) -> tuple[str, str]:
    """(title, detail) of an event: its name in the spec's words, and what it was about."""
    title = _CALLS.get(item.type, item.type.capitalize()) if item.type != "track" else item.name
    if item.type in ("page", "screen"):
        return title, _join(item.name, _text(item.data.get("url") or item.data.get("path") or ""))
    if item.type in ("identify", "group"):
        return title, ", ".join(f"{name} {_text(value)}" for name, value in _scalars(item.data))
    return title, _join(_products(item.data), _total(item.data, currency), _other(item.data))


def _scalars(data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(k, v) for k, v in data.items() if isinstance(v, str | int | float) and v != ""][:8]


def _products(data: Mapping[str, Any]) -> str:
    lines = data.get("products")
    products = [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list) else []
    if not products and (data.get("name") or data.get("product_id") or data.get("sku")):
        products = [data]
    named = [_product(line) for line in products[:3]]
    return ", ".join(named) + (f" and {len(products) - 3} more" if len(products) > 3 else "")


def _product(line: Mapping[str, Any]) -> str:
    name = _text(line.get("name") or line.get("product_id") or line.get("sku") or "?")
    quantity = line.get("quantity")
    return f"{quantity} × {name}" if isinstance(quantity, int | float) and quantity != 1 else name


def _total(data: Mapping[str, Any], currency: str) -> str:
    amount = next((data[key] for key in ("total", "revenue", "value", "price") if data.get(key) not in (None, "")), None)
    return "" if amount is None else f"{amount} {_text(data.get('currency') or currency)}"


def _other(data: Mapping[str, Any]) -> str:
    return _join(*(_text(data[key]) for key in ("order_id", "query", "template", "link") if data.get(key)))


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
