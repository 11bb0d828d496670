"""The Kinesis stream "events": every change to a profile, each in its customer's partition."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from mailwright.fold.reduce import concerns_a_profile
from mailwright.model.batches import batches
from mailwright.model.event import Event, encode_event

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef

COUNT = 500  # records a request, and bytes with their keys: Kinesis's limits
BYTES = 5_000_000
RECORD = 24_000  # bytes of a record of several events: with its key one unit of 25 KB on the bill
TRIES = 3
# Answers to a whole request that mean the same as a throttled record: not written, try later.
_BUSY = frozenset({
    "ProvisionedThroughputExceededException", "KMSThrottlingException", "LimitExceededException", "ThrottlingException",
    "InternalFailureException", "InternalFailure", "ServiceUnavailable",
})  # fmt: skip


class _Entry(NamedTuple):
    """A record: events, and as they are written."""

    events: list[Event]
    data: bytes


class EventsStream:
    """Implements workflow.ports.Stream. Events of one customer that come together travel in one record, a line each:
    what reads the stream pays by the record.
    """

    def __init__(self, client: "KinesisClient", name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def put(self, events: Sequence[Event]) -> list[Event]:
        """Put events, each to its customer's partition; those that Kinesis keeps refusing come back, in order.

        Only what failed is sent again. Raises what botocore raises when the stream itself cannot be used.
        """
        sized = ((entry, len(entry.data) + len(entry.events[0].customer_id.encode())) for entry in _records(events))
        refused = [entry for batch in batches(sized, COUNT, BYTES) for entry in self._send(list(batch))]
        left = {id(event) for entry in refused for event in entry.events}
        return [event for event in events if id(event) in left]

    def _send(self, batch: list[_Entry]) -> list[_Entry]:
        for attempt in range(TRIES):
            if attempt:
                self._sleep(0.1 * 2**attempt)
            batch = self._once(batch)
            if not batch:
                break
        return batch

    def _once(self, batch: list[_Entry]) -> list[_Entry]:
        """One request; what of it failed."""
        try:
            reply = self._client.put_records(StreamName=self._name, Records=[_record(entry) for entry in batch])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _BUSY:
                return batch
            raise
        if not reply.get("FailedRecordCount"):
            return []
        results: list[Any] = list(reply["Records"])
        return [entry for entry, result in zip(batch, results, strict=True) if result.get("ErrorCode")]


def _records(events: Sequence[Event]) -> Iterator[_Entry]:
    """Events in the order of each customer. What concerns no profile is read by the lake alone, and has no order."""
    together: dict[str | None, list[tuple[tuple[Event, bytes], int]]] = {}
    for event in events:
        data = encode_event(event)
        key = event.customer_id if concerns_a_profile(event) else None
        together.setdefault(key, []).append(((event, data), len(data) + 1))
    for found in together.values():
        for part in batches(found, len(found), RECORD):
            yield _Entry([event for event, _ in part], b"\n".join(data for _, data in part))


def _record(entry: _Entry) -> "PutRecordsRequestEntryTypeDef":
    return {"Data": entry.data, "PartitionKey": entry.events[0].customer_id}
