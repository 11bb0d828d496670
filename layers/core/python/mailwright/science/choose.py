"""How many clusters there are, if any: the table over k, the elbow, the best silhouette, and what rules a k out."""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from mailwright.model.clusters import Choice
from mailwright.science.reference import Cloud
from mailwright.science.space import Floats

KS = range(2, 11)
ROWS = 5_000  # of the sample, that the choice is made on
SEEN = 2_000  # of those, that a silhouette is taken of: it compares every two
REFERENCES = 20  # draws of data without clusters
BOOTSTRAPS = 10
BEYOND = 0.04  # a silhouette must exceed the reference's mean by this,
SPREADS = 4.0  # and by so many of its standard deviations, and be above its every draw
STABLE = 0.75  # median adjusted Rand index
SMALLEST = 0.02  # share of the customers
STAYS = 0.05  # the k in use stays when the best gains no more than this over it: names should not come and go
NEAR = 0.02  # gains over the reference no further apart count as equally good: then the elbow decides


class Chosen(NamedTuple):
    k: int | None
    why: str
    table: list[Choice]
    elbow: int
    best: int


def choose(
    space: Floats, references: int = REFERENCES, bootstraps: int = BOOTSTRAPS, in_use: int | None = None
) -> Chosen:
    """The k, or None with the reason, and the table it was chosen by. `space` has ROWS rows at the most; `in_use` is
    the k of the model in use, which stays while it is nearly as good as the best.
    """
    distinct = len(np.unique(space, axis=0))
    ks = [k for k in KS if k < distinct]
    inertias: list[float] = []
    found = [_clustered(space, k) for k in ks]
    seen = np.random.default_rng(1).permutation(len(space))[:SEEN]
    silhouettes = [_silhouette(space, one.labels_, seen) for one in found]
    drawn = _references(space, ks, references, seen)
    table = []
    for place, k in enumerate(ks):
        inertias.append(float(found[place].inertia_))
        labels = found[place].labels_
        row = Choice(
            k,
            round(inertias[-1], 3),
            round(silhouettes[place], 4),
            round(float(drawn[:, place].mean()), 4),
            round(float(drawn[:, place].std(ddof=1)), 4),
            round(_stability(space, k, labels, bootstraps), 4),
            round(float(np.bincount(labels, minlength=k).min() / len(labels)), 4),
        )
        table.append(_judged(row, float(drawn[:, place].max())))
    total = float(((space - space.mean(axis=0)) ** 2).sum())
    return settled(table, elbow([1, *ks], [total, *inertias]), in_use)


def elbow(ks: list[int], inertias: list[float]) -> int:
    """Where the falling line lies furthest below the straight one between its ends."""
    across = (np.array(ks) - ks[0]) / max(ks[-1] - ks[0], 1)
    down = (np.array(inertias) - inertias[-1]) / max(inertias[0] - inertias[-1], 1e-12)
    return ks[int(np.argmax(1 - across - down))]


def fitted(space: Floats, k: int, starts: int = 10) -> KMeans:
    """K-Means; the same data give the same centroids."""
    return KMeans(k, n_init=starts, random_state=k).fit(space)


def _clustered(space: Floats, k: int) -> KMeans:
    return fitted(space, k, starts=5)


def _silhouette(space: Floats, labels: NDArray[np.int32], seen: NDArray[np.int64]) -> float:
    if len(np.unique(labels[seen])) < 2:
        return -1.0
    return float(silhouette_score(space[seen], labels[seen]))


def _references(space: Floats, ks: list[int], count: int, seen: NDArray[np.int64]) -> Floats:
    """Silhouettes by draw and k."""
    cloud, rng = Cloud(space, seed=2), np.random.default_rng(3)
    found = []
    for _ in range(count):
        drawn = cloud.draw(rng)
        found.append([_silhouette(drawn, fitted(drawn, k, starts=2).labels_, seen) for k in ks])
    return np.array(found)


def _stability(space: Floats, k: int, labels: NDArray[np.int32], bootstraps: int) -> float:
    rng = np.random.default_rng(4)
    scores = []
    for _ in range(bootstraps):
        again = space[rng.integers(0, len(space), len(space))]
        scores.append(adjusted_rand_score(labels, fitted(again, k, starts=3).predict(space)))
    return float(np.median(scores))


def _judged(row: Choice, highest: float) -> Choice:
    if row.silhouette <= highest or _gain(row) < max(BEYOND, SPREADS * row.spread):
        return _without(row, "data without clusters come as far")
    if row.stability < STABLE:
        return _without(row, "another sample gives other clusters")
    if row.smallest < SMALLEST:
        return _without(row, "one is too small to write to")
    return row


def _gain(row: Choice) -> float:
    return row.silhouette - row.reference


def _without(row: Choice, reason: str) -> Choice:
    return msgspec.structs.replace(row, against=reason)


def settled(table: list[Choice], bend: int, in_use: int | None = None) -> Chosen:
    """The k among the rows with nothing against them; `bend` is the elbow."""
    if not table:
        return Chosen(None, "there are hardly two different customers", table, bend, 0)
    best = max(table, key=lambda row: row.silhouette).k
    good = [row for row in table if not row.against]
    if not good:
        closest = max(table, key=_gain)
        why = (
            f"no number of clusters passed; {closest.k} came closest: silhouette {closest.silhouette:.3f} where data "
            f"without clusters have {closest.reference:.3f}, stability {closest.stability:.2f}: {closest.against}"
        )
        return Chosen(None, why, table, bend, best)
    # A silhouette is high for few clusters whatever the data: what counts is how far it exceeds the reference's.
    top = max(good, key=_gain)
    stays = [row for row in good if row.k == in_use and _gain(row) >= _gain(top) - STAYS]
    bends = [row for row in good if row.k == bend and _gain(row) >= _gain(top) - NEAR]
    chosen = next(iter([*stays, *bends, top]))
    votes = [word for word, k in (("the elbow", bend), ("the highest silhouette", best)) if k == chosen.k]
    others = [f"{word} at {k}" for word, k in (("elbow", bend), ("highest silhouette", best)) if k != chosen.k]
    why = (
        f"{chosen.k} clusters: their silhouette of {chosen.silhouette:.3f} exceeds that of the same columns without "
        f"clusters by {_gain(chosen):.3f}, the most of all"
        + (f" but for {top.k}" if chosen is not top else "")
        + (", and the model in use has as many" if stays else "")
        + (f", and {' and '.join(votes)} agree{'s' if len(votes) == 1 else ''}" if votes else "")
        + (f" ({', '.join(others)})" if others else "")
        + f"; stability {chosen.stability:.2f}"
    )
    return Chosen(chosen.k, why, table, bend, best)
