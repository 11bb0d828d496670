"""The SQS trigger: batches of messages; what succeeded is deleted, the rest comes back when its visibility ends.

docs.aws.amazon.com/lambda/latest/dg/with-sqs.html and services-sqs-errorhandling.html. Up to 10 messages a batch
without a window, up to 10,000 with one. Dead letters are the queue's own doing (its redrive policy).
"""

from typing import Any

from functions.wiring import Function, Trigger
from local.world import names
from local.world.clock import Timer
from local.world.engine import Engine
from local.world.invoke import Invoker
from local.world.pollers.response import Malformed, failed
from mailwright.model.times import SECOND

PAYLOAD = 6 * 1024 * 1024
OVERHEAD = 700  # bytes of the event around one body


class SqsTrigger:
    """Feeds one function from a queue."""

    def __init__(self, engine: Engine, function: Function, trigger: Trigger, invoker: Invoker) -> None:
        self._engine = engine
        self._sqs = engine.sqs
        self._function = function
        self._invoker = invoker
        self._queue: str = trigger["queue"]
        self._url = names.queue_url(self._queue)
        self._batch: int = trigger["batch"]
        self._window: int = trigger["window"] * SECOND
        self._timer: Timer | None = None
        self._due: int | None = None

    def look(self, *, at_once: bool = False) -> None:
        """Wait for the next message to be visible, and then for the window to pass unless there is a backlog."""
        visible = self._sqs.next_visible(self._queue)
        due = None if visible is None else max(visible, self._engine.clock()) + (0 if at_once else self._window)
        running = self._timer is not None and self._timer.live and self._due is not None
        if running and due is not None and self._due is not None and self._due <= due:
            return  # the window that is open ends before
        self._engine.clock.cancel(self._timer)
        self._due = due
        if due is not None:
            self._timer = self._engine.clock.at(due, self._deliver)

    def _deliver(self) -> None:
        messages = self._receive()
        if messages:
            answer, failure = self._invoker(self._function, self._event(messages), len(messages))
            if failure is None:
                self._delete(messages, answer)
        self._due = None
        self.look(at_once=len(messages) == self._batch)

    def _receive(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        size = 0
        while len(messages) < self._batch and size < PAYLOAD - 10 * OVERHEAD:
            most = min(10, self._batch - len(messages))
            found = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=most).get("Messages", [])
            if not found:
                break
            messages += found
            size += sum(len(message["Body"]) + OVERHEAD for message in found)
        return messages

    def _delete(self, messages: list[dict[str, Any]], answer: Any) -> None:
        """Delete what was not reported as failed; nothing at all when the answer cannot be understood."""
        try:
            left = failed(answer, {message["MessageId"] for message in messages})
        except Malformed:
            return
        done = [message for message in messages if message["MessageId"] not in left]
        for start in range(0, len(done), 10):
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(done[start : start + 10])
            ]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def _event(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                    "messageAttributes": {},
                    "md5OfBody": message["MD5OfBody"],
                    "eventSource": "aws:sqs",
                    "eventSourceARN": names.arn("sqs", self._queue),
                    "awsRegion": names.REGION,
                }
                for message in messages
            ]
        }
