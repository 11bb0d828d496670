"""The `sends` queue: emails that were decided and are on their way to `send`."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mailwright.model.batches import batches
from mailwright.model.send import SendTask, encode_json

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

COUNT = 10  # messages a request, and bytes: SQS's limits
BYTES = 1_000_000
TRIES = 5


class QueueRefused(RuntimeError):
    """SQS did not take every task; what it did take is queued, and comes again when the caller is retried."""


class SendsQueue:
    """Implements workflow.ports.Queue."""

    def __init__(self, client: "SQSClient", url: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._url = url
        self._sleep = sleep

    def put(self, tasks: Sequence[SendTask], delay: int = 0) -> None:
        """Queue tasks, each held back `delay` seconds (0 to 900). Raises QueueRefused when SQS keeps refusing one."""
        bodies = [_body(task) for task in tasks]
        for batch in batches(((body, len(body.encode())) for body in bodies), COUNT, BYTES):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": body, "DelaySeconds": delay} for number, body in enumerate(batch)
            ]
            self._send(entries)

    def _send(self, entries: "list[SendMessageBatchRequestEntryTypeDef]") -> None:
        for attempt in range(TRIES):
            if attempt:
                self._sleep(0.05 * 2**attempt)
            failed = self._client.send_message_batch(QueueUrl=self._url, Entries=entries).get("Failed", [])
            if not failed:
                return
            if faults := [entry for entry in failed if entry["SenderFault"]]:
                raise QueueRefused(
                    f"SQS refuses {len(faults)} task(s): {faults[0]['Code']} {faults[0].get('Message', '')}"
                )
            left = {entry["Id"] for entry in failed}
            entries = [entry for entry in entries if entry["Id"] in left]
        raise QueueRefused(f"SQS did not take {len(entries)} task(s) in {TRIES} tries")


def _body(task: SendTask) -> str:
    # The two characters that JSON allows and SQS does not.
    return encode_json(task).decode().replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
