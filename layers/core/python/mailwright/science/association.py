"""How closely a column goes with an outcome, one column at a time: of numbers their ranks, of text the classes."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def spearman(numbers: Floats, did: Flags) -> float | None:
    """Rank correlation with a yes or no, -1 to 1; of a column that is yes or no as well, phi. None if all are alike."""
    ranks, other = rankdata(numbers), did.astype(np.float64)
    if np.ptp(ranks) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(ranks, other)[0, 1])


def cramers_v(classes: Floats, did: Flags) -> float | None:
    """0 to 1, corrected for the number of classes, so that many small ones do not make up a connection; None where all
    are alike.
    """
    _, places = np.unique(classes, return_inverse=True)
    table = np.zeros((places.max(initial=0) + 1, 2))
    np.add.at(table, (places, did.astype(int)), 1)
    if table.shape[0] < 2 or (table.sum(axis=0) == 0).any():
        return None
    n = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi = float(((table - expected) ** 2 / expected).sum() / n)
    rows = table.shape[0]
    phi = max(0.0, phi - (rows - 1) / (n - 1))
    least = min(rows - (rows - 1) ** 2 / (n - 1), 2 - 1 / (n - 1)) - 1
    return float(np.sqrt(phi / least)) if least > 0 else None


def auc(did: Flags, scored: Floats) -> float:
    """The chance that somebody who did it is scored above somebody who did not; 0.5 is a coin."""
    yes = int(did.sum())
    no = len(did) - yes
    ranks = rankdata(scored)
    return float((ranks[did].sum() - yes * (yes + 1) / 2) / (yes * no))


def auc_error(area: float, yes: int, no: int) -> float:
    """Standard error of an AUC from so many of each (Hanley and McNeil 1982)."""
    both, other = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (yes - 1) * (both - area**2) + (no - 1) * (other - area**2)
    return float(np.sqrt(max(variance, 0.0) / (yes * no)))
