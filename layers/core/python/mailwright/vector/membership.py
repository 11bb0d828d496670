"""Segments of a frame of profiles: the same answer as segments.membership gives for each of them.

A profile's segments are also whole numbers, a bit a segment: what is compared and counted are numbers, and names are
only looked up for those who changed.
"""

from collections.abc import Iterable

import polars as pl

from mailwright.expression.closures import SEGMENT
from mailwright.expression.tree import Column
from mailwright.model.content import Content
from mailwright.model.memo import once
from mailwright.segments.membership import PERSONA, in_order, named, nodes, personas
from mailwright.vector.expressions import expression

MARK = "mark"  # mark0, mark1 ...: 64 segments each
BITS, BYTE = 64, 8


class Plan:
    """Segments in layers, each after those it asks for. `columns` are what the rules read; `names`, sorted; `marks`,
    the columns that hold them as bits.
    """

    def __init__(self, content: Content) -> None:
        segments = content.segments
        self.names = sorted(segments)
        self.marks = [f"{MARK}{word}" for word in range((len(self.names) + BITS - 1) // BITS)]
        self._places = {name: place for place, name in enumerate(self.names)}
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
        """The frame with a Boolean column `segment:<name>` for each segment, `persona`, and the marks (UInt64)."""
        marks = [_word(self.names[word * BITS : (word + 1) * BITS]).alias(name) for word, name in enumerate(self.marks)]
        return self.members(frame.lazy()).with_columns(marks).collect()

    def members(self, lazy: pl.LazyFrame) -> pl.LazyFrame:
        """The same without the marks."""
        for place, layer in enumerate(self._layers):
            lazy = lazy.with_columns(layer)
            if place == self._last_persona:
                lazy = lazy.with_columns(self._persona())
        return lazy if self._personas else lazy.with_columns(self._persona())

    def _persona(self) -> pl.Expr:
        chosen = [pl.when(pl.col(SEGMENT + name)).then(pl.lit(name)) for name in self._personas]
        return pl.coalesce(*chosen, pl.lit(None, dtype=pl.String)).alias(PERSONA)

    def mark(self, names: Iterable[str]) -> tuple[int, list[str]]:
        """The marks of whoever is in these segments, as one number, and those of the names that are none (any more)."""
        number, strange = 0, []
        for name in names:
            place = self._places.get(name)
            if place is None:
                strange.append(name)
            else:
                number |= 1 << place
        return number, strange

    def marked(self, number: int, word: int) -> list[str]:
        """The names in one of the marks, sorted."""
        return [name for place, name in enumerate(self.names[word * BITS : (word + 1) * BITS]) if number >> place & 1]

    def split(self, numbers: list[int]) -> list[pl.Series]:
        """Numbers of many as columns, one for each of `marks`."""
        parts = [numbers] if len(self.marks) == 1 else [
            [number >> word * BITS & (1 << BITS) - 1 for number in numbers] for word in range(len(self.marks))
        ]  # fmt: skip
        return [pl.Series(name, part, dtype=pl.UInt64) for name, part in zip(self.marks, parts, strict=False)]


def _word(names: list[str]) -> pl.Expr:
    """Up to 64 segments as one number, by way of bytes: those are an eighth of the work."""
    word = pl.lit(0, dtype=pl.UInt64)
    for start in range(0, len(names), BYTE):
        byte = pl.lit(0, dtype=pl.UInt8)
        for place, name in enumerate(names[start : start + BYTE]):
            # a choice between two constants: casting a Boolean costs five times as much
            one, none = pl.lit(1 << place, dtype=pl.UInt8), pl.lit(0, dtype=pl.UInt8)
            byte = byte + pl.when(pl.col(SEGMENT + name)).then(one).otherwise(none)
        word = word + byte.cast(pl.UInt64) * pl.lit(1 << start, dtype=pl.UInt64)
    return word


@once
def plan(content: Content) -> Plan:
    """The Plan of a Content; the same object again for the same Content."""
    return Plan(content)
