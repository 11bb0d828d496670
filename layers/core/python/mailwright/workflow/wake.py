"""Timers: the events that make `fold` look at a profile again although its customer did nothing."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice

from mailwright.model.event import Event
from mailwright.model.times import iso
from mailwright.workflow.ports import Stream

TOGETHER = 500


def timer(customer_id: str, at: int, why: str) -> Event:
    """The timer of one customer for one occasion; the same again when the occasion is."""
    digest = sha256(f"{why}\x1f{at}\x1f{customer_id}".encode()).hexdigest()[:24]
    return Event(f"{why}-{digest}", at, customer_id, "timer", why, "mailwright")


def wake(events: Iterable[Event], stream: Stream) -> tuple[int, int]:
    """Put timers on the stream as they come; how many were put, and how many the stream did not take."""
    put = left = 0
    for batch in _batches(iter(events)):
        refused = len(stream.put(batch))
        put, left = put + len(batch) - refused, left + refused
    return put, left


def _batches(events: Iterator[Event]) -> Iterator[list[Event]]:
    while batch := list(islice(events, TOGETHER)):
        yield batch


class Throttled(RuntimeError):
    """The stream did not take every timer."""

    def __init__(self, left: int, at: int) -> None:
        super().__init__(f"{left} timers of {iso(at)} were not taken by the stream")
