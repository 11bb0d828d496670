"""The columns rules may name, computed from a profile at an instant: exactly those of model.columns."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from operator import itemgetter, mul

from mailwright.expression.tree import Scalar
from mailwright.fold import cart as carts
from mailwright.fold.affinity import preferred
from mailwright.fold.counters import PLACE
from mailwright.fold.lifecycle import stage
from mailwright.fold.orders import lifetime_value
from mailwright.fold.person import PERSON, person
from mailwright.fold.rfm import scores
from mailwright.fold.score import engagement
from mailwright.model.columns import BANDS, BROWSING, COLUMNS, WINDOWS
from mailwright.model.profile import COUNTERS, Profile, count
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
_TOTALS = itemgetter(*(PLACE[name] for name in ("orders", "revenue", "items", "cancellations", "refunds")))
_NOTHING = [0] * (2 * len(COUNTERS))  # room for what a newer version counts
_REVENUE, _VISITS = PLACE["revenue"], PLACE["visits"]
_OWN = tuple(1 if counter in INTERACTIONS else 0 for counter in COUNTERS)
# window -> its columns with the place of their counter, and those of revenue and of interactions
_WINDOWS = tuple(
    (
        window,
        tuple((f"{prefix}_{window}d", PLACE[counter]) for prefix, counter in ROLLING.items() if prefix != "revenue"),
        f"revenue_{window}d",
        f"interactions_{window}d",
    )
    for window in WINDOWS
)

Row = dict[str, Scalar]
View = Callable[[Profile, int, Scale], Row]


def columns(profile: Profile, now: int, scale: Scale = STANDARD) -> Row:
    """Every column of COLUMNS; what is not known is None. Money is in the shop's currency, not in hundredths. `scale`
    is the shop's. `persona` and `cluster` stand open: they follow from the others, `segments` fills them in.
    """
    row: Row = dict.fromkeys(COLUMNS)
    for _, fill in _PARTS:
        fill(row, profile, now, scale)
    return row


def view(names: Iterable[str]) -> View:
    """The same for some columns only: a function that makes rows of these and of others that come along."""
    wanted = set(names)
    parts = [(made, fill) for made, fill in _PARTS if wanted.intersection(made) or fill in (_money, _cart)]
    empty: Row = dict.fromkeys([*sorted(wanted), *(name for made, _ in parts for name in made)])

    def seen(profile: Profile, now: int, scale: Scale) -> Row:
        row = empty.copy()
        for _, fill in parts:
            fill(row, profile, now, scale)
        return row

    return seen


def _money(row: Row, profile: Profile, now: int, scale: Scale) -> None:
    totals = profile.totals + [0] * (len(COUNTERS) - len(profile.totals))
    orders, revenue, items, cancellations, refunds = _TOTALS(totals)
    row["orders"] = orders
    row["revenue"] = revenue / 100
    row["lifetime_value"] = value = lifetime_value(profile) / 100
    row["average_order_value"] = round(revenue / orders) / 100 if orders else None
    row["items"] = items
    row["cancellations"] = cancellations
    row["refunds"] = refunds / 100
    if (points := scores(orders, profile.last_order, value, now, scale)) is not None:
        row["recency_score"], row["frequency_score"], row["monetary_score"] = points
        row["rfm_segment"] = points.name


def _rolling(row: Row, profile: Profile, now: int, scale: Scale) -> None:
    """Today and the days before it: the last 7 days are today and six more. Each window adds its days to the shorter
    one's sums.
    """
    today, days = now // DAY, profile.days
    places = sorted(days, reverse=True)
    sums, start, active, held = _NOTHING.copy(), 0, 0, len(places)
    for window, names, revenue, interactions in _WINDOWS:
        first = today - window
        while start < held and places[start] > first:
            counts = days[places[start]]
            start += 1
            for place, number in enumerate(counts):
                sums[place] += number
            active += bool(counts[_VISITS] or any(map(mul, _OWN, counts)))
        for name, place in names:
            row[name] = sums[place]
        row[revenue] = sums[_REVENUE] / 100
        row[interactions] = active
    if profile.first_seen:
        row["interactions_per_month"] = per_month(row["interactions_90d"], today - profile.first_seen // DAY)  # type: ignore[arg-type]


def per_month(interactions: int, age: int) -> float:
    """Of 90 days' interactions, for who was first seen `age` days ago."""
    return round(MONTH * interactions / min(90, max(MONTH, age + 1)), 2)


def _ages(row: Row, profile: Profile, now: int, scale: Scale) -> None:
    row["days_since_first_order"] = _days(profile.first_order, now)
    row["days_since_last_order"] = _days(profile.last_order, now)
    row["days_since_last_seen"] = _days(profile.last_seen, now)
    row["days_since_first_seen"] = _days(profile.first_seen, now)


def _days(since: int, now: int) -> int | None:
    return max(0, now - since) // DAY if since else None


def _engagement(row: Row, profile: Profile, now: int, scale: Scale) -> None:
    row["engagement_score"] = engagement(profile, now)


def _category(row: Row, profile: Profile, now: int, scale: Scale) -> None:
    row["preferred_category"] = preferred(profile.categories)


def _brand(row: Row, profile: Profile, now: int, scale: Scale) -> None:
    row["preferred_brand"] = preferred(profile.brands)


def _stage(row: Row, profile: Profile, now: int, scale: Scale) -> None:
    row["lifecycle_stage"] = stage(profile, now)


def _price(row: Row, profile: Profile, now: int, scale: Scale) -> None:
    items = count(profile.totals, "items")
    price = count(profile.totals, "revenue") / items / 100 if items else _looked_at(profile)
    if price is not None:
        row["average_price"] = round(price, 2)
        row["price_band"] = BANDS[bisect_right(scale.price, price)]


def _cart(row: Row, profile: Profile, now: int, scale: Scale) -> None:
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


def _browsing(row: Row, profile: Profile, now: int, scale: Scale) -> None:
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


def _person(row: Row, profile: Profile, now: int, scale: Scale) -> None:
    person(row, profile, now)


# Columns that are made together, and how. Those further down may build on _money and _cart.
_PARTS: tuple[tuple[tuple[str, ...], Callable[[Row, Profile, int, Scale], None]], ...] = (
    (
        ("orders", "revenue", "lifetime_value", "average_order_value", "items", "cancellations", "refunds",
         "recency_score", "frequency_score", "monetary_score", "rfm_segment"),
        _money,
    ),
    (("cart_items", "cart_value", "hours_since_cart_change"), _cart),
    (
        (*(name for _, names, revenue, active in _WINDOWS for name in (*dict(names), revenue, active)),
         "interactions_per_month"),
        _rolling,
    ),
    (("days_since_first_order", "days_since_last_order", "days_since_last_seen", "days_since_first_seen"), _ages),
    (("engagement_score",), _engagement),
    (("preferred_category",), _category),
    (("preferred_brand",), _brand),
    (("lifecycle_stage",), _stage),
    (("average_price", "price_band"), _price),
    (("hours_since_last_view", "last_viewed_category", "browse_state"), _browsing),
    (PERSON, _person),
)  # fmt: skip
