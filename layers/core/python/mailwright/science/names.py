"""A name for a cluster that a marketer reads, from its medians and how far they lie from everyone's.

Words are relative: the frequent buyers of a shop are those who buy often for that shop. The same clusters give the same
names, each another.
"""

from collections.abc import Collection, Mapping, Sequence

CLEAR = 0.5  # spreads from everyone's median that deserve a word
FAR = 0.75

# what to add to the one that has more of a column, and to the one that has less, where two read the same
_TELLS = {
    "days_since_last_order": ("longer ago", "more lately"),
    "orders": ("with more orders", "with fewer orders"),
    "lifetime_value": ("worth more", "worth less"),
    "days_since_first_seen": ("known longer", "known less long"),
    "interactions_per_month": ("here more often", "here less often"),
    "product_views_90d": ("who look around", "who look less"),
    "clicks_90d": ("who click", "who click less"),
}

Numbers = Mapping[str, float]


def reading(medians: Numbers, spreads: Numbers) -> str:
    """The name by itself. `spreads` are the medians' distances from everyone's; a column that is missing has none."""

    def far(column: str) -> float:
        return spreads.get(column, 0.0)

    if medians["orders"] < 1:
        return _never_bought(medians, far("product_views_90d"), far("days_since_first_seen"))
    new = far("days_since_first_seen") <= -FAR and medians["orders"] <= 2
    much = far("lifetime_value") >= FAR
    if new:
        return "New customers who spend much" if much else "New customers"
    gone = far("days_since_last_order")
    when = "recent" if gone <= -CLEAR else "faded" if gone >= CLEAR else ""
    often = "one-time" if medians["orders"] <= 1 else "frequent" if far("orders") >= CLEAR else "occasional"
    who = "high spenders" if much else "small spenders" if far("lifetime_value") <= -FAR else "buyers"
    return " ".join(filter(None, (when, often, who))).capitalize()


def _never_bought(medians: Numbers, looks: float, known: float) -> str:
    if looks >= CLEAR or medians["product_views_90d"] >= 1:
        return "Browsers who do not buy"
    if medians["clicks_90d"] >= 1:
        return "Readers who do not buy"
    return "Newcomers without an order" if known <= -FAR else "Contacts who never bought"


def distinct(readings: Sequence[str], spreads: Sequence[Numbers], taken: Collection[str] = ()) -> list[str]:
    """The readings, those that are the same told apart by what differs most, and none that is taken."""
    names = list(readings)
    for name in sorted(set(readings)):
        same = [place for place, other in enumerate(readings) if other == name]
        if len(same) > 1:
            _tell_apart(names, same, spreads)
    used = set(taken)
    for place, name in enumerate(names):
        number = 2
        while names[place] in used:
            names[place] = f"{name} {number}"
            number += 1
        used.add(names[place])
    return names


def _tell_apart(names: list[str], same: list[int], spreads: Sequence[Numbers]) -> None:
    columns = [column for column in _TELLS if all(column in spreads[place] for place in same)]
    if not columns:
        return

    def width(column: str) -> float:
        values = [spreads[place][column] for place in same]
        return max(values) - min(values)

    column = max(columns, key=width)
    if width(column) == 0:
        return
    ranked = sorted(same, key=lambda place: (-spreads[place][column], place))
    more, less = _TELLS[column]
    names[ranked[0]] += f", {more}"
    names[ranked[-1]] += f", {less}"
