"""The Kinesis stream "events": every change to a profile, each in its customer's partition."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from mailwright.model.batches import batches
from mailwright.model.event import Event, encode_event

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsRequestEntryTypeDef

COUNT = 500  # records a request, and bytes with their keys: Kinesis's limits
BYTES = 5_000_000
TRIES = 3
# Answers to a whole request that mean the same as a throttled record: not written, try later.
_BUSY = frozenset({
    "ProvisionedThroughputExceededException", "KMSThrottlingException", "LimitExceededException", "ThrottlingException",
    "InternalFailureException", "InternalFailure", "ServiceUnavailable",
})  # fmt: skip

_Entry = tuple[Event, bytes]  # and as it is written


class EventsStream:
    """Implements workflow.ports.Stream."""

    def __init__(self, client: "KinesisClient", name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def put(self, events: Sequence[Event]) -> list[Event]:
        """Put events, each to its customer's partition; those that Kinesis keeps refusing come back, in order.

        Only what failed is sent again. Raises what botocore raises when the stream itself cannot be used.
        """
        entries = [(event, encode_event(event)) for event in events]
        sized = ((entry, len(entry[1]) + len(entry[0].customer_id.encode())) for entry in entries)
        left: list[Event] = []
        for batch in batches(sized, COUNT, BYTES):
            left.extend(event for event, _ in self._send(list(batch)))
        return left

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
            reply = self._client.put_records(StreamName=self._name, Records=[_record(*entry) for entry in batch])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _BUSY:
                return batch
            raise
        if not reply.get("FailedRecordCount"):
            return []
        results: list[Any] = list(reply["Records"])
        return [entry for entry, result in zip(batch, results, strict=True) if result.get("ErrorCode")]


def _record(event: Event, data: bytes) -> "PutRecordsRequestEntryTypeDef":
    return {"Data": data, "PartitionKey": event.customer_id}
