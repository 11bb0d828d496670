"""Data with clusters and data without, as clusters are looked for in: rows by columns, scaled by median and IQR."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rng = np.random.Generator


def scaled(data: Floats) -> Floats:
    low, middle, high = np.percentile(data, [25, 50, 75], axis=0)
    found: Floats = np.clip((data - middle) / np.maximum((high - low) / 1.349, 0.4), -3, 3)
    return found


def cloud(rng: Rng, rows: int, columns: int, strength: float) -> Floats:
    """One normal distribution, its columns correlated by two hidden causes."""
    causes = rng.standard_normal((columns, 2))
    causes /= np.linalg.norm(causes, axis=1, keepdims=True)
    covariance = strength * causes @ causes.T + (1 - strength) * np.eye(columns)
    return rng.multivariate_normal(np.zeros(columns), covariance, rows)


def blobs(rng: Rng, rows: int, columns: int, k: int, distance: float = 6.0) -> tuple[Floats, NDArray[Any]]:
    """k normal distributions of uneven sizes around centres any two of which are at least `distance` apart."""
    while True:
        centres = rng.uniform(-1.2, 1.2, (k, columns)) * distance
        between = np.linalg.norm(centres[:, None] - centres[None], axis=2) + np.eye(k) * distance
        if between.min() >= distance:
            break
    labels = rng.choice(k, rows, p=rng.dirichlet(np.full(k, 8)))
    return centres[labels] + rng.standard_normal((rows, columns)), labels


def counts(rng: Rng, rows: int, columns: int) -> Floats:
    """Correlated, skewed, every other column whole numbers with many zeros: customers without clusters."""
    amounts = np.exp(cloud(rng, rows, columns, 0.8))
    amounts[:, ::2] = np.floor(0.8 * amounts[:, ::2])
    return np.log1p(amounts)


def permuted(rng: Rng, rows: int, columns: int) -> Floats:
    """Every column has the humps of clusters, and none knows of the others."""
    return np.column_stack([rng.permutation(column) for column in blobs(rng, rows, columns, 4)[0].T])


def heavy(rng: Rng, rows: int, columns: int) -> Floats:
    """One cloud with far outliers in all directions: Student's t."""
    return cloud(rng, rows, columns, 0.7) / np.sqrt(rng.chisquare(4, (rows, 1)) / 4)


WITHOUT: dict[str, Callable[[Rng, int, int], Floats]] = {
    "uniform": lambda rng, rows, columns: rng.uniform(size=(rows, columns)),
    "normal": lambda rng, rows, columns: rng.standard_normal((rows, columns)),
    "one correlated cloud": lambda rng, rows, columns: cloud(rng, rows, columns, 0.9),
    "correlated counts": counts,
    "clusters, columns permuted": permuted,
    "heavy tails": heavy,
}


def shop(rng: Rng, rows: int, kinds: tuple[str, ...] = ("new", "faded", "regular", "looker")) -> list[tuple[Any, ...]]:
    """Customers of a few kinds as rows of segments.features.FEATURES."""
    return [_customer(rng, kinds[place % len(kinds)]) for place in range(rows)]


def _customer(rng: Rng, kind: str) -> tuple[Any, ...]:
    def about(mean: float) -> float:
        return float(mean * rng.lognormal(0, 0.35))

    match kind:
        case "new":
            known = about(15)
            return (min(known, about(8)), 1.0, about(40), known, about(2), about(10), 0.0)
        case "faded":
            return (about(300), 1.0, about(50), about(420), 0.0, 0.0, 0.0)
        case "regular":
            return (about(12), float(rng.integers(8, 20)), about(900), about(500), about(5), about(30), about(4))
        case _:
            return (None, 0.0, 0.0, about(90), about(3), about(25), 0.0)
