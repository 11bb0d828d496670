"""SQS standard queues on the virtual clock: delay, visibility, receive counts and redrive to a dead-letter queue.

docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide: sqs-visibility-timeout.html, sqs-delay-queues.html,
sqs-dead-letter-queues.html; limits of the operations from their API reference.
"""

import heapq
import json
from collections.abc import Callable, Iterator
from hashlib import md5, sha256
from typing import Any

from botocore.exceptions import ClientError

from local.world.clock import Clock
from local.world.memory.queue import Message, Queue
from local.world.memory.service import Service, operation
from local.world.meter import KB, Meter

MESSAGE_LIMIT = 1024 * KB
MOST_VISIBILITY = 43_200  # seconds from a receive
ACCOUNT = "123456789012"
CHUNK = 64 * KB  # SQS bills a request for each started 64 KB


class Sqs(Service):
    """The client. `told` is called with (queue, body) for every message sent, so that a world can keep count."""

    service = "sqs"

    def __init__(self, clock: Clock, meter: Meter, *, strict: bool = False) -> None:
        super().__init__(clock, meter, strict=strict)
        self.queues: dict[str, Queue] = {}
        self.told: Callable[[str, str], None] = lambda queue, body: None
        self._count = 0

    @operation("QueueName", "Attributes")
    def create_queue(self, request: dict[str, Any]) -> dict[str, Any]:
        return self.create(request)

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        """A queue with its times and redrive policy."""
        name, given = request["QueueName"], request.get("Attributes", {})
        redrive = json.loads(given.get("RedrivePolicy", "{}"))
        self.queues[name] = Queue(
            name,
            int(given.get("VisibilityTimeout", 30)),
            redrive.get("maxReceiveCount"),
            redrive["deadLetterTargetArn"].rpartition(":")[2] if redrive else None,
            int(given.get("MessageRetentionPeriod", 345_600)),
        )
        return {"QueueUrl": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{name}"}

    @operation("QueueUrl", "MessageBody", "DelaySeconds")
    def send_message(self, request: dict[str, Any]) -> dict[str, Any]:
        queue = self._queue("SendMessage", request)
        self._check("SendMessage", [request])
        return self._send(queue, request)

    @operation("QueueUrl", "Entries")
    def send_message_batch(self, request: dict[str, Any]) -> dict[str, Any]:
        queue = self._queue("SendMessageBatch", request)
        self._check("SendMessageBatch", self._entries("SendMessageBatch", request))
        return {"Successful": [{"Id": entry["Id"], **self._send(queue, entry)} for entry in request["Entries"]]}

    @operation("QueueUrl", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds", "MessageSystemAttributeNames",
               "AttributeNames")  # fmt: skip
    def receive_message(self, request: dict[str, Any]) -> dict[str, Any]:
        queue = self._queue("ReceiveMessage", request)
        most = request.get("MaxNumberOfMessages", 1)
        if not 1 <= most <= 10:
            raise self._bad("ReceiveMessage", "MaxNumberOfMessages must be between 1 and 10")
        found: list[dict[str, Any]] = []
        for message in self._ready(queue):
            self._received(queue, message, request.get("VisibilityTimeout", queue.visibility))
            found.append(_shape(message))
            if len(found) == most:
                break
        return {"Messages": found} if found else {}

    @operation("QueueUrl", "ReceiptHandle")
    def delete_message(self, request: dict[str, Any]) -> dict[str, Any]:
        self._delete(self._queue("DeleteMessage", request), request["ReceiptHandle"])
        return {}

    @operation("QueueUrl", "Entries")
    def delete_message_batch(self, request: dict[str, Any]) -> dict[str, Any]:
        queue = self._queue("DeleteMessageBatch", request)
        for entry in self._entries("DeleteMessageBatch", request):
            self._delete(queue, entry["ReceiptHandle"])
        return {"Successful": [{"Id": entry["Id"]} for entry in request["Entries"]]}

    @operation("QueueUrl", "ReceiptHandle", "VisibilityTimeout")
    def change_message_visibility(self, request: dict[str, Any]) -> dict[str, Any]:
        queue = self._queue("ChangeMessageVisibility", request)
        now, seconds = self.clock(), request["VisibilityTimeout"]
        message = queue.messages.get(request["ReceiptHandle"].partition("#")[0])
        if message is None or message.receipt != request["ReceiptHandle"]:
            raise self._bad("ChangeMessageVisibility", "The receipt handle has expired", "ReceiptHandleIsInvalid")
        if message.visible <= now:
            raise self._bad("ChangeMessageVisibility", "The message is not in flight", "MessageNotInflight")
        if not seconds >= 0 or now + seconds * 1000 > message.last + MOST_VISIBILITY * 1000:
            limit = f"Total VisibilityTimeout for the message is beyond the limit [{MOST_VISIBILITY} seconds]"
            raise self._bad("ChangeMessageVisibility", limit)
        queue.show(message, now + seconds * 1000)
        return {}

    @operation("QueueUrl", "AttributeNames")
    def get_queue_attributes(self, request: dict[str, Any]) -> dict[str, Any]:
        queue, now = self._queue("GetQueueAttributes", request), self.clock()
        waiting = sum(message.visible <= now for message in queue.messages.values())
        delayed = sum(message.visible > now and not message.receives for message in queue.messages.values())
        return {
            "Attributes": {
                "QueueArn": arn(queue.name),
                "ApproximateNumberOfMessages": str(waiting),
                "ApproximateNumberOfMessagesDelayed": str(delayed),
                "ApproximateNumberOfMessagesNotVisible": str(len(queue.messages) - waiting - delayed),
            }
        }

    def next_visible(self, name: str) -> int | None:
        """When a queue has a message to receive: for a poller that jumps instead of polling."""
        return self.queues[name].next

    def _send(self, queue: Queue, entry: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        now, body = self.clock(), entry["MessageBody"]
        name = self.keep(queue, body)
        message = Message(self._count, name, body, now, now)
        queue.messages[name] = message
        queue.show(message, now + entry.get("DelaySeconds", 0) * 1000)
        self.meter.add("requests of 64 KB", queue.name, -(-len(body) // CHUNK))
        self.told(queue.name, body)
        return {"MessageId": name, "MD5OfMessageBody": md5(body.encode(), usedforsecurity=False).hexdigest()}

    def _ready(self, queue: Queue) -> Iterator[Message]:
        """Messages to be received now, oldest first; those received too often go to the dead, the expired are gone."""
        while (visible := queue.next) is not None and visible <= self.clock():
            message = queue.messages[heapq.heappop(queue.order)[2]]
            if self.clock() - message.sent >= queue.retention * 1000:
                self.forget(queue, message)
            elif queue.most is not None and queue.dead is not None and message.receives >= queue.most:
                self.bury(queue, self.queues[queue.dead], message)
            else:
                yield message

    def _received(self, queue: Queue, message: Message, visibility: int) -> None:
        message.receives += 1
        message.first = message.first or self.clock()
        message.last = self.clock()
        message.receipt = f"{message.id}#{message.receives}"
        queue.show(message, self.clock() + visibility * 1000)

    def keep(self, queue: Queue, body: str) -> str:
        """The id of a new message."""
        digest = sha256(f"{queue.name}:{self._count}".encode()).hexdigest()
        return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))

    def bury(self, queue: Queue, dead: Queue, message: Message) -> None:
        """Move a message to its dead-letter queue, as it is."""
        self.forget(queue, message)
        dead.messages[message.id] = message
        dead.show(message, self.clock())

    def forget(self, queue: Queue, message: Message) -> None:
        """Take a message out of its queue."""
        del queue.messages[message.id]

    def _delete(self, queue: Queue, receipt: str) -> None:
        """A receipt handle of an earlier receive deletes nothing, and says nothing, as on AWS."""
        message = queue.messages.get(receipt.partition("#")[0])
        if message is not None and message.receipt == receipt:
            self.forget(queue, message)

    def _queue(self, operation: str, request: dict[str, Any]) -> Queue:
        name = request["QueueUrl"].rpartition("/")[2]
        if name not in self.queues:
            raise self._bad(operation, "The specified queue does not exist", "QueueDoesNotExist")
        return self.queues[name]

    def _entries(self, operation: str, request: dict[str, Any]) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = request["Entries"]
        if not 1 <= len(entries) <= 10 or len({entry["Id"] for entry in entries}) != len(entries):
            raise self._bad(operation, "A batch takes 1 to 10 entries, each with an Id of its own")
        return entries

    def _check(self, operation: str, entries: list[dict[str, Any]]) -> None:
        if sum(len(entry["MessageBody"].encode()) for entry in entries) > MESSAGE_LIMIT:
            raise self._bad(operation, f"A request must be shorter than {MESSAGE_LIMIT} bytes")
        if not all(entry["MessageBody"] and 0 <= entry.get("DelaySeconds", 0) <= 900 for entry in entries):
            raise self._bad(operation, "A message needs a body, and a delay of 0 to 900 seconds")

    def _bad(self, operation: str, message: str, code: str = "InvalidParameterValue") -> ClientError:
        return self.error(operation, code, message)


def arn(name: str) -> str:
    """The ARN of a queue of this account."""
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def _shape(message: Message) -> dict[str, Any]:
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": md5(message.body.encode(), usedforsecurity=False).hexdigest(),
        "Attributes": {
            "SenderId": ACCOUNT,
            "SentTimestamp": str(message.sent),
            "ApproximateReceiveCount": str(message.receives),
            "ApproximateFirstReceiveTimestamp": str(message.first),
        },
    }
