"""A Stream in memory: remembers what was put, and throttles what it is told to."""

from collections.abc import Sequence

from mailwright.model.event import Event


class FakeStream:
    """`events` holds what was put, in order. `throttled` names ids that are never taken; `full` takes nothing."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.throttled: set[str] = set()
        self.full = False

    def put(self, events: Sequence[Event]) -> list[Event]:
        left = [event for event in events if self.full or event.id in self.throttled]
        self.events.extend(event for event in events if event not in left)
        return left
