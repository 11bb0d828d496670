"""Columns to numbers for a model: what it means is learned from the earlier sample, and only applied to the later."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from mailwright.expression.tree import Scalar
from mailwright.model.columns import COLUMNS

Floats = NDArray[np.float64]
MOST_VALUES = 30  # of a text column, the commonest; all others are one more
TWINS = 0.9  # numbers whose ranks are correlated as closely say nearly the same


class Code(NamedTuple):
    """How one column becomes numbers. Unknown is not a number (NaN) in either kind."""

    column: str
    values: tuple[str, ...] = ()  # of text: each is its place here, what is not here the place after the last

    @property
    def text(self) -> bool:
        return COLUMNS[self.column].kind == "text"

    def numbers(self, given: Sequence[Scalar]) -> Floats:
        if not self.text:
            return np.array([np.nan if value is None else float(value) for value in given], dtype=np.float64)
        places = {value: float(place) for place, value in enumerate(self.values)}
        other = float(len(self.values))
        return np.array(
            [np.nan if value is None else places.get(str(value), other) for value in given], dtype=np.float64
        )


def code(column: str, given: Sequence[Scalar]) -> Code:
    """Learned from one sample's values."""
    if COLUMNS[column].kind != "text":
        return Code(column)
    counts = Counter(str(value) for value in given if value is not None)
    commonest = sorted(counts, key=lambda value: (-counts[value], value))[:MOST_VALUES]
    return Code(column, tuple(commonest))


def matrix(codes: Sequence[Code], columns: dict[str, Sequence[Scalar]]) -> Floats:
    """A row a customer, a column a code."""
    return np.column_stack([code.numbers(columns[code.column]) for code in codes])


def says_nothing(numbers: Floats) -> bool:
    """Everyone is alike in it, or it is known of no one."""
    return len(np.unique(numbers)) < 2  # NaN is one value here


def twins(codes: Sequence[Code], numbers: Floats) -> list[list[int]]:
    """Places of columns that say nearly the same, together; every column is in one group, the first of it leads. What
    is unknown ranks below everything: that two columns are unknown of the same customers makes them alike as well.
    """
    low = np.where(np.isnan(numbers), -np.inf, numbers)
    ranks = rankdata(low, axis=0)
    ranks -= ranks.mean(axis=0)
    ranks /= np.sqrt((ranks**2).sum(axis=0))
    alike = np.abs(ranks.T @ ranks)
    groups: list[list[int]] = []
    for place, one in enumerate(codes):
        group = next(
            (
                group
                for group in groups
                if not one.text and not codes[group[0]].text and alike[group[0], place] >= TWINS
            ),
            None,
        )
        if group is None:
            groups.append([place])
        else:
            group.append(place)
    return groups
