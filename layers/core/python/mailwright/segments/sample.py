"""A sample of customers: those with the smallest hashes of their ids, as many as asked for.

It is the same in whatever order they come, and next month's has the same people in it, so that what differs between two
samples is what changed. Kept are rows of numbers, no ids.
"""

import heapq
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from mailwright.expression.tree import Scalar
from mailwright.segments.features import FEATURES

Row = tuple[float | None, ...]  # the FEATURES, in their order


class Sample:
    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: list[tuple[int, Row]] = []  # the hash negated: the largest is the first to go
        self.seen = 0  # customers looked at

    def __len__(self) -> int:
        return len(self._kept)

    def wants(self, customer_id: str) -> bool:
        """Whether this customer, as things are, belongs to the sample: if not, their columns need not be worked out."""
        return len(self._kept) < self._size or lot(customer_id) < -self._kept[0][0]

    def add(self, customer_id: str, columns: Mapping[str, Scalar]) -> None:
        row = tuple(_number(columns[column]) for column in FEATURES)
        entry = (-lot(customer_id), row)
        if len(self._kept) < self._size:
            heapq.heappush(self._kept, entry)
        else:
            heapq.heappushpop(self._kept, entry)

    def rows(self) -> Sequence[Row]:
        """The sample, the smallest hash first: an order that means nothing, and its beginning a sample of it."""
        return [row for _, row in sorted(self._kept, key=_by_lot)]


def lot(customer_id: str) -> int:
    return int.from_bytes(blake2b(customer_id.encode(), digest_size=8, person=b"clusters").digest(), "big")


def _by_lot(entry: tuple[int, Row]) -> tuple[int, tuple[tuple[bool, float], ...]]:
    return -entry[0], tuple((value is None, value or 0.0) for value in entry[1])


def _number(value: Scalar) -> float | None:
    return None if value is None or isinstance(value, str) else float(value)
