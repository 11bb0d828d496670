"""Which cluster a customer is in: the one whose centroid lies nearest. It fills the column `cluster`.

The same steps on floats, in the same order, as vector.clusters does them for a frame: both must name the same cluster.
"""

from collections.abc import Callable, Mapping
from math import log1p

from mailwright.expression.tree import Scalar
from mailwright.fold.view import columns
from mailwright.model.clusters import Axis, Clusters
from mailwright.model.content import Content
from mailwright.model.memo import once
from mailwright.model.profile import Profile

CLUSTER, SEEN = "cluster", "days_since_first_seen"

Assign = Callable[[Mapping[str, Scalar]], str | None]


def facts(profile: Profile, now: int, content: Content) -> dict[str, Scalar]:
    """Every column of a profile, `cluster` among them; `persona` still stands open (segments.membership)."""
    row = columns(profile, now, content.shop.scale)
    model = content.clusters
    if model is not None:
        # one without clusters stands for a model that cannot be read: who is in one stays
        row[CLUSTER] = assigner(model)(row) if model.clusters else profile.cluster or None
    return row


@once
def assigner(model: Clusters) -> Assign:
    """A function from a row of columns to the name of its cluster; of two as near, the first in the model. None for
    those who never did anything themselves.
    """
    # Polars divides by a constant as it multiplies by the inverse, which differs in the last bit: so both multiply
    axes = [(axis.column, axis.unknown, axis.log, axis.centre, 1 / axis.spread, axis.limit) for axis in model.axes]
    centroids = [(cluster.name, cluster.at) for cluster in model.clusters]

    def assigned(row: Mapping[str, Scalar]) -> str | None:
        if row[SEEN] is None:
            return None
        place = []
        for column, unknown, log, centre, inverse, limit in axes:
            value = row[column]
            number = unknown if value is None else float(value)
            if log:
                number = log1p(number) if number > 0.0 else 0.0
            number = (number - centre) * inverse
            place.append(-limit if number < -limit else limit if number > limit else number)
        nearest, least = "", float("inf")
        for name, at in centroids:
            # one after the other, not sum(): that rounds in another way from Python 3.12 on
            distance = 0.0
            for one, other in zip(place, at, strict=True):
                apart = one - other
                distance += apart * apart
            if distance < least:
                nearest, least = name, distance
        return nearest

    return assigned


def scaled(axis: Axis, value: float) -> float:
    """Where a known value lies on an axis."""
    number = (log1p(value) if value > 0.0 else 0.0) if axis.log else value
    return min(axis.limit, max(-axis.limit, (number - axis.centre) * (1 / axis.spread)))
