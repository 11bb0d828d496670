"""The column `cluster` of a frame: the same answer as segments.clusters gives for each of its profiles."""

import polars as pl

from mailwright.model.clusters import Axis, Clusters
from mailwright.segments.clusters import CLUSTER, SEEN

_AT, _FAR = "_at ", "_far "


def asked(model: Clusters | None) -> list[str]:
    """The columns a frame needs to be placed by a model."""
    return list(dict.fromkeys([SEEN, *(axis.column for axis in model.axes)])) if model and model.clusters else []


def placed(frame: pl.DataFrame, model: Clusters | None, stored: pl.Expr) -> pl.DataFrame:
    """The frame with `cluster`; `stored` is what each profile's row says, which holds where the model is not known."""
    if model is None:
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias(CLUSTER))
    if not model.clusters:
        return frame.with_columns(pl.when(stored != "").then(stored).alias(CLUSTER))
    axes, centroids = range(len(model.axes)), range(len(model.clusters))
    return (
        frame.lazy()
        .with_columns(_on(axis).alias(f"{_AT}{place}") for place, axis in enumerate(model.axes))
        .with_columns(_distance(cluster.at).alias(f"{_FAR}{place}") for place, cluster in enumerate(model.clusters))
        .with_columns(_nearest(model).alias(CLUSTER))
        .drop([f"{_AT}{place}" for place in axes] + [f"{_FAR}{place}" for place in centroids])
        .collect()
    )


def _on(axis: Axis) -> pl.Expr:
    value = pl.col(axis.column).fill_null(axis.unknown)
    if axis.log:
        value = pl.when(value > 0.0).then(value.log1p()).otherwise(0.0)
    return ((value - axis.centre) * (1 / axis.spread)).clip(-axis.limit, axis.limit)


def _distance(at: list[float]) -> pl.Expr:
    total = pl.lit(0.0)
    for place, other in enumerate(at):
        apart = pl.col(f"{_AT}{place}") - other
        total = total + apart * apart
    return total


def _nearest(model: Clusters) -> pl.Expr:
    """Of two as near, the first."""
    distances = [pl.col(f"{_FAR}{place}") for place in range(len(model.clusters))]
    least = pl.min_horizontal(distances)
    chosen = [
        pl.when(distance == least).then(pl.lit(cluster.name))
        for distance, cluster in zip(distances, model.clusters, strict=True)
    ]
    return pl.when(pl.col(SEEN).is_not_null()).then(pl.coalesce(*chosen))
