"""The cart: the last absolute statement about it, and the changes after that.

A statement (Cart Viewed or Updated, Checkout Started, an order that empties it) replaces what came before its time; of
two in the same millisecond the empty one wins, then the greater. Changes at or before the statement are part of it.
Kept are 20 lines of a statement and the newest 30 changes by (time, hash of the event id).
"""

from mailwright.fold.affinity import WANTED, lean
from mailwright.fold.counters import bump
from mailwright.fold.dedup import fingerprint
from mailwright.fold.products import known
from mailwright.fold.products import lines as stated_lines
from mailwright.fold.values import canonical, quantity, text
from mailwright.model.event import Event
from mailwright.model.profile import Cart, CartChange, Product, Profile

LINES_KEPT = 20
CHANGES_KEPT = 30

Lines = list[tuple[Product, int]]


def added(profile: Profile, event: Event) -> None:
    """Product Added, Wishlist Product Added to Cart."""
    product, pieces = known(event.data), quantity(event.data.get("quantity"), "quantity")
    bump(profile, event.at, "adds")
    lean(profile, event.at, product, WANTED)
    _change(profile, event, product, pieces)


def removed(profile: Profile, event: Event) -> None:
    """Product Removed."""
    product, pieces = known(event.data), quantity(event.data.get("quantity"), "quantity")
    bump(profile, event.at, "removes")
    _change(profile, event, product, -pieces)


def stated(profile: Profile, event: Event) -> None:
    """Cart Viewed, Cart Updated: the whole cart, when the event carries it."""
    if "products" in event.data:
        products = stated_lines(event.data)
        state(profile, event.at, products, _link(event))


def checkout_started(profile: Profile, event: Event) -> None:
    """Checkout Started: the whole cart as well, at the till."""
    products, link = stated_lines(event.data), _link(event)
    bump(profile, event.at, "checkouts")
    if products:
        state(profile, event.at, products, link)


def state(profile: Profile, at: int, lines: Lines, url: str) -> None:
    """Let an absolute statement count if it is the latest."""
    cart, kept = profile.cart, lines[:LINES_KEPT]
    if _rank(at, kept, url) > _rank(cart.at, cart.lines, cart.url):
        profile.cart = Cart(at, kept, [change for change in cart.changes if change.at > at], url)


def joined(mine: Cart, theirs: Cart) -> Cart:
    """One person's cart from two: the later statement, and the changes of both after it."""
    base = max(mine, theirs, key=lambda cart: _rank(cart.at, cart.lines, cart.url))
    changes = {(change.at, change.mark): change for change in (*mine.changes, *theirs.changes) if change.at > base.at}
    return Cart(base.at, base.lines, [changes[place] for place in sorted(changes)][-CHANGES_KEPT:], base.url)


def lines(cart: Cart) -> Lines:
    """What is in the cart now: [(product, pieces), ...] in the order the products first came in. Taking out more than
    there is leaves none.
    """
    pieces: dict[str, int] = {}
    products: dict[str, Product] = {}
    for product, number in cart.lines:
        pieces[product.product_id] = pieces.get(product.product_id, 0) + number
        products[product.product_id] = product
    for change in cart.changes:
        name = change.product.product_id
        pieces[name] = max(0, pieces.get(name, 0) + change.quantity)
        # A removal often names no more than the id; what the product looks like was said when it went in.
        if change.quantity > 0 or name not in products:
            products[name] = change.product
    return [(products[name], number) for name, number in pieces.items() if number]


def changed_at(cart: Cart) -> int:
    """When the cart was last stated or changed."""
    return max(cart.at, cart.changes[-1].at) if cart.changes else cart.at


def _change(profile: Profile, event: Event, product: Product, pieces: int) -> None:
    cart = profile.cart
    if pieces and event.at > cart.at:
        change = CartChange(event.at, fingerprint(event.id), pieces, product)
        changes = sorted([*cart.changes, change], key=lambda one: (one.at, one.mark))[-CHANGES_KEPT:]
        profile.cart = Cart(cart.at, cart.lines, changes, cart.url)


def _rank(at: int, lines: Lines, url: str) -> tuple[int, bool, bytes]:
    return at, not lines, canonical((lines, url))


def _link(event: Event) -> str:
    link = text(event.data.get("cart_url") or event.data.get("checkout_url"), "cart_url", 2000)
    return link if len(link) <= 500 else ""
