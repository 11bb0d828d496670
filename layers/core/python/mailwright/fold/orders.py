"""Orders: completed, cancelled, refunded. Recency, frequency and money."""

from collections.abc import Mapping
from typing import Any

from mailwright.fold.affinity import MOST_PIECES, ORDERED, lean
from mailwright.fold.cart import state
from mailwright.fold.counters import bump
from mailwright.fold.products import lines
from mailwright.fold.registers import lot
from mailwright.fold.values import money, text
from mailwright.model.event import Event
from mailwright.model.profile import Product, Profile, count

REVERSALS_KEPT = 16

# Which field says what an order came to. Segment's `revenue` leaves shipping and tax out; `total` is what was paid.
_AMOUNTS = ("total", "revenue", "value", "subtotal")


def completed(profile: Profile, event: Event) -> None:
    """Order Completed: counts, and empties the cart of everything up to its time."""
    at, products = event.at, lines(event.data)
    total = amount(event.data, products)
    bump(profile, at, "orders")
    bump(profile, at, "revenue", total)
    bump(profile, at, "items", sum(pieces for _, pieces in products))
    profile.first_order = min(profile.first_order or at, at)
    profile.last_order = max(profile.last_order, at)
    for product, pieces in products:
        lean(profile, at, product, ORDERED * min(pieces, MOST_PIECES))
    state(profile, at, [], "")


def cancelled(profile: Profile, event: Event) -> None:
    """Order Cancelled."""
    order, lost = _order_id(event.data), amount(event.data, lines(event.data))
    bump(profile, event.at, "cancellations")
    bump(profile, event.at, "cancelled", lost)
    _reverse(profile, order, lost, 0)


def refunded(profile: Profile, event: Event) -> None:
    """Order Refunded, in whole or in part."""
    order, lost = _order_id(event.data), amount(event.data, lines(event.data))
    bump(profile, event.at, "returns")
    bump(profile, event.at, "refunds", lost)
    _reverse(profile, order, 0, lost)


def lifetime_value(profile: Profile) -> int:
    """Revenue less what was cancelled and refunded, in hundredths. An order both cancelled and refunded (shops tell
    both) is lost once; beyond 16 such orders the sums are taken as they are.
    """
    totals = profile.totals
    lost = count(totals, "cancelled") + count(totals, "refunds")
    twice = sum(min(both) for both in profile.reversals.values())
    return count(totals, "revenue") - lost + twice


def _reverse(profile: Profile, order: str, cancelled: int, refunded: int) -> None:
    if order:
        held = profile.reversals.get(order, (0, 0))
        profile.reversals[order] = (held[0] + cancelled, held[1] + refunded)
        if len(profile.reversals) > REVERSALS_KEPT:
            del profile.reversals[max(profile.reversals, key=lot)]


def _order_id(data: Mapping[str, Any]) -> str:
    return text(data.get("order_id"), "order_id", 64)


def amount(data: Mapping[str, Any], products: list[tuple[Product, int]]) -> int:
    """What an order came to, in hundredths; the sum of its lines when it does not say. Problem for nonsense."""
    for field in _AMOUNTS:
        said = money(data.get(field), field)
        if said is not None:
            return said
    return sum((product.price or 0) * pieces for product, pieces in products)
