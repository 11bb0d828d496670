"""What clusters are made of: the columns a customer is placed by, why these, and what is done to each before.

Few, and each a different thing a marketer acts on. Counts and money are skewed and enter by their logarithm; windows of
90 days say how somebody is now. Opens are left out, half of them are machines'; traits are what somebody is, not what
they do. A column that says nothing in a shop (everyone alike) or what another says already is left out by the training.
"""

from typing import NamedTuple


class Feature(NamedTuple):
    why: str
    unknown: float  # stands for a value that is not known
    log: bool  # enters as log1p(max(value, 0))
    floor: float  # least spread, in what enters: where most customers are alike, small differences stay small


FEATURES: dict[str, Feature] = {
    "days_since_last_order": Feature("recency; who never ordered counts as two years away", 730, log=True, floor=1.0),
    "orders": Feature("frequency, of a lifetime", 0, log=True, floor=0.4),
    "lifetime_value": Feature("monetary value, of a lifetime; a negative one counts as none", 0, log=True, floor=0.5),
    "days_since_first_seen": Feature(
        "how long they are known: a newcomer is not somebody faded", 0, log=True, floor=0.5
    ),
    "interactions_per_month": Feature("days a month with anything of their own doing, lately", 0, log=True, floor=0.3),
    "product_views_90d": Feature("looks around, whether or not they buy", 0, log=True, floor=0.7),
    "clicks_90d": Feature("comes by email", 0, log=True, floor=0.7),
}
LIMIT = 3.0  # what lies further from the median than so many spreads is taken as lying there
