"""Cutting a list to what one request may carry."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def batches(items: Iterable[tuple[T, int]], count: int, size: int) -> Iterator[Sequence[T]]:
    """Items, each with its size in bytes, in order, at most `count` and `size` bytes together.

    One item above `size` goes alone: the service refuses it, and says so.
    """
    batch: list[T] = []
    total = 0
    for item, weight in items:
        if batch and (len(batch) == count or total + weight > size):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += weight
    if batch:
        yield batch
