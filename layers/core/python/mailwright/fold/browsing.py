"""Browsing: pages, searches and the products looked at last."""

from mailwright.fold.affinity import LOOKED, WANTED, lean
from mailwright.fold.counters import bump
from mailwright.fold.products import known, product
from mailwright.fold.values import canonical
from mailwright.model.event import Event
from mailwright.model.profile import Product, Profile, View
from mailwright.model.times import SECOND

VIEWS_KEPT = 20
DETAILS_KEPT = 5


def visited(profile: Profile, event: Event) -> None:
    """A page or screen."""
    bump(profile, event.at, "visits")


def searched(profile: Profile, event: Event) -> None:
    bump(profile, event.at, "searches")


def listed(profile: Profile, event: Event) -> None:
    """A product list, a promotion or a product in one: shows a leaning, is not a product view."""
    lean(profile, event.at, product(event.data), LOOKED)


def wished(profile: Profile, event: Event) -> None:
    wanted = product(event.data)
    bump(profile, event.at, "wishes")
    lean(profile, event.at, wanted, WANTED)


def viewed(profile: Profile, event: Event) -> None:
    """Product Viewed."""
    looked_at = known(event.data)
    bump(profile, event.at, "views")
    lean(profile, event.at, looked_at, LOOKED)
    profile.views = remember(profile.views, View(event.at // SECOND * SECOND, looked_at.product_id, looked_at))


def remember(views: list[View], view: View) -> list[View]:
    """The newest 20 products by (second, id), details on the newest 5.

    A product's rank only worsens as others arrive, so what was cut could never have come back.
    """
    for held in views:
        if held.product_id == view.product_id:
            if (held.at, _details(held.product)) >= (view.at, _details(view.product)):
                return views
            views = [other for other in views if other is not held]
            break
    kept = [view, *views]
    if views and view.at <= views[0].at:  # one that comes late, or another of the same second
        kept.sort(key=lambda one: (one.at, one.product_id), reverse=True)
    del kept[VIEWS_KEPT:]
    for place in range(DETAILS_KEPT, len(kept)):
        if kept[place].product is not None:
            kept[place] = View(kept[place].at, kept[place].product_id)
    return kept


def _details(product: Product | None) -> bytes:
    return b"" if product is None else canonical(product)
