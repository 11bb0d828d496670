"""Segments of a frame of profiles: the same answer as segments.membership gives for each of them."""

from collections.abc import Sequence

import polars as pl

from mailwright.expression.closures import SEGMENT
from mailwright.expression.tree import Column
from mailwright.model.content import Content
from mailwright.model.memo import once
from mailwright.segments.membership import PERSONA, in_order, named, nodes, personas
from mailwright.vector.expressions import expression

KEY = "membership"  # the names of their segments, sorted, each with SEPARATOR behind it
SEPARATOR = "\n"


class Plan:
    """Segments in layers, each after those it asks for. `columns` are what the rules read; `names`, sorted."""

    def __init__(self, content: Content) -> None:
        segments = content.segments
        self.names = sorted(segments)
        read = {node.name for one in segments.values() for node in nodes(one.when) if isinstance(node, Column)}
        self.columns = sorted(read - {PERSONA})
        self._personas = personas(segments)
        depth: dict[str, int] = {}
        for one in in_order(segments):
            depth[one.name] = 1 + max((depth[other] for other in named(one.when, segments)), default=-1)
        self._last_persona = max((depth[name] for name in self._personas), default=-1)
        layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
        for name in self.names:
            layers[depth[name]].append(name)
        self._layers = [
            [expression(segments[name].when).fill_null(value=False).alias(SEGMENT + name) for name in layer]
            for layer in layers
        ]

    def settle(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with a Boolean column `segment:<name>` for each segment, `persona`, and KEY."""
        return self.members(frame.lazy()).with_columns(self._key()).collect()

    def members(self, lazy: pl.LazyFrame) -> pl.LazyFrame:
        """The same without KEY."""
        for place, layer in enumerate(self._layers):
            lazy = lazy.with_columns(layer)
            if place == self._last_persona:
                lazy = lazy.with_columns(self._persona())
        return lazy if self._personas else lazy.with_columns(self._persona())

    def _persona(self) -> pl.Expr:
        chosen = [pl.when(pl.col(SEGMENT + name)).then(pl.lit(name)) for name in self._personas]
        return pl.coalesce(*chosen, pl.lit(None, dtype=pl.String)).alias(PERSONA)

    def _key(self) -> pl.Expr:
        parts = [
            pl.when(pl.col(SEGMENT + name)).then(pl.lit(name + SEPARATOR)).otherwise(pl.lit("")) for name in self.names
        ]
        return (pl.concat_str(parts) if parts else pl.lit("")).alias(KEY)


@once
def plan(content: Content) -> Plan:
    """The Plan of a Content; the same object again for the same Content."""
    return Plan(content)


def key(names: Sequence[str]) -> str:
    """What KEY is for whoever is in these segments; names sorted, as profiles keep them."""
    return "".join([name + SEPARATOR for name in names])


def of_key(text: str) -> list[str]:
    """The names in a KEY."""
    return text.split(SEPARATOR)[:-1]
