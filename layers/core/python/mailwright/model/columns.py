"""The columns a rule may name: one table for the checker, the evaluators and docs/segments.md.

`fold.view.columns` computes every one of them from a profile at an instant; a fact that is not known is None.
"""

from typing import Literal, NamedTuple

Kind = Literal["number", "text", "boolean"]


class ColumnSpec(NamedTuple):
    """`values`: all that a text can be, empty where it can be anything. A rule that asks for another is a mistake."""

    kind: Kind
    meaning: str
    values: tuple[str, ...] = ()


WINDOWS = (7, 30, 90, 365)  # days
BROWSING = ("cart", "looking", "bought", "idle")  # browse_state
STAGES = ("new", "active", "repeat", "at_risk", "lapsed", "lost")  # lifecycle_stage
BANDS = ("low", "middle", "high")  # price_band
AGE_BANDS = ("under 18", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
DEVICES = ("desktop", "mobile", "tablet")
# rfm_segment
GRID_NAMES = ("new", "potential_loyal", "champion", "promising", "loyal", "cooling", "needs_attention", "hibernating",
              "at_risk", "cannot_lose", "lost")  # fmt: skip

COLUMNS: dict[str, ColumnSpec] = {
    "orders": ColumnSpec("number", "orders ever completed"),
    "revenue": ColumnSpec("number", "sum of order totals ever, in the shop's currency"),
    "lifetime_value": ColumnSpec("number", "revenue less refunds and cancelled orders"),
    "average_order_value": ColumnSpec("number", "revenue / orders; unknown before the first order"),
    "items": ColumnSpec("number", "pieces ever bought"),
    "cancellations": ColumnSpec("number", "orders ever cancelled"),
    "refunds": ColumnSpec("number", "sum of refunds ever, in the shop's currency"),
    **{f"orders_{n}d": ColumnSpec("number", f"orders in the last {n} days") for n in WINDOWS},
    **{f"revenue_{n}d": ColumnSpec("number", f"sum of order totals in the last {n} days") for n in WINDOWS},
    **{f"visits_{n}d": ColumnSpec("number", f"page and screen calls in the last {n} days") for n in WINDOWS},
    **{f"product_views_{n}d": ColumnSpec("number", f"products viewed in the last {n} days") for n in WINDOWS},
    **{f"clicks_{n}d": ColumnSpec("number", f"email links clicked in the last {n} days") for n in WINDOWS},
    **{f"opens_{n}d": ColumnSpec("number", f"emails opened in the last {n} days; many are machines") for n in WINDOWS},
    **{f"downloads_{n}d": ColumnSpec("number", f"contents downloaded in the last {n} days") for n in WINDOWS},
    **{
        f"interactions_{n}d": ColumnSpec(
            "number",
            f"days of the last {n} on which they visited, viewed, searched, clicked, used cart or wish list, ordered, "
            "downloaded or reviewed; opens do not count",
        )
        for n in WINDOWS
    },
    "interactions_per_month": ColumnSpec(
        "number", "interactions_90d for 30 days; of what there is for who is known less long, at least 30 days"
    ),
    "days_since_first_order": ColumnSpec("number", "whole days since the first order; unknown before it"),
    "days_since_last_order": ColumnSpec("number", "whole days since the last order; unknown before the first"),
    "days_since_last_seen": ColumnSpec("number", "whole days since the last event of any kind"),
    "days_since_first_seen": ColumnSpec("number", "whole days since the first event of any kind"),
    "engagement_score": ColumnSpec("number", "0 to 100: visits, views, carts, clicks and orders, decayed over 30 days"),
    "recency_score": ColumnSpec("number", "1 to 5 by days since the last order, 5 the latest; unknown before one"),
    "frequency_score": ColumnSpec("number", "1 to 5 by orders ever, 5 the most; unknown before the first"),
    "monetary_score": ColumnSpec("number", "1 to 5 by lifetime value, 5 the most; unknown before the first order"),
    "rfm_segment": ColumnSpec(
        "text", "the name of these three in the RFM grid below; unknown before the first order", GRID_NAMES
    ),
    "preferred_category": ColumnSpec("text", "category with the highest decayed weight"),
    "preferred_brand": ColumnSpec("text", "brand with the highest decayed weight"),
    "average_price": ColumnSpec("number", "mean price of a piece bought; of the last products viewed, before that"),
    "price_band": ColumnSpec(
        "text", "low, middle or high: where average_price lies between the shop's price_bands", BANDS
    ),
    "persona": ColumnSpec("text", "the first persona, by rank, whose segment they are in"),
    "cluster": ColumnSpec(
        "text", "name of the group they were found to be like, by `mailwright clusters`; unknown without a model"
    ),
    "lifecycle_stage": ColumnSpec("text", "new, active, repeat, at_risk, lapsed or lost", STAGES),
    "cart_items": ColumnSpec("number", "pieces in the cart"),
    "cart_value": ColumnSpec("number", "sum of price x quantity in the cart, in the shop's currency"),
    "hours_since_cart_change": ColumnSpec("number", "hours since the cart last changed; unknown without a cart"),
    "browse_state": ColumnSpec(
        "text",
        "cart: something in it; looking: viewed since the last order, in 30 days; bought: in 30 days; else idle",
        BROWSING,
    ),
    "hours_since_last_view": ColumnSpec("number", "hours since the last product view; unknown before the first"),
    "last_viewed_category": ColumnSpec("text", "category of the product viewed last"),
    "marketing_consent": ColumnSpec(
        "text", "granted or denied as the events say; unknown when none did", ("granted", "denied")
    ),
    "has_email": ColumnSpec("boolean", "whether an email address is known"),
    "country": ColumnSpec("text", "ISO 3166 code where the source gives one"),
    "language": ColumnSpec("text", "language part of the locale"),
    "timezone": ColumnSpec("text", "IANA name"),
    "device": ColumnSpec("text", "desktop, mobile or tablet", DEVICES),
    "city": ColumnSpec("text", "trait address.city or context location"),
    "age": ColumnSpec("number", "trait age"),
    "age_band": ColumnSpec("text", "under 18, 18-24, 25-34, 35-44, 45-54, 55-64 or 65+", AGE_BANDS),
    "income_band": ColumnSpec("text", "trait income_band, as the source writes it"),
    "gender": ColumnSpec("text", "trait gender"),
    "plan": ColumnSpec("text", "trait plan"),
}
