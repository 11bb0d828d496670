"""Profile: the living row of one customer, as `fold` leaves it.

Every part is a set of facts that merges the same way in any order: sums, maxima, last-writer-wins registers and the
newest few. Sizes are bounded; the bounds are in `fold/` and docs/profile.md. Money is in hundredths so that sums are
exact.
"""

from typing import Any

import msgspec

Stamp = int  # milliseconds UTC of the event that wrote a register

# What is counted, over a lifetime and per day: a list of counts in this order, without the zeros at its end. What
# happens often comes first, so that most days take a few bytes. Rows hold positions: add at the end only.
COUNTERS = (
    "visits",
    "views",
    "adds",
    "clicks",
    "opens",
    "orders",
    "revenue",
    "items",
    "checkouts",
    "searches",
    "removes",
    "downloads",
    "cancellations",
    "cancelled",
    "refunds",
    "returns",
    "wishes",
    "reviews",
    "custom",
    "bounces",
    "complaints",
    "unsubscribes",
)


class Product(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What an event said of a product, enough to show it in an email."""

    product_id: str
    name: str = ""
    price: int | None = None  # hundredths
    url: str = ""
    image_url: str = ""
    category: str = ""
    brand: str = ""


class View(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The latest view of one product; `product` is kept for the newest few only."""

    at: Stamp  # of the second it happened in
    product_id: str
    product: Product | None = None


class CartChange(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A product put in (positive quantity) or taken out (negative) after the cart's base."""

    at: Stamp
    mark: bytes  # six bytes of the event's id, which break ties
    quantity: int
    product: Product


class Cart(msgspec.Struct, array_like=True):
    """The last absolute statement about the cart (a snapshot, or empty after an order) and the changes since."""

    at: Stamp = 0
    lines: list[tuple[Product, int]] = []
    changes: list[CartChange] = []  # by (at, mark)
    url: str = ""  # where the shop takes the customer back to this cart


class Position(msgspec.Struct, array_like=True):
    """Where a customer stands in one journey; kept after the end, for re-entry rules."""

    entry: int  # 1 for the first time through, 2 for the next: part of every send key
    entered: Stamp
    step: str  # id of the step waited at; "" once the journey is over
    due: int | None = None  # when to go on, milliseconds UTC
    ended: Stamp = 0
    why: str = ""  # how it ended: finished, exited, or what made it stop
    event: str = ""  # id of the event that made the customer enter
    branches: dict[str, str] = {}  # id of an if or split -> branch taken
    cause: str = ""  # name of that event, or "segment:<name>"
    sent: int = 0  # emails planned in this pass; a pass that ended before its first leaves no trace for re-entry


class Profile(msgspec.Struct, array_like=True):
    """One customer. `customer_id` and `v` are columns of their own in the row; the rest is its `state`."""

    customer_id: str
    v: int = 0  # version: 0 before the first write, then one more with each
    first_seen: Stamp = 0  # 0 before the first event of the customer's own doing
    last_seen: Stamp = 0
    traits: dict[str, tuple[Stamp, Any]] = {}
    context: dict[str, tuple[Stamp, Any]] = {}  # device, country, city, timezone, locale
    group: tuple[Stamp, str] | None = None
    aliases: dict[str, Stamp] = {}  # other ids that events named with this one -> when last; the 16 latest
    totals: list[int] = []  # lifetime sums, in the order of COUNTERS
    days: dict[int, list[int]] = {}  # UTC day -> the same sums for that day, for the last 400 days
    first_order: Stamp = 0
    last_order: Stamp = 0
    categories: dict[str, dict[int, int]] = {}  # name -> 28-day period -> weight
    brands: dict[str, dict[int, int]] = {}
    views: list[View] = []  # newest first, one per product, at most 20
    cart: Cart = msgspec.field(default_factory=Cart)
    hours: list[int] = []  # events by hour of the day in UTC, 24 of them once there is one
    custom: dict[str, int] = {}  # events outside the vocabulary, by name, at most 16 names
    reversals: dict[str, tuple[int, int]] = {}  # order id -> (cancelled, refunded), so that one loss counts once
    stage: str = "new"  # lifecycle stage when last folded
    segments: list[str] = []  # sorted names of the segments the customer was in when last folded
    journeys: dict[str, Position] = {}
    floor: int = 0  # UTC day: ids of this day and before may live in `seen#<day>` rows
    ids: dict[int, bytes] = {}  # dedup ring: UTC day -> 6-byte hashes of the ids of its events, sorted
    due: Stamp | None = None  # what the row's timer is set to
    absorbed: int = 0  # profiles of other ids that were joined into this one
    merged_into: str = ""  # the id that this one is now; then the row is a signpost and holds no facts
    merged_at: Stamp = 0  # when it became one
    cluster: str = ""  # name of the cluster when last folded; "" without a model


def count(counts: list[int], counter: str) -> int:
    """One of the COUNTERS out of a totals or day list."""
    place = COUNTERS.index(counter)
    return counts[place] if place < len(counts) else 0
