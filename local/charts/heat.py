"""RFM as a heat map: recency down, frequency across; the more customers, the deeper; in each what one is worth."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from local.charts.mark import WIDTH, hint, svg, tag, text
from local.charts.scale import short

TOP, TALL, LEFT = 22, 42, 72
WIDE = (WIDTH - LEFT) / 5
GAP = 2
DEEPEST = 0.46  # of the colour: words stand on it in light and in dark


class Field(NamedTuple):
    """Who has these two scores: how many, and the mean of their lifetime value."""

    customers: int
    mean: float


def heat(
    fields: Mapping[tuple[int, int], Field], recency: Sequence[str], frequency: Sequence[str], currency: str
) -> str:
    """The drawing. `fields` by (recency, frequency) score; the words of the axes are for scores 1 to 5."""
    most = max([1, *(field.customers for field in fields.values())])
    drawn = [text(LEFT + WIDE * (f - 0.5), 13, frequency[f - 1], "soft small mid") for f in range(1, 6)]
    for place, r in enumerate(range(5, 0, -1)):
        top = TOP + TALL * place
        drawn.append(text(0, top + TALL / 2 + 3, recency[r - 1], "soft small"))
        for f in range(1, 6):
            field = fields.get((r, f), Field(0, 0))
            about = f"last order {recency[r - 1]}, {frequency[f - 1]}: {field.customers:,} customers"
            about += f", each worth {field.mean:,.0f} {currency}" if field.customers else ""
            drawn.append(tag("g", [hint(about), *_field(field, LEFT + WIDE * (f - 1), top, most)]))
    whole = sum(field.customers for field in fields.values())
    (r, f), best = max(fields.items(), key=lambda one: (one[1].customers, one[0]), default=((1, 1), Field(0, 0)))
    told = f"{whole:,} buyers. The most, {best.customers:,}: last order {recency[r - 1]}, {frequency[f - 1]}."
    return svg(TOP + TALL * 5, "Recency, frequency, monetary value", told, *drawn)


def _field(field: Field, x: float, y: float, most: int) -> list[str]:
    box = {"x": x + GAP / 2, "y": y + GAP / 2, "width": WIDE - GAP, "height": TALL - GAP, "rx": 4}
    parts = [tag("rect", **box, class_="cell")]
    middle = x + WIDE / 2
    if not field.customers:
        return [*parts, text(middle, y + TALL / 2 + 4, "·", "soft mid")]
    depth = max(0.04, DEEPEST * field.customers / most)
    parts.append(tag("rect", **box, class_="heat", fill_opacity=depth))
    parts.append(text(middle, y + 18, short(field.customers), "strong mid"))
    return [*parts, text(middle, y + 33, short(field.mean), "small mid")]
