"""Rows to orders to Segment messages: lines of one order come together, and what cannot be used says why."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from local.convert.column_map import ColumnMap
from local.convert.values import Refused, Values
from mailwright.model.problem import Problem
from mailwright.model.times import iso
from mailwright.sources import fields

Message = dict[str, Any]
_PRODUCT = ("name", "sku", "category", "brand", "url", "image_url")


@dataclass
class Order:
    """One order, or the cancelled part of one, while its lines come in."""

    order_id: str
    customer_id: str
    at: int
    cancelled: bool
    row: dict[str, str]  # the first one, for what is said once an order
    lines: list[Message] = field(default_factory=list)
    total: Decimal = Decimal(0)


@dataclass
class Counts:
    """What a conversion wrote: lines of orders, lines of cancellations, and what they made."""

    lines: int = 0
    cancelled_lines: int = 0
    orders: int = 0
    cancellations: int = 0
    messages: int = 0
    customers: int = 0


class Orders:
    """Feed it rows; it yields messages as orders are complete. `close` yields the rest."""

    def __init__(self, column_map: ColumnMap, header: list[str]) -> None:
        self.counts = Counts()
        self._map = column_map
        self._columns = column_map.columns
        self._values = Values(column_map)
        self._header = header
        self._open: OrderedDict[tuple[str, bool], Order] = OrderedDict()
        self._closed: set[tuple[str, bool]] = set()
        self._known: dict[str, Message] = {}

    def add(self, values: list[str]) -> Iterator[Message]:
        """Take one row. Raises Refused; the row then changed nothing."""
        if len(values) != len(self._header):
            raise Refused("wrong_number_of_fields", f"{len(values)} fields where the header has {len(self._header)}")
        row = dict(zip(self._header, values, strict=True))
        order_id, customer_id = self._needed(row, "order_id"), self._needed(row, "customer_id")
        at = self._values.time(row[self._columns["time"]])
        cancelled = self._values.cancelled(row)
        key = order_id, cancelled
        if key in self._closed:
            raise Refused("order_closed", f"order {order_id} was already written; raise lines_apart in the map")
        order = self._open.get(key)
        if order is not None and order.customer_id != customer_id:
            raise Refused("customer_differs", f"order {order_id} is of customer {order.customer_id}")
        line, worth = self._line(row, cancelled)
        if order is None:
            self._check(customer_id, row)
            order = self._open[key] = Order(order_id, customer_id, at, cancelled, row)
        if line:
            order.lines.append(line)
            order.total += worth
        if cancelled:
            self.counts.cancelled_lines += 1
        else:
            self.counts.lines += 1
        if len(self._open) > self._map.lines_apart:
            _, oldest = self._open.popitem(last=False)
            return self._written(oldest)
        return iter(())

    def close(self) -> Iterator[Message]:
        """The orders that are still open, oldest first."""
        while self._open:
            yield from self._written(self._open.popitem(last=False)[1])

    def _needed(self, row: dict[str, str], role: str) -> str:
        value = row[self._columns[role]].strip()
        if not value:
            raise Refused(f"missing_{role}", f"{self._columns[role]} is empty")
        return value

    def _check(self, customer_id: str, row: dict[str, str]) -> None:
        """Refuse an order with its first row for what would otherwise be found wrong when it is written."""
        self._values.traits(row)
        if "total" in self._columns:
            self._values.total(row)
        try:
            fields.customer(customer_id, self._columns["customer_id"])
        except Problem as problem:
            raise Refused("unusable_customer_id", problem.message) from problem

    def _line(self, row: dict[str, str], cancelled: bool) -> tuple[Message, Decimal]:
        """One product of an order and what it came to; {} when the export has no products."""
        columns = self._columns
        if "product_id" not in columns:
            return {}, Decimal(0)
        line: Message = {"product_id": self._needed(row, "product_id")}
        line |= {
            role: row[columns[role]].strip() for role in _PRODUCT if role in columns and row[columns[role]].strip()
        }
        pieces = self._values.quantity(row, cancelled)
        worth = Decimal(0)
        if "price" in columns:
            price = self._values.price(row[columns["price"]])
            line["price"] = float(price)
            worth = price * pieces
        line["quantity"] = pieces
        return line, worth

    def _written(self, order: Order) -> Iterator[Message]:
        self._closed.add((order.order_id, order.cancelled))
        found = list(self._messages(order))
        self.counts.messages += len(found)
        return iter(found)

    def _messages(self, order: Order) -> Iterator[Message]:
        yield from self._identify(order)
        properties: Message = {"order_id": order.order_id}
        total = self._values.total(order.row) if "total" in self._columns else order.total
        properties["total"] = float(total)
        currency = self._text(order.row, "currency") or self._map.currency
        if currency:
            properties["currency"] = currency
        if coupon := self._text(order.row, "coupon"):
            properties["coupon"] = coupon
        if order.lines:
            properties["products"] = order.lines
        if not order.cancelled or (self._map.cancelled and self._map.cancelled.also_ordered):
            self.counts.orders += 1
            yield self._message(order, "ordered", type="track", event="Order Completed", properties=properties)
        if order.cancelled:
            self.counts.cancellations += 1
            yield self._message(order, "cancelled", type="track", event="Order Cancelled", properties=properties)

    def _identify(self, order: Order) -> Iterator[Message]:
        """Who the customer is, when they are first seen or something about them changed."""
        traits = self._values.traits(order.row)
        known = self._known.get(order.customer_id)
        if known is None:
            self.counts.customers += 1
        if traits != (known or {}):
            yield self._message(order, "identify", type="identify", traits=traits)
        self._known[order.customer_id] = traits

    def _message(self, order: Order, kind: str, **content: Any) -> Message:
        name = f"{self._map.id_prefix}{kind}-{order.order_id}"
        if kind == "identify" and order.cancelled:
            name += "-c"
        if len(name) > 100:
            name = fields.derived_id("convert", name)
        return {"messageId": name, "timestamp": iso(order.at), "userId": order.customer_id, **content}

    def _text(self, row: dict[str, str], role: str) -> str:
        return row[self._columns[role]].strip() if role in self._columns else ""
