"""The engagement score: 0 to 100, from what a customer did on each day, halved every 30 days.

    points of a day = 1 a visit + 1 a product view + 3 an add to cart or wish + 5 an email click + 10 an order
    P               = sum of points x 0.5 ^ (days ago / 30), days up to 240 ago
    score           = round(100 x P / (P + 30))

An email opened adds 1 on a day on which the customer also did one of these; alone it counts nothing, because half of
all opens are machines. 30 points are worth 50: three orders today, or a visit on every day of a month.
"""

from operator import mul

from mailwright.model.profile import COUNTERS, Profile
from mailwright.model.times import DAY

DAYS = 240
HALF = 30  # points worth 50, and days in which points halve
_UNIT = 1 << 20  # weights are whole numbers, so that sums do not depend on their order
DECAY = tuple(round(_UNIT * 0.5 ** (age / HALF)) for age in range(DAYS + 1))  # by days ago

_POINTS = {"visits": 1, "views": 1, "adds": 3, "wishes": 3, "clicks": 5, "orders": 10}
WEIGHTS = tuple(_POINTS.get(counter, 0) for counter in COUNTERS)
OPENS = COUNTERS.index("opens")


def engagement(profile: Profile, now: int) -> int:
    """The score at an instant."""
    today = now // DAY
    total = 0
    for day in reversed(profile.days):
        age = today - day
        if age > DAYS:
            break
        counts = profile.days[day]
        points = sum(map(mul, WEIGHTS, counts))
        if points and len(counts) > OPENS:
            points += counts[OPENS]
        total += points * DECAY[age if age > 0 else 0]
    return scored(total)


def scored(total: int) -> int:
    """The score of P, with each day's points weighed by DECAY."""
    whole = total + HALF * _UNIT
    return (200 * total + whole) // (2 * whole)
