"""Category and brand affinity: how strongly a customer's doing points at a name, in periods of 28 days.

A view, click or list view weighs 1, a product put in the cart or on the wish list 3, a piece ordered 5 (at most 20
pieces a line, so that one bulk order does not drown a year of browsing). Weights are whole numbers and add up; when
they are read, a period counts half of the one after it. Kept are 13 periods up to the newest the customer was seen in,
and in each period at most 16 names: those first in `registers.lot`.
"""

from mailwright.fold.registers import lot
from mailwright.model.profile import Product, Profile
from mailwright.model.times import DAY

PERIOD = 28 * DAY
PERIODS_KEPT = 13
NAMES_KEPT = 16
LOOKED, WANTED, ORDERED = 1, 3, 5
MOST_PIECES = 20

Weights = dict[str, dict[int, int]]


def lean(profile: Profile, at: int, product: Product, weight: int) -> None:
    """Add a weight to the category and brand of a product."""
    if product.category or product.brand:
        period = at // PERIOD
        if period > profile.last_seen // PERIOD - PERIODS_KEPT:
            add(profile.categories, product.category, period, weight)
            add(profile.brands, product.brand, period, weight)


def add(weights: Weights, name: str, period: int, weight: int) -> None:
    if not name:
        return
    held = weights.get(name)
    if held is None:
        weights[name] = {period: weight}
    elif period in held:
        weights[name] = {**held, period: held[period] + weight}
        return
    else:
        weights[name] = dict(sorted({**held, period: weight}.items()))
    if len(weights) > NAMES_KEPT:
        _bound(weights, period)


def _bound(weights: Weights, period: int) -> None:
    """Keep the names of one period that come first by lot; each period on its own, as old periods go away."""
    names = sorted((name for name, periods in weights.items() if period in periods), key=lot)
    for name in names[NAMES_KEPT:]:
        rest = {other: weight for other, weight in weights[name].items() if other != period}
        if rest:
            weights[name] = rest
        else:
            del weights[name]


def forget_old_periods(profile: Profile) -> None:
    """Drop the periods that have fallen out of the 13 kept."""
    oldest = profile.last_seen // PERIOD - PERIODS_KEPT
    for weights in (profile.categories, profile.brands):
        for name, periods in list(weights.items()):
            if min(periods) <= oldest:
                rest = {period: weight for period, weight in periods.items() if period > oldest}
                if rest:
                    weights[name] = rest
                else:
                    del weights[name]


def preferred(weights: Weights) -> str | None:
    """The name with the highest decayed weight; the alphabet decides a tie; None when there is none.

    Decay moves all names alike, so the answer does not depend on when it is asked.
    """
    best, most = None, 0
    base = None
    for name, periods in weights.items():
        score = 0
        for period, weight in periods.items():
            if base is None:
                base = period - PERIODS_KEPT  # no period kept lies before it, whichever this one is
            score += weight << (period - base)
        if score > most or (score == most and best is not None and name < best):
            best, most = name, score
    return best
