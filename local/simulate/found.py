"""What is in the rows, in the oracle's words, so that the two can be compared."""

from typing import Any

from mailwright.fold.cart import lines
from mailwright.model.profile import COUNTERS, Profile

_NOT_TOLD = frozenset(("items", "unsubscribes"))  # the oracle is told of no pieces; who says no is checked by consent


def facts(profile: Profile) -> dict[str, Any]:
    """The facts of a profile."""
    return {
        "totals": _named(profile.totals),
        "days": {
            f"{day} {what}": number for day, counts in profile.days.items() for what, number in _named(counts).items()
        },
        "cart": {product.product_id: pieces for product, pieces in lines(profile.cart)},
        "traits": {name: value for name, (_, value) in profile.traits.items()},
        "first_order": profile.first_order,
        "last_order": profile.last_order,
    }


def _named(counts: list[int]) -> dict[str, int]:
    named = zip(COUNTERS, counts, strict=False)
    return {name: number for name, number in named if number and name not in _NOT_TOLD}
