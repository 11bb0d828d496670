"""Data without clusters that looks like a sample otherwise: what a silhouette has to beat to mean anything.

Every column keeps its values, so a column that is half zeros or has two humps keeps them; and every pair of columns is
about as correlated as in the sample. Both come from one cloud, a normal distribution in as many dimensions (a Gaussian
copula). What the sample has beyond that is what clusters are: customers that go together in more than two by two.
Independent columns, one cloud of any shape, a box: each is a case of it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from mailwright.science.space import Floats

ROUNDS = 3  # of bringing the correlations of what is drawn near those of the sample
MOST = 0.99


class Cloud:
    """Draws data like `space` and without clusters."""

    def __init__(self, space: Floats, seed: int) -> None:
        self._sorted = np.sort(space, axis=0)
        self._wanted = _correlation(space)
        self._factor = self._fitted(np.random.default_rng(seed))

    def draw(self, rng: np.random.Generator) -> Floats:
        """As many rows as the sample has."""
        normal = rng.standard_normal(self._sorted.shape) @ self._factor
        drawn = np.empty_like(normal)
        for place in range(normal.shape[1]):
            drawn[np.argsort(normal[:, place]), place] = self._sorted[:, place]
        return drawn

    def _fitted(self, rng: np.random.Generator) -> Floats:
        """Ties weaken a correlation: the normal distribution's has to be stronger than the one wanted of its draws."""
        latent = self._wanted.copy()
        self._factor = _factor(latent)
        for _ in range(ROUNDS):
            got: Floats = np.stack([_correlation(self.draw(rng)) for _ in range(3)]).mean(axis=0)
            np.clip(latent + self._wanted - got, -MOST, MOST, out=latent)
            np.fill_diagonal(latent, 1.0)
            self._factor = _factor(latent)
        return self._factor


def _correlation(space: Floats) -> Floats:
    """Of the normal scores of ranks: what a column is distributed like does not matter to it."""
    scores: Floats = norm.ppf(rankdata(space, axis=0) / (len(space) + 1))
    return np.atleast_2d(np.corrcoef(scores, rowvar=False))


def _factor(correlation: NDArray[np.float64]) -> Floats:
    """A root of the nearest matrix that is a correlation."""
    values, vectors = np.linalg.eigh(correlation)
    root = (vectors * np.sqrt(np.maximum(values, 1e-9))).T
    scaled: Floats = root / np.sqrt((root**2).sum(axis=0))
    return scaled
