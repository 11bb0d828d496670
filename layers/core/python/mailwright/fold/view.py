"""The columns rules may name, computed from a profile at an instant: exactly those of model.columns."""

from bisect import bisect_right
from itertools import zip_longest
from operator import itemgetter, mul

from mailwright.expression.tree import Scalar
from mailwright.fold import cart as carts
from mailwright.fold.affinity import preferred
from mailwright.fold.counters import PLACE
from mailwright.fold.lifecycle import stage
from mailwright.fold.orders import lifetime_value
from mailwright.fold.person import person
from mailwright.fold.rfm import scores
from mailwright.fold.score import engagement
from mailwright.model.columns import BROWSING, COLUMNS, WINDOWS
from mailwright.model.profile import COUNTERS, Profile
from mailwright.model.scale import STANDARD, Scale
from mailwright.model.times import DAY, HOUR

# column prefix -> counter, for the rolling windows
ROLLING = {
    "orders": "orders", "revenue": "revenue", "visits": "visits", "product_views": "views", "clicks": "clicks",
    "opens": "opens", "downloads": "downloads",
}  # fmt: skip
# A day counts as an interaction when any of these happened: what the customer did, and no open, half of them machines'.
INTERACTIONS = ("visits", "views", "adds", "clicks", "orders", "checkouts", "searches", "removes", "downloads",
                "wishes", "reviews")  # fmt: skip
MONTH = 30  # days
BANDS = ("low", "middle", "high")
_PLACES = tuple(PLACE[counter] for counter in ROLLING.values())
_WIDTH = max(_PLACES) + 1
_TOTALS = itemgetter(*(PLACE[name] for name in ("orders", "revenue", "items", "cancellations", "refunds")))
_REVENUE = list(ROLLING).index("revenue")
_OWN = tuple(1 if counter in INTERACTIONS else 0 for counter in COUNTERS)
_VISITS = PLACE["visits"]
_ACTIVE = tuple(f"interactions_{window}d" for window in WINDOWS)
_NAMES = tuple(
    tuple((f"{prefix}_{window}d", place) for prefix, place in zip(ROLLING, _PLACES, strict=True)) for window in WINDOWS
)


def columns(profile: Profile, now: int, scale: Scale = STANDARD) -> dict[str, Scalar]:
    """Every column of COLUMNS; what is not known is None. Money is in the shop's currency, not in hundredths. `scale`
    is the shop's. `persona` stands open: it follows from the segments, `segments.membership` fills it in.
    """
    totals = profile.totals + [0] * (len(COUNTERS) - len(profile.totals))
    orders, revenue, items, cancellations, refunds = _TOTALS(totals)
    row: dict[str, Scalar] = dict.fromkeys(COLUMNS)
    row["orders"] = orders
    row["revenue"] = revenue / 100
    row["lifetime_value"] = value = lifetime_value(profile) / 100
    row["average_order_value"] = round(revenue / orders) / 100 if orders else None
    row["items"] = items
    row["cancellations"] = cancellations
    row["refunds"] = refunds / 100
    _rolling(row, profile, now // DAY)
    row["days_since_first_order"] = _days(profile.first_order, now)
    row["days_since_last_order"] = _days(profile.last_order, now)
    row["days_since_last_seen"] = _days(profile.last_seen, now)
    row["days_since_first_seen"] = _days(profile.first_seen, now)
    row["engagement_score"] = engagement(profile, now)
    row["preferred_category"] = preferred(profile.categories)
    row["preferred_brand"] = preferred(profile.brands)
    row["lifecycle_stage"] = stage(profile, now)
    if (points := scores(orders, profile.last_order, value, now, scale)) is not None:
        row["recency_score"], row["frequency_score"], row["monetary_score"] = points
        row["rfm_segment"] = points.name
    price = revenue / items / 100 if items else _looked_at(profile)
    if price is not None:
        row["average_price"] = round(price, 2)
        row["price_band"] = BANDS[bisect_right(scale.price, price)]
    _cart(row, profile, now)
    _browsing(row, profile, now)
    person(row, profile, now)
    return row


def _rolling(row: dict[str, Scalar], profile: Profile, today: int) -> None:
    """Today and the days before it: the last 7 days are today and six more. Each window adds its days to the shorter
    one's sums.
    """
    days = profile.days
    places = sorted(days, reverse=True)
    sums, start, active = [0] * _WIDTH, 0, 0
    for window, names, interactions in zip(WINDOWS, _NAMES, _ACTIVE, strict=True):
        end = start
        while end < len(places) and places[end] > today - window:
            end += 1
        if end > start:
            found = [days[day] for day in places[start:end]]
            sums, start = list(map(sum, zip_longest(sums, *found, fillvalue=0))), end
            active += sum(1 for counts in found if counts[_VISITS] or any(map(mul, _OWN, counts)))
        for name, place in names:
            row[name] = sums[place]
        row[names[_REVENUE][0]] = sums[_PLACES[_REVENUE]] / 100
        row[interactions] = active
    if profile.first_seen:
        known = min(90, max(MONTH, today - profile.first_seen // DAY + 1))
        row["interactions_per_month"] = round(MONTH * row["interactions_90d"] / known, 2)  # type: ignore[operator]


def _days(since: int, now: int) -> int | None:
    return max(0, now - since) // DAY if since else None


def _cart(row: dict[str, Scalar], profile: Profile, now: int) -> None:
    cart = profile.cart
    found = carts.lines(cart) if cart.lines or cart.changes else ()
    row["cart_items"] = sum(pieces for _, pieces in found)
    row["cart_value"] = sum((product.price or 0) * pieces for product, pieces in found) / 100
    row["hours_since_cart_change"] = max(0, now - carts.changed_at(cart)) // HOUR if found else None


def _looked_at(profile: Profile) -> float | None:
    """The mean price of the products viewed last; None when none had one."""
    prices = [
        view.product.price for view in profile.views if view.product is not None and view.product.price is not None
    ]
    return sum(prices) / len(prices) / 100 if prices else None


def _browsing(row: dict[str, Scalar], profile: Profile, now: int) -> None:
    last = profile.views[0] if profile.views else None
    row["hours_since_last_view"] = max(0, now - last.at) // HOUR if last else None
    if last and last.product is not None:
        row["last_viewed_category"] = last.product.category or None
    month = now - MONTH * DAY
    if row["cart_items"]:
        state = 0
    elif last and last.at > max(profile.last_order, month):
        state = 1
    else:
        state = 2 if profile.last_order > month else 3
    row["browse_state"] = BROWSING[state]
