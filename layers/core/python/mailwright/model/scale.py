"""What counts as often, much or dear in this shop: the edges behind the RFM scores and the price band, from shop.yaml.

They are content, not computed by the run that scores: a score then moves because the customer did something or time
passed, never because other customers did, and a replay gives the same scores. `mailwright segments rfm` proposes the
quintiles of a shop's own customers.
"""

import msgspec


class Scale(msgspec.Struct, frozen=True):
    """Edges in rising order. An order `recency[0]` days ago or more loses the first of five points; whoever has
    ordered `frequency[0]` times, or is worth `monetary[0]`, has left one point behind.
    """

    recency: tuple[int, int, int, int] = (30, 90, 180, 365)  # days since the last order
    frequency: tuple[int, int, int, int] = (2, 3, 5, 10)  # orders ever
    monetary: tuple[float, float, float, float] = (50, 150, 400, 1000)  # lifetime value, in the shop's currency
    price: tuple[float, float] = (20, 60)  # what one piece costs: below is low, from the second on high


STANDARD = Scale()
