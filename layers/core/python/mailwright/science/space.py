"""The space customers are compared in: an axis a column, robustly scaled, and where the sample lies in it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from mailwright.model.clusters import Axis
from mailwright.segments.features import FEATURES, LIMIT

Floats = NDArray[np.float64]
NORMAL = 1.349  # interquartile range of a normal distribution, in its standard deviations
SAME = 0.97  # two columns whose ranks are correlated more closely say the same
ALIKE = 0.01  # a column in which no more than this share of customers differs from the others says nothing
_CUTS = np.arange(0.1, 0.95, 0.1)


def raw(rows: Sequence[Sequence[float | None]]) -> Floats:
    """Rows of the FEATURES, in their order, unknown ones replaced as the feature says."""
    unknown = [feature.unknown for feature in FEATURES.values()]
    return np.array(
        [[stands if value is None else value for value, stands in zip(row, unknown, strict=True)] for row in rows],
        dtype=np.float64,
    ).reshape(len(rows), len(FEATURES))


class Axes(NamedTuple):
    """Those that customers are placed on, and those as well that say the same as one of them: names may."""

    used: list[Axis]
    telling: list[Axis]
    left_out: dict[str, str]  # column -> why it is not used


def axes(values: Floats) -> Axes:
    """An axis for each column that says something."""
    chosen: list[Axis] = []
    telling: list[Axis] = []
    left_out: dict[str, str] = {}
    for place, (column, feature) in enumerate(FEATURES.items()):
        entering = _entering(values[:, place], log=feature.log)
        commonest = np.unique(entering, return_counts=True)[1].max() / len(entering)
        if 1 - commonest <= ALIKE:
            left_out[column] = "all customers are alike in it" if commonest == 1 else "nearly all are alike in it"
            continue
        low, centre, high = np.percentile(entering, [25, 50, 75])
        spread = max((high - low) / NORMAL, feature.floor)
        edges = np.unique(np.quantile(values[:, place], _CUTS)).tolist()
        axis = Axis(
            column, feature.unknown, feature.log, float(centre), float(spread), LIMIT, edges,
            shares(values[:, place], edges),
        )  # fmt: skip
        telling.append(axis)
        mine = on_axis(axis, values[:, place])
        twin = next((other.column for other in chosen if _same(mine, on_axis(other, _column(values, other)))), None)
        if twin is not None:
            left_out[column] = f"says the same as {twin}"
            continue
        chosen.append(axis)
    return Axes(chosen, telling, left_out)


def shares(values: Floats, edges: Sequence[float]) -> list[float]:
    """The share of values up to the first edge, up to the second, and so on, and above the last."""
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    return [round(float(count) / len(values), 6) for count in counts]


def placed(values: Floats, used: Sequence[Axis]) -> Floats:
    """The sample in the space of these axes."""
    return np.column_stack([on_axis(axis, _column(values, axis)) for axis in used])


def on_axis(axis: Axis, values: Floats) -> Floats:
    number = (_entering(values, log=axis.log) - axis.centre) / axis.spread
    return np.clip(number, -axis.limit, axis.limit)


def back(axis: Axis, number: float) -> float:
    """What a place on an axis is in the column's own unit."""
    entering = number * axis.spread + axis.centre
    return float(np.expm1(entering)) if axis.log else entering


def medians(values: Floats) -> dict[str, float]:
    """The median of every feature, used or not."""
    return {column: round(float(number), 4) for column, number in zip(FEATURES, np.median(values, axis=0), strict=True)}


def nearest(space: Floats, centroids: Floats) -> NDArray[np.intp]:
    """The centroid each lies nearest to; of two as near, the first."""
    found = np.empty(len(space), dtype=np.intp)
    for start in range(0, len(space), 20_000):  # bounds the memory of all the differences at once
        part = space[start : start + 20_000]
        found[start : start + len(part)] = ((part[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    return found


def _column(values: Floats, axis: Axis) -> Floats:
    return values[:, list(FEATURES).index(axis.column)]


def _entering(values: Floats, *, log: bool) -> Floats:
    return np.log1p(np.maximum(values, 0.0)) if log else values


def _same(one: Floats, other: Floats) -> bool:
    """By ranks: the numbers of any two columns are closely correlated where clusters lie far apart."""
    return abs(float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])) > SAME
