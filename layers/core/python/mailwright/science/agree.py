"""The same customers by two other ways to cluster: whether they see the groups that K-Means sees.

K-Means is what is published, whatever the others say: customers are placed by the nearest centroid, one by one as their
events come, and its clusters are the only ones of the three that this rule gives back exactly.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN, AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors

from mailwright.model.clusters import Algorithm
from mailwright.science.space import Floats

WARD = 2_000  # rows: it holds the distance of every two
DENSE = 5_000

Labels = NDArray[np.intp]


def others(space: Floats, labels: Labels, k: int) -> list[Algorithm]:
    """Agglomerative clustering and DBSCAN on the first rows of the sample, against the labels K-Means gives them."""
    return [_kmeans(space, k), _ward(space[:WARD], labels[:WARD], k), _dense(space[:DENSE], labels[:DENSE])]


def _kmeans(space: Floats, k: int) -> Algorithm:
    note = "published: a customer is placed by the nearest centroid as soon as an event is folded"
    return Algorithm("K-Means", len(space), k, 1.0, 0.0, note)


def _ward(space: Floats, labels: Labels, k: int) -> Algorithm:
    found = AgglomerativeClustering(k, linkage="ward").fit_predict(space)
    agreement = float(adjusted_rand_score(labels, found))
    return Algorithm(
        "agglomerative (Ward)",
        len(space),
        k,
        round(agreement, 4),
        0.0,
        f"told to find {k} by joining the nearest, with no centroids: {_word(agreement)}; it cannot place a newcomer",
    )


def _dense(space: Floats, labels: Labels) -> Algorithm:
    least = 2 * space.shape[1]
    eps = radius(space, least)
    found = DBSCAN(eps=eps, min_samples=least).fit_predict(space)
    core = found >= 0
    number = len(np.unique(found[core]))
    agreement = float(adjusted_rand_score(labels[core], found[core])) if core.any() else 0.0
    if number > 1:
        seen = f"told no number, it sees {number} dense regions: {_word(agreement)}"
    else:
        seen = f"it sees {'one dense region' if number else 'no dense region'}: the clusters border on each other"
    note = f"eps {eps:.2f} by the bend of the distances to the {least}th neighbour; {seen}; noise belongs nowhere"
    return Algorithm("DBSCAN", len(space), number, round(agreement, 4), round(float(1 - core.mean()), 4), note)


def radius(space: Floats, least: int) -> float:
    """DBSCAN's eps: where the rising line of distances to the `least`th neighbour lies furthest below the straight one
    between its ends.
    """
    distances, _ = NearestNeighbors(n_neighbors=min(least + 1, len(space))).fit(space).kneighbors(space)
    rising = np.sort(distances[:, -1])
    across = np.linspace(0, 1, len(rising))
    up = (rising - rising[0]) / max(float(rising[-1] - rising[0]), 1e-12)
    return max(float(rising[int(np.argmax(across - up))]), 1e-6)


def _word(agreement: float) -> str:
    return next(word for least, word in ((0.8, "the same groups"), (0.5, "much the same"), (0.25, "partly the same"),
                                         (-1.0, "other groups")) if agreement >= least)  # fmt: skip
