"""Shopify webhooks, from EventBridge or HTTPS, to Events: who, when and what of each topic.

One webhook can say two things: what happened, and who the customer is (an `identify` with address and consent).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mailwright.model.event import Event
from mailwright.model.problem import Problem
from mailwright.model.times import DAY
from mailwright.sources import fields, limits
from mailwright.sources import shopify_payload as read
from mailwright.sources.fields import Json

TOPICS = (
    "orders/create", "orders/updated", "orders/cancelled", "refunds/create", "checkouts/create", "checkouts/update",
    "carts/update", "customers/create", "customers/update", "products/update",
)  # fmt: skip
_GUEST_FOR = 2 * DAY  # a customer older than this when they order was one when they filled the cart
_REFUND_SHOWN = 14 * DAY  # a refund is told of by order updates for this long; later ones repeat old news


class Delivery(NamedTuple):
    """One webhook: its body, and what its headers (or EventBridge metadata) say of it."""

    topic: str
    payload: Json
    event_id: str = ""
    triggered_at: str = ""
    shop: str = ""  # example.myshopify.com


def delivery(headers: Mapping[str, Any], payload: Any) -> Delivery:
    """A Delivery from header names in any case, with or without the `X-` that newer versions drop."""
    known = {str(name).lower().removeprefix("x-"): value for name, value in headers.items()}
    said = {name: fields.text(known.get(f"shopify-{name}"), f"X-Shopify-{name.title()}") or ""
            for name in ("topic", "event-id", "triggered-at", "shop-domain")}  # fmt: skip
    if not said["topic"]:
        raise fields.missing("X-Shopify-Topic")
    if not isinstance(payload, dict):
        raise fields.wrong("payload", "an object", payload)
    return Delivery(said["topic"], payload, said["event-id"], said["triggered-at"], said["shop-domain"])


def events(one: Delivery, now: int) -> list[Event]:
    """The Events of one webhook, the identify first so that consent is known before anything is decided.

    `now` is only what timestamps may not be ahead of. Problem when the topic is unknown or the payload cannot be used.
    """
    if one.topic not in _READ:
        raise Problem("unknown_topic", f"topic {one.topic[:60]!r} is not read; the topics are {', '.join(TOPICS)}")
    stem = f"{one.event_id}:{one.topic}" if one.event_id else fields.derived_id(f"shopify/{one.topic}", one.payload)
    fields.message_id(stem, "X-Shopify-Event-Id")
    made = _READ[one.topic](_Reading(one, stem, now))
    for event in made:
        limits.check(event.data, limits.LARGE_EVENT_BYTES)
        limits.check(event.context)
    return made


class _Reading:
    """One delivery while it is read: makes events that share its id, source and surroundings."""

    def __init__(self, one: Delivery, stem: str, now: int) -> None:
        self.topic, self.payload, self.shop, self.stem, self.now = one.topic, one.payload, one.shop, stem, now
        self._triggered = one.triggered_at

    def at(self, *names: str) -> int:
        """The first of these payload times that is there, else when Shopify says the webhook was triggered."""
        for name in names:
            at = fields.instant(self.payload.get(name), name, self.now)
            if at is not None:
                return at
        at = fields.instant(self._triggered, "X-Shopify-Triggered-At", self.now)
        if at is None:
            raise fields.missing(names[0], "and there is no X-Shopify-Triggered-At in its place")
        return at

    def make(
        self,
        at: int,
        who: str,
        name: str,
        data: Json,
        *,
        kind: str = "track",
        mark: str = "",
        links: list[str] | None = None,
    ) -> Event:
        """An Event of this delivery; `mark` keeps the ids of several apart, `links` are other ids of the customer."""
        ident = self.stem + (f":{mark}" if mark else "")
        return Event(ident, at, who, kind, name, "shopify", data, read.surroundings(self.payload), links or [])

    def identify(self, at: int, who: str, person: Json) -> list[Event]:
        """What the payload knows of the person; nothing when that is nothing."""
        traits = read.traits(person, self.payload, self.now)
        return [self.make(at, who, "", traits, kind="identify", mark="identify")] if traits else []


def _order(reading: _Reading, name: str, *times: str) -> list[Event]:
    order, at = reading.payload, reading.at(*times)
    who = read.customer(order, "checkout_token", "cart_token", "token")
    made = reading.identify(at, who, fields.obj(order.get("customer"), "customer"))
    data = read.order(order)
    links = _earlier(reading, at, who) if reading.topic == "orders/create" else []
    refunds = fields.objects(order.get("refunds"), "refunds")
    made.append(reading.make(at, who, name, data, links=links))
    # refunds/create does not say whose order it was; the order's own updates do.
    for refund in refunds:
        when = fields.instant(refund.get("created_at"), "refunds[].created_at", reading.now)
        if when is not None and at - when <= _REFUND_SHOWN:
            data = read.refund(refund, order)
            ident = f"refund:{fields.text(refund.get('id'), 'refunds[].id')}"
            made.append(Event(ident, when, who, "track", "Order Refunded", "shopify", data))
    return made


def _earlier(reading: _Reading, at: int, who: str) -> list[str]:
    """The ids that the buyer may have had before: the cart's token, and the address of a guest whose order now comes
    under a customer id. Only a customer as new as the order can have been such a guest.
    """
    order, customer = reading.payload, fields.obj(reading.payload.get("customer"), "customer")
    links, guest = read.token(order, who, "cart_token", "checkout_token"), read.guest(order)
    if guest is None or guest == who or not order.get("checkout_token"):
        return links
    since = fields.instant(customer.get("created_at"), "customer.created_at")
    if since is not None and at - since > _GUEST_FOR:
        return links
    return [*links, guest]


def _refund(reading: _Reading) -> list[Event]:
    refund, at = reading.payload, reading.at("created_at", "processed_at")
    data = read.refund(refund, {})
    person = fields.obj(refund.get("customer"), "customer")
    who = fields.customer(person.get("id"), "customer.id") or f"order#{data['order_id']}"
    return [reading.make(at, who, "Order Refunded", data)]


def _checkout(reading: _Reading, name: str, *times: str) -> list[Event]:
    checkout, at = reading.payload, reading.at(*times)
    who = read.customer(checkout, "cart_token", "token")
    made = reading.identify(at, who, fields.obj(checkout.get("customer"), "customer"))
    data = read.checkout(checkout)
    if checkout.get("completed_at"):
        name, data["products"] = "Cart Updated", []  # it became an order: nothing is left in it
    return [*made, reading.make(at, who, name, data, links=read.token(checkout, who, "cart_token", "token"))]


def _cart(reading: _Reading) -> list[Event]:
    cart, at = reading.payload, reading.at("updated_at", "created_at")
    who = read.customer(cart, "token", "id")
    return [reading.make(at, who, "Cart Updated", read.cart(cart), links=read.token(cart, who, "token"))]


def _customer(reading: _Reading, *times: str) -> list[Event]:
    person, at = reading.payload, reading.at(*times)
    who = fields.customer(person.get("id"), "id")
    if who is None:
        raise fields.missing("id", "a customer webhook must say which customer")
    return [reading.make(at, who, "", read.traits(person, person, reading.now), kind="identify")]


def _product(reading: _Reading) -> list[Event]:
    data = read.catalogue(reading.payload, reading.shop)
    return [
        reading.make(reading.at("updated_at", "created_at"), f"product#{data['product_id']}", "Product Updated", data)
    ]


_READ = {
    "orders/create": lambda reading: _order(reading, "Order Completed", "created_at", "processed_at"),
    "orders/updated": lambda reading: _order(reading, "Order Updated", "updated_at"),
    "orders/cancelled": lambda reading: _order(reading, "Order Cancelled", "cancelled_at", "updated_at"),
    "refunds/create": _refund,
    "checkouts/create": lambda reading: _checkout(reading, "Checkout Started", "created_at"),
    "checkouts/update": lambda reading: _checkout(reading, "Cart Updated", "updated_at"),
    "carts/update": _cart,
    "customers/create": lambda reading: _customer(reading, "created_at", "updated_at"),
    "customers/update": lambda reading: _customer(reading, "updated_at"),
    "products/update": _product,
}
