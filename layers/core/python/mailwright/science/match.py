"""New clusters and those from before: which is which, and what has changed."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from mailwright.model.clusters import Clusters
from mailwright.science.space import Floats, nearest, placed, shares
from mailwright.segments.clusters import scaled
from mailwright.segments.features import FEATURES

MOST = 0.5  # of its customers that a cluster must have had under its name before

Centroid = dict[str, float]  # by feature, in the column's own unit


def matched(
    centroids: Sequence[Centroid], former: Clusters, came: Sequence[Mapping[str, float]]
) -> dict[int, tuple[str, float]]:
    """For each new cluster that is one from before: that one's name, and how far its centroid moved on the former axes.

    Pairs are those whose distances add up to the least, each to one. A cluster that moved more than half the way to its
    nearest neighbour is another, and so is one most of whose customers were elsewhere: the name was never meant for
    them. `came` says for each new cluster which shares of it the former ones are.
    """
    axes = [(place, axis) for place, axis in enumerate(former.axes) if axis.column in FEATURES]
    if not axes or not former.clusters:
        return {}
    were = np.array([[cluster.at[place] for place, _ in axes] for cluster in former.clusters])
    are = np.array([[scaled(axis, centroid[axis.column]) for _, axis in axes] for centroid in centroids])
    apart = np.linalg.norm(are[:, None, :] - were[None, :, :], axis=2)
    between = np.linalg.norm(were[:, None, :] - were[None, :, :], axis=2)
    np.fill_diagonal(between, np.inf)
    found = {}
    for new, old in zip(*linear_sum_assignment(apart), strict=True):
        name = former.clusters[old].name
        if apart[new, old] <= between[old].min() / 2 and came[new].get(name, 0.0) >= MOST:
            found[int(new)] = (name, round(float(apart[new, old]), 4))
    return found


def formerly(values: Floats, former: Clusters) -> list[str] | None:
    """The sample's clusters by the former model; None when it asks for a column that is no feature any more."""
    if any(axis.column not in FEATURES for axis in former.axes):
        return None
    found = nearest(placed(values, former.axes), np.array([cluster.at for cluster in former.clusters]))
    return [former.clusters[place].name for place in found]


def shifts(values: Floats, former: Clusters) -> dict[str, float]:
    """Population stability index of each former axis' column: sum of (now - then) * ln(now / then) over its parts."""
    found = {}
    for axis in former.axes:
        if axis.column in FEATURES:
            now = np.maximum(shares(values[:, list(FEATURES).index(axis.column)], axis.edges), 1e-4)
            then = np.maximum(axis.shares, 1e-4)
            found[axis.column] = round(float(((now - then) * np.log(now / then)).sum()), 4)
    return found
