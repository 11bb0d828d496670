"""The columns rules may name, computed from a profile at an instant: exactly those of model.columns."""

from itertools import zip_longest
from operator import itemgetter

from mailwright.expression.tree import Scalar
from mailwright.fold import cart as carts
from mailwright.fold.affinity import preferred
from mailwright.fold.counters import PLACE
from mailwright.fold.lifecycle import stage
from mailwright.fold.orders import lifetime_value
from mailwright.fold.score import engagement
from mailwright.fold.traits import consent, trait
from mailwright.model.columns import COLUMNS, WINDOWS
from mailwright.model.profile import COUNTERS, Profile
from mailwright.model.times import DAY, HOUR, parse_iso

# column prefix -> counter, for the rolling windows
ROLLING = {
    "orders": "orders", "revenue": "revenue", "visits": "visits", "product_views": "views", "clicks": "clicks",
    "opens": "opens",
}  # fmt: skip
_PLACES = tuple(PLACE[counter] for counter in ROLLING.values())
_WIDTH = max(_PLACES) + 1
_TOTALS = itemgetter(*(PLACE[name] for name in ("orders", "revenue", "items", "cancellations", "refunds")))
_REVENUE = list(ROLLING).index("revenue")
_NAMES = tuple(
    tuple((f"{prefix}_{window}d", place) for prefix, place in zip(ROLLING, _PLACES, strict=True)) for window in WINDOWS
)


def columns(profile: Profile, now: int) -> dict[str, Scalar]:
    """Every column of COLUMNS; what is not known is None. Money is in the shop's currency, not in hundredths."""
    totals = profile.totals + [0] * (len(COUNTERS) - len(profile.totals))
    orders, revenue, items, cancellations, refunds = _TOTALS(totals)
    row: dict[str, Scalar] = dict.fromkeys(COLUMNS)
    row["orders"] = orders
    row["revenue"] = revenue / 100
    row["lifetime_value"] = lifetime_value(profile) / 100
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
    _cart(row, profile, now)
    _person(row, profile, now)
    return row


def _rolling(row: dict[str, Scalar], profile: Profile, today: int) -> None:
    """Today and the days before it: the last 7 days are today and six more. Each window adds its days to the shorter
    one's sums.
    """
    days = profile.days
    places = sorted(days, reverse=True)
    sums, start = [0] * _WIDTH, 0
    for window, names in zip(WINDOWS, _NAMES, strict=True):
        end = start
        while end < len(places) and places[end] > today - window:
            end += 1
        if end > start:
            counts = zip_longest(sums, *[days[day] for day in places[start:end]], fillvalue=0)
            sums, start = list(map(sum, counts)), end
        for name, place in names:
            row[name] = sums[place]
        row[names[_REVENUE][0]] = sums[_PLACES[_REVENUE]] / 100


def _days(since: int, now: int) -> int | None:
    return max(0, now - since) // DAY if since else None


def _cart(row: dict[str, Scalar], profile: Profile, now: int) -> None:
    cart = profile.cart
    found = carts.lines(cart) if cart.lines or cart.changes else ()
    row["cart_items"] = sum(pieces for _, pieces in found)
    row["cart_value"] = sum((product.price or 0) * pieces for product, pieces in found) / 100
    row["hours_since_cart_change"] = max(0, now - carts.changed_at(cart)) // HOUR if found else None


def _person(row: dict[str, Scalar], profile: Profile, now: int) -> None:
    traits, context = profile.traits, profile.context
    email = trait(traits, "email")
    row["has_email"] = isinstance(email, str) and "@" in email
    row["marketing_consent"] = consent(trait(traits, "marketing_consent"))
    row["country"] = _text(trait(context, "country")) or _text(trait(traits, "address.country"))
    locale = _text(trait(context, "locale")) or _text(trait(traits, "locale"))
    row["language"] = locale.replace("_", "-").split("-")[0].lower() if locale else None
    row["timezone"] = _text(trait(context, "timezone")) or _text(trait(traits, "timezone"))
    row["device"] = _text(trait(context, "device"))
    row["city"] = _text(trait(traits, "address.city")) or _text(trait(context, "city"))
    row["gender"] = _text(trait(traits, "gender"))
    row["plan"] = _text(trait(traits, "plan"))
    row["age"] = _age(trait(traits, "age"), trait(traits, "birthday"), now)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _age(age: object, birthday: object, now: int) -> int | float | None:
    """The trait, or what the birthday says."""
    if isinstance(age, str) and age.isdecimal() and len(age) <= 3:
        return int(age)
    if isinstance(age, int | float) and not isinstance(age, bool):
        return age
    if isinstance(birthday, str):
        try:
            years = (now - parse_iso(birthday)) / (365.2425 * DAY)
        except ValueError:
            return None
        return int(years) if 0 <= years <= 150 else None
    return None
