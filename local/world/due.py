"""Knows, from the table's stream, when the next profile is due: what `tick` would find in the index `due`."""

import heapq
from typing import Any


class DueWatch:
    """A consumer of the table's feed."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], int] = {}
        self._heap: list[tuple[int, tuple[str, str]]] = []

    def take(self, shard: str, records: list[dict[str, Any]]) -> None:
        """Follow the writes of the table."""
        for record in records:
            change = record["dynamodb"]
            key = change["Keys"]["customer_id"]["S"], change["Keys"]["row"]["S"]
            image = change.get("NewImage", {})
            if "due" in image and "due_shard" in image:
                due = int(image["due"]["N"])
                if self._due.get(key) != due:
                    self._due[key] = due
                    heapq.heappush(self._heap, (due, key))
            else:
                self._due.pop(key, None)

    def earliest(self) -> int | None:
        """The earliest `due` in the table; None when no profile has one."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None
