"""The reducer: a profile and events in, the next profile out. The same facts in any order, in any batches, give the
same profile, byte for byte.

One small function per event type, in the module of its subject, listed here. What happened is summed, the latest
statement wins by event time, the newest few are kept; nothing asks which event arrived first.
"""

from collections.abc import Callable, Iterable

import msgspec

from mailwright.fold import browsing, cart, engagement, identity, merge, orders, traits
from mailwright.fold.affinity import PERIOD, forget_old_periods
from mailwright.fold.context import clock_in, surroundings
from mailwright.fold.counters import forget_old_days
from mailwright.model.event import NOT_CUSTOMERS, Event
from mailwright.model.problem import Problem
from mailwright.model.profile import Cart, Profile
from mailwright.model.times import DAY

Reducer = Callable[[Profile, Event], None]

# Segment's ecommerce v2 and email vocabulary; every name here is described in docs/events.md.
TRACK: dict[str, Reducer] = {
    "Products Searched": browsing.searched,
    "Product List Viewed": browsing.listed,
    "Product List Filtered": browsing.listed,
    "Promotion Viewed": engagement.noted,
    "Promotion Clicked": engagement.noted,
    "Product Clicked": browsing.listed,
    "Product Viewed": browsing.viewed,
    "Product Added": cart.added,
    "Product Removed": cart.removed,
    "Cart Viewed": cart.stated,
    "Cart Updated": cart.stated,
    "Checkout Started": cart.checkout_started,
    "Checkout Step Viewed": engagement.noted,
    "Checkout Step Completed": engagement.noted,
    "Payment Info Entered": engagement.noted,
    "Order Updated": engagement.noted,
    "Order Completed": orders.completed,
    "Order Refunded": orders.refunded,
    "Order Cancelled": orders.cancelled,
    "Coupon Entered": engagement.noted,
    "Coupon Applied": engagement.noted,
    "Coupon Denied": engagement.noted,
    "Coupon Removed": engagement.noted,
    "Product Added to Wishlist": browsing.wished,
    "Product Removed from Wishlist": engagement.noted,
    "Wishlist Product Added to Cart": cart.added,
    "Product Shared": engagement.noted,
    "Cart Shared": engagement.noted,
    "Product Reviewed": engagement.reviewed,
    "Content Downloaded": engagement.downloaded,
    "Email Opened": engagement.opened,
    "Email Link Clicked": engagement.clicked,
    "Email Bounced": engagement.bounced,
    "Email Marked as Spam": engagement.complained,
    "Unsubscribed": engagement.unsubscribed,
}
CALLS: dict[str, Reducer] = {
    "identify": traits.identified,
    "group": traits.grouped,
    "alias": identity.aliased,
    "page": browsing.visited,
    "screen": browsing.visited,
}
# Of our own making: nothing a customer did. What a `link` does is done by `workflow.fold`.
OURS: dict[str, Reducer] = {
    "timer": lambda profile, event: None,
    "link": lambda profile, event: None,
    "merge": merge.merged,
}

# On the stream for the lake; no profile is read or written for them.
IGNORED = frozenset(("Email Sent", "Email Delivered", "Product Updated"))
# Said by machines about a customer, so they are no sign of life; half of all opens are machines too.
_NOT_SEEN = frozenset(("Email Opened", "Email Bounced", "Email Marked as Spam"))
# Done by the shop, at hours that say nothing about the customer.
_NOT_THEIR_HOUR = _NOT_SEEN | {"Order Updated", "Order Refunded", "Order Cancelled"}
_WITH_HOURS = frozenset(("track", "page", "screen"))


def concerns_a_profile(event: Event) -> bool:
    """Whether an event is about a customer's profile at all."""
    return not (event.name in IGNORED and event.type == "track") and not event.customer_id.startswith(NOT_CUSTOMERS)


def reduce(profile: Profile, events: Iterable[Event], *, refused: list[tuple[Event, Problem]] | None = None) -> Profile:
    """The profile after events that were not folded before; `profile` itself stays as it was. Timers change nothing.

    An event whose data cannot be meant changes nothing either: it is put in `refused` with its Problem, or raised
    when no list is given.
    """
    draft = _draft(profile)
    told: Event | None = None
    for event in events:
        try:
            heard = _apply(draft, event)
        except Problem as problem:
            if refused is None:
                raise
            refused.append((event, problem))
            continue
        if heard:
            told = _surroundings(draft, told, event)
    if told is not None:
        surroundings(draft, told)
    _settle(draft, profile.last_seen)
    return draft


def _surroundings(profile: Profile, told: Event | None, event: Event) -> Event:
    """Most events of a session know the same of their surroundings, and the latest says it for all: the one to wait
    with. One that knows something else makes the one before it be written.
    """
    if told is None or told.context == event.context:
        return event if told is None or event.at > told.at else told
    surroundings(profile, told)
    return event


def _apply(profile: Profile, event: Event) -> bool:
    """An event, and whether it knows of its surroundings, which are the caller's to write. Reducers raise before they
    change anything: an event counts whole or not at all.
    """
    kind, name, at = event.type, event.name, event.at
    about = event.context.get("traits")
    found = traits.read(about) if about and isinstance(about, dict) and kind != "timer" else None
    if kind == "track":
        if name in IGNORED:
            return False
        TRACK.get(name, engagement.custom)(profile, event)
    elif kind in OURS:
        OURS[kind](profile, event)
        return False
    elif kind in CALLS:
        CALLS[kind](profile, event)
    else:
        raise Problem("invalid_field", f"type must be one of track, {', '.join(CALLS)} or timer, not {kind!r}")
    if found:
        traits.keep(profile, at, found)
    if event.links:
        identity.named(profile, event)
    if name not in _NOT_SEEN:
        profile.last_seen = max(profile.last_seen, at)
        profile.first_seen = min(profile.first_seen or at, at)
        if kind in _WITH_HOURS and name not in _NOT_THEIR_HOUR:
            clock_in(profile, at)
    return bool(event.context)


def _draft(profile: Profile) -> Profile:
    """A copy whose containers may be changed; what they hold is replaced, never changed in place."""
    return msgspec.structs.replace(
        profile,
        traits=profile.traits.copy(),
        context=profile.context.copy(),
        totals=profile.totals.copy(),
        days=profile.days.copy(),
        categories=profile.categories.copy(),
        brands=profile.brands.copy(),
        cart=Cart(profile.cart.at, profile.cart.lines, profile.cart.changes, profile.cart.url),
        hours=profile.hours.copy(),
        custom=profile.custom.copy(),
        reversals=profile.reversals.copy(),
        journeys=profile.journeys.copy(),
        ids=profile.ids.copy(),
    )


def _settle(profile: Profile, last_seen_before: int) -> None:
    """Drop what has grown too old, and put dicts in one order so that equal facts are equal bytes."""
    newest = profile.last_seen
    if newest // DAY > last_seen_before // DAY:
        forget_old_days(profile)
    if newest // PERIOD > last_seen_before // PERIOD:
        forget_old_periods(profile)
    for field in ("traits", "context", "days", "categories", "brands", "custom", "reversals"):
        held = getattr(profile, field)
        if len(held) > 1:
            keys = list(held)
            if keys != (ordered := sorted(keys)):
                setattr(profile, field, {key: held[key] for key in ordered})
