"""Queues whose messages live in moto and whose times are ours.

moto's own delays and visibility run by the machine's clock. So each message is received from moto as soon as it is
sent, hidden there for as long as SQS allows, and shown, counted and timed here; deleting it deletes it there.
"""

from typing import Any

from local.world.clock import Clock
from local.world.memory.queue import Message, Queue
from local.world.memory.sqs import MOST_VISIBILITY, Sqs
from local.world.meter import Meter
from local.world.names import queue_url


class MotoSqs(Sqs):
    """The sqs client of the moto engine."""

    def __init__(self, clock: Clock, meter: Meter, below: Any, *, strict: bool = False) -> None:
        super().__init__(clock, meter, strict=strict)
        self._below = below
        self._handles: dict[str, str] = {}

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        """A queue there and here; the redrive policy is ours to carry out."""
        self._below.create_queue(QueueName=request["QueueName"])
        return super().create(request)

    def keep(self, queue: Queue, body: str) -> str:
        """Store a message in moto; its id."""
        url = queue_url(queue.name)
        name: str = self._below.send_message(QueueUrl=url, MessageBody=body)["MessageId"]
        (message,) = self._below.receive_message(QueueUrl=url, VisibilityTimeout=MOST_VISIBILITY)["Messages"]
        assert message["MessageId"] == name, "moto gave another message than the only visible one"
        self._handles[name] = message["ReceiptHandle"]
        return name

    def forget(self, queue: Queue, message: Message) -> None:
        """Delete a message, there and here."""
        self._below.delete_message(QueueUrl=queue_url(queue.name), ReceiptHandle=self._handles.pop(message.id))
        super().forget(queue, message)

    def bury(self, queue: Queue, dead: Queue, message: Message) -> None:
        """Move a message to the dead, there under a new id, here under its own."""
        super().bury(queue, dead, message)
        self._handles[message.id] = self._handles.pop(self.keep(dead, message.body))
