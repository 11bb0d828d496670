"""Profile: the living row of one customer, as `fold` leaves it.

Every part is a set of facts that merges the same way in any order: sums, maxima and last-writer-wins registers. Sizes
are bounded; the bounds are in `fold/`. Money is in minor units (cents) so that sums are exact.
"""

from typing import Any

import msgspec

Stamp = int  # milliseconds UTC of the event that wrote a register


class Product(msgspec.Struct, array_like=True, frozen=True):
    """What an event said of a product, enough to show it in an email."""

    product_id: str
    name: str = ""
    price: int | None = None  # minor units
    url: str = ""
    image_url: str = ""
    category: str = ""
    brand: str = ""


class View(msgspec.Struct, array_like=True, frozen=True):
    """The latest view of one product; `product` is kept for the newest few only."""

    at: Stamp
    product_id: str
    product: Product | None = None


class CartChange(msgspec.Struct, array_like=True, frozen=True):
    """A product put in (positive quantity) or taken out (negative) after the cart's base."""

    at: Stamp
    id: str  # of the event, which breaks ties
    quantity: int
    product: Product


class Cart(msgspec.Struct, array_like=True):
    """The last absolute statement about the cart (a snapshot, or empty after an order) and the changes since."""

    at: Stamp = 0
    lines: list[tuple[Product, int]] = []
    changes: list[CartChange] = []
    url: str = ""


class Position(msgspec.Struct, array_like=True):
    """Where a customer stands in one journey; kept after the end, for re-entry rules."""

    entry: int  # 1 for the first time through, 2 for the next: part of every send key
    entered: Stamp
    step: str  # id of the step waited at; "" once the journey is over
    due: int | None = None  # when to go on, milliseconds UTC
    ended: Stamp = 0
    why: str = ""  # how it ended: finished, exited, or what made it stop
    event: str = ""  # id of the event that made the customer enter
    branches: dict[str, str] = {}  # split step id -> branch taken


class Profile(msgspec.Struct, array_like=True):
    """One customer. `customer_id` and `v` are columns of their own in the row; the rest is its `state`."""

    customer_id: str
    v: int = 0  # version: 0 before the first write, then one more with each
    first_seen: Stamp = 0
    last_seen: Stamp = 0
    traits: dict[str, tuple[Stamp, Any]] = {}
    context: dict[str, tuple[Stamp, Any]] = {}  # device, country, timezone, locale
    group: tuple[Stamp, str] | None = None
    aliases: list[str] = []  # other ids of the same person, sorted, at most 16
    totals: dict[str, int] = {}  # lifetime sums: orders, revenue, items, refunds, visits, clicks, ...
    days: dict[int, dict[str, int]] = {}  # UTC day -> the same sums for that day, for the last 400 days
    first_order: Stamp = 0
    last_order: Stamp = 0
    categories: dict[str, dict[int, int]] = {}  # name -> 28-day period -> weight
    brands: dict[str, dict[int, int]] = {}
    views: list[View] = []  # newest first, one per product
    cart: Cart = msgspec.field(default_factory=Cart)
    hours: list[int] = msgspec.field(default_factory=lambda: [0] * 24)  # events by local hour
    stage: str = "new"  # lifecycle stage when last folded
    segments: list[str] = []  # sorted names of the segments the customer was in when last folded
    journeys: dict[str, Position] = {}
    floor: Stamp = 0  # ids at or before it live in `seen#<day>` rows
    ids: bytes = b""  # dedup ring: 10 bytes an id (seconds, hash), sorted


encode_profile = msgspec.msgpack.Encoder().encode
decode_profile = msgspec.msgpack.Decoder(Profile).decode
