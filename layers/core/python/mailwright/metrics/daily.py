"""What sent mail came to on one UTC day, by template: from journal lines and the events of the stream.

Everything is counted on the day it happened, each email once a day however often it was reported. An order belongs to
the email whose link the customer clicked last within the five days before it.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from mailwright.fold.orders import amount
from mailwright.fold.products import lines
from mailwright.metrics.account import final
from mailwright.model.event import Event
from mailwright.model.problem import Problem
from mailwright.model.send import SendRecord
from mailwright.model.times import DAY, day, iso_day

ATTRIBUTION = 5 * DAY
ORDER = "Order Completed"
CLICK = "Email Link Clicked"
# event name -> the column it is counted in, once for each email
COUNTED = {
    "Email Delivered": "deliveries",
    "Email Opened": "opens",
    CLICK: "clicks",
    "Email Bounced": "bounces",
    "Email Marked as Spam": "complaints",
}
HELD = ("suppressed", "cancelled", "expired", "failed", "unconfirmed")
COLUMNS = ("sends", *COUNTED.values(), "orders", "revenue", *HELD)


def daily(number: int, records: Iterable[SendRecord], events: Iterable[Event]) -> dict[str, Any]:
    """The metrics of UTC day `number`; money in the shop's currency.

    `records` are the journal lines around the day; `events` those of the day, and clicks from five days before it. More
    of either does no harm.
    """
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for record in final(records).values():
        if day(record.at) == number:
            rows[record.template]["sends" if record.state == "accepted" else record.state] += 1
    known = _distinct(events)
    seen: set[tuple[str, str]] = set()
    for event in known:
        column, key = COUNTED.get(event.name), _text(event, "send_key")
        if column and day(event.at) == number and (column, key) not in seen:
            seen.add((column, key))
            rows[_text(event, "template")][column] += 1
    orders = _orders(number, known)
    clicks = _clicks(known)
    for order, value in orders:
        if template := _last_click(clicks, order):
            rows[template]["orders"] += 1
            rows[template]["revenue"] += value
    return {
        "day": iso_day(number * DAY),
        "templates": {name: _row(rows[name]) for name in sorted(rows)},
        "orders": len(orders),
        "revenue": sum(value for _, value in orders) / 100,
    }


def _distinct(events: Iterable[Event]) -> list[Event]:
    """Each event once, in the order of time and id: the lake holds what the stream delivered, copies included. One that
    was passed on from an old id counts under the id it came to last.
    """
    found: dict[str, Event] = {}
    for event in events:
        if event.id not in found or _way(found[event.id]) <= _way(event):
            found[event.id] = event
    return sorted(found.values(), key=lambda event: (event.at, event.id))


def _way(event: Event) -> int:
    return len(event.forwarded.path) if event.forwarded else 0


def _orders(number: int, events: list[Event]) -> list[tuple[Event, int]]:
    """The day's orders, each once though several sources report it, with their amount in hundredths."""
    found: dict[str, tuple[Event, int]] = {}
    for event in events:
        if event.name == ORDER and day(event.at) == number:
            try:
                value = amount(event.data, lines(event.data))
            except Problem:
                continue  # the fold refused this event too, and keeps it in quarantine
            found.setdefault(_text(event, "order_id") or event.id, (event, value))
    return list(found.values())


def _clicks(events: list[Event]) -> dict[str, list[tuple[int, str]]]:
    clicks: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in events:
        if event.name == CLICK:
            clicks[event.customer_id].append((event.at, _text(event, "template")))
    return clicks


def _last_click(clicks: dict[str, list[tuple[int, str]]], order: Event) -> str:
    mine = clicks.get(order.customer_id, [])
    place = bisect_right(mine, order.at, key=lambda click: click[0])
    if place == 0 or mine[place - 1][0] < order.at - ATTRIBUTION:
        return ""
    return mine[place - 1][1]


def _row(counts: Counter[str]) -> dict[str, float]:
    return {name: counts[name] / 100 if name == "revenue" else counts[name] for name in COLUMNS}


def _text(event: Event, field: str) -> str:
    value = event.data.get(field)
    return str(value) if isinstance(value, str | int) else ""
