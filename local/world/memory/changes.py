"""A table's stream: one record for each write that changed something, with the new image, in the order of the writes.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html: a write that changes nothing leaves no record;
records are gone after 24 hours.
"""

from collections import deque
from typing import Any, NamedTuple

from local.world.memory.values import Item, item_size

RETENTION = 24 * 60 * 60 * 1000
REGION = "us-east-1"


class Change(NamedTuple):
    number: int
    at: int
    keys: Item
    name: str  # INSERT, MODIFY, REMOVE
    image: Item | None


class Changes:
    """The one shard of a table's stream."""

    def __init__(self) -> None:
        self.first = 0
        self.records: deque[Change] = deque()

    @property
    def end(self) -> int:
        """The position after the newest record."""
        return self.first + len(self.records)

    def add(self, at: int, keys: Item, before: Item | None, after: Item | None) -> None:
        """Append one change and drop what has been there for a day."""
        name = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
        self.records.append(Change(self.end, at, keys, name, after))
        while self.records[0].at < at - RETENTION:
            self.records.popleft()
            self.first += 1

    def read(self, position: int, limit: int) -> tuple[list[dict[str, Any]], int]:
        """Records from a position as GetRecords gives them, and the position to go on from."""
        skip = max(0, position - self.first)
        wanted = [self.records[index] for index in range(skip, min(skip + limit, len(self.records)))]
        return [_shape(change) for change in wanted], self.first + skip + len(wanted)


def _shape(change: Change) -> dict[str, Any]:
    image = {} if change.image is None else {"NewImage": change.image}
    return {
        "eventID": f"{change.number:032x}",
        "eventName": change.name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": change.at / 1000,
            "Keys": change.keys,
            **image,
            "SequenceNumber": f"{change.number + 1:021d}",
            "SizeBytes": item_size(change.keys) + item_size(change.image or {}),
            "StreamViewType": "NEW_IMAGE",
        },
    }
