"""The columns rules may name, computed from a profile at an instant: exactly those of model.columns."""

from mailwright.expression.tree import Scalar
from mailwright.fold import cart as carts
from mailwright.fold.affinity import preferred
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
_PLACES = tuple(COUNTERS.index(counter) for counter in ROLLING.values())
_WIDTH = max(_PLACES) + 1
_NAMES = tuple(tuple(f"{prefix}_{window}d" for prefix in ROLLING) for window in WINDOWS)


def columns(profile: Profile, now: int) -> dict[str, Scalar]:
    """Every column of COLUMNS; what is not known is None. Money is in the shop's currency, not in hundredths."""
    totals = profile.totals + [0] * (len(COUNTERS) - len(profile.totals))
    number = dict(zip(COUNTERS, totals, strict=True))
    orders, revenue = number["orders"], number["revenue"]
    row: dict[str, Scalar] = dict.fromkeys(COLUMNS)
    row["orders"] = orders
    row["revenue"] = revenue / 100
    row["lifetime_value"] = lifetime_value(profile) / 100
    row["average_order_value"] = round(revenue / orders) / 100 if orders else None
    row["items"] = number["items"]
    row["cancellations"] = number["cancellations"]
    row["refunds"] = number["refunds"] / 100
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
    """Today and the days before it: the last 7 days are today and six more. Newest first, one running sum."""
    sums = [0] * len(ROLLING)
    days = iter(reversed(profile.days.items()))
    upcoming = next(days, None)
    for window, names in zip(WINDOWS, _NAMES, strict=True):
        while upcoming is not None and upcoming[0] > today - window:
            counts = upcoming[1]
            if len(counts) < _WIDTH:
                counts = counts + [0] * (_WIDTH - len(counts))
            for slot, place in enumerate(_PLACES):
                sums[slot] += counts[place]
            upcoming = next(days, None)
        row.update(zip(names, sums, strict=True))
        row[names[1]] = sums[1] / 100


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
