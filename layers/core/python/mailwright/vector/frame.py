"""A frame of profiles: their columns as Polars wants them, gathered row by row so that no profile has to be kept."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

import polars as pl

from mailwright.expression.tree import Scalar
from mailwright.model.columns import COLUMNS

TYPES = {"number": pl.Float64, "text": pl.String, "boolean": pl.Boolean}


class Rows:
    """Rows of some columns; `frame` makes the frame of what was added and begins anew."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self._types = [TYPES[COLUMNS[name].kind] for name in self.names]
        # itemgetter of one name gives no tuple: the first is asked for twice, and its copy left over below
        self._take = itemgetter(*self.names, self.names[0]) if self.names else lambda row: ()
        self._rows: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Mapping[str, Scalar]) -> None:
        """Take what is wanted of a row of `fold.view.columns`."""
        self._rows.append(self._take(row))

    def frame(self, **more: pl.Series) -> pl.DataFrame:
        """The rows added since the last frame, with other columns beside them. Numbers are Float64, as everywhere."""
        columns = zip(*self._rows, strict=True) if self._rows else ((),) * len(self.names)
        made = [
            pl.Series(name, values, dtype=kind, strict=False)
            for name, kind, values in zip(self.names, self._types, columns, strict=False)
        ]
        self._rows = []
        return pl.DataFrame([*made, *(series.alias(name) for name, series in more.items())])
