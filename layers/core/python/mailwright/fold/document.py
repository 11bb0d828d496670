"""The profile as people read it: names, dates and amounts instead of positions, stamps and hundredths."""

from typing import Any

from mailwright.fold.affinity import preferred
from mailwright.fold.cart import changed_at, lines
from mailwright.fold.context import local_hours
from mailwright.fold.lifecycle import next_change, stage
from mailwright.fold.orders import lifetime_value
from mailwright.fold.score import engagement
from mailwright.model.profile import COUNTERS, Position, Product, Profile
from mailwright.model.times import DAY, iso, iso_day

_AMOUNTS = frozenset(("revenue", "cancelled", "refunds"))


def document(profile: Profile, now: int, currency: str) -> dict[str, Any]:
    """Plain data, ready for JSON, with amounts in `currency`; docs/profile.md describes every key."""
    totals = _counts(profile.totals)
    later = next_change(profile, now)
    return {
        "customer_id": profile.customer_id,
        "currency": currency,
        "orders": totals["orders"],
        "revenue": totals["revenue"],
        "lifetime_value": lifetime_value(profile) / 100,
        "items": totals["items"],
        "first_purchase_date": iso_day(profile.first_order) if profile.first_order else None,
        "last_purchase_date": iso_day(profile.last_order) if profile.last_order else None,
        "first_seen": iso(profile.first_seen) if profile.first_seen else None,
        "last_seen": iso(profile.last_seen) if profile.last_seen else None,
        "preferred_category": preferred(profile.categories),
        "preferred_brand": preferred(profile.brands),
        "engagement_score": engagement(profile, now),
        "lifecycle_stage": stage(profile, now),
        "lifecycle_change": iso(later) if later else None,
        "segments": profile.segments,
        "cluster": profile.cluster or None,
        "journeys": {name: _position(position) for name, position in sorted(profile.journeys.items())},
        "browsing_history": [
            {"at": iso(view.at), "product_id": view.product_id, **(_product(view.product) if view.product else {})}
            for view in profile.views
        ],
        "cart": {
            "changed_at": iso(changed_at(profile.cart)) if changed_at(profile.cart) else None,
            "url": profile.cart.url,
            "lines": [{"quantity": pieces, **_product(product)} for product, pieces in lines(profile.cart)],
        },
        "traits": {name: value for name, (_, value) in profile.traits.items()},
        "context": {name: value for name, (_, value) in profile.context.items()},
        "group": profile.group[1] if profile.group else None,
        "aliases": sorted(profile.aliases),
        "absorbed": profile.absorbed,
        "merged_into": profile.merged_into or None,
        "totals": totals,
        "days": {iso_day(day * DAY): _counts(counts, zeros=False) for day, counts in profile.days.items()},
        "custom_events": profile.custom,
        "hours": local_hours(profile, now),
    }


def _counts(counts: list[int], *, zeros: bool = True) -> dict[str, int | float]:
    full = counts + [0] * (len(COUNTERS) - len(counts))
    return {
        name: number / 100 if name in _AMOUNTS else number
        for name, number in zip(COUNTERS, full, strict=True)
        if number or zeros
    }


def _product(product: Product) -> dict[str, Any]:
    fields = {
        "product_id": product.product_id,
        "name": product.name,
        "price": product.price / 100 if product.price is not None else None,
        "url": product.url,
        "image_url": product.image_url,
        "category": product.category,
        "brand": product.brand,
    }
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _position(position: Position) -> dict[str, Any]:
    return {
        "entry": position.entry,
        "entered": iso(position.entered),
        "step": position.step,
        "due": iso(position.due) if position.due is not None else None,
        "ended": iso(position.ended) if position.ended else None,
        "why": position.why,
        "branches": position.branches,
    }
