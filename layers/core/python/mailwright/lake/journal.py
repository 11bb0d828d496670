"""The journal: what became of every email, one NDJSON line each, through Firehose to `sends/` in the lake."""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from mailwright.model.batches import batches
from mailwright.model.send import SendRecord, encode_json

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient

COUNT = 500  # records a request, and bytes: Firehose's limits
BYTES = 4_000_000
RECORD = 500_000  # bytes of lines in one record: Firehose bills each as if it had whole 5 KB
TRIES = 5


class JournalRefused(RuntimeError):
    """Firehose did not take every record; the caller's message must come again."""


class FirehoseJournal:
    """Implements workflow.ports.Journal."""

    def __init__(self, client: "FirehoseClient", stream: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._stream = stream
        self._sleep = sleep

    def put(self, records: Iterable[SendRecord]) -> None:
        """Append records. Raises JournalRefused when Firehose keeps refusing one."""
        lines = [encode_json(record) + b"\n" for record in records]
        parts = [b"".join(part) for part in batches(((line, len(line)) for line in lines), len(lines), RECORD)]
        for batch in batches(((part, len(part)) for part in parts), COUNT, BYTES):
            self._put(list(batch))

    def _put(self, parts: list[bytes]) -> None:
        for attempt in range(TRIES):
            if attempt:
                self._sleep(0.05 * 2**attempt)
            reply = self._client.put_record_batch(
                DeliveryStreamName=self._stream, Records=[{"Data": part} for part in parts]
            )
            if not reply["FailedPutCount"]:
                return
            answers = zip(parts, reply["RequestResponses"], strict=True)
            parts = [part for part, answer in answers if answer.get("ErrorCode")]
        raise JournalRefused(f"Firehose did not take {len(parts)} record(s) in {TRIES} tries")
