"""The rules of a queue and its trigger, one test a rule, on both engines; docs/world.md gives each rule's source."""

import json

import pytest
from botocore.exceptions import ClientError

from functions.wiring import Function, Trigger
from local.world import names
from local.world.clock import Clock
from local.world.invoke import Invoker
from local.world.pollers.sqs import SqsTrigger
from local.world.world import engine

SECOND = 1_000
START = 1_793_527_200_000
URL = names.queue_url("work")
DEAD = names.queue_url("work-dead")


class Room:
    """A queue with a function that does as it is told, and a record of every delivery."""

    def __init__(self, found, batch=10, window=0, visibility=360, receives=3):
        options = {"queue": "work", "batch": batch, "window": window, "visibility": visibility, "receives": receives}
        trigger = Trigger("sqs", options)
        function = Function("worker", "", 128, 60, (), (trigger,), {})
        self.engine, self.clock = found, found.clock
        found.build([function])
        self.sqs = found.sqs
        self.calls = []
        self.events = []
        self.answer = lambda bodies: None
        self.invoker = Invoker(self.clock, lambda name: self._handle)
        self.trigger = SqsTrigger(found, function, trigger, self.invoker)

    def _handle(self, event, context):
        self.events.append(event)
        bodies = [record["body"] for record in event["Records"]]
        self.calls.append(((self.clock() - START) // SECOND, "".join(bodies)))
        answer = self.answer(bodies)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, list):
            ids = [record["messageId"] for record in event["Records"] if record["body"] in answer]
            return {"batchItemFailures": [{"itemIdentifier": name} for name in ids]}
        return answer

    def send(self, bodies, delay=0):
        for body in bodies:
            self.sqs.send_message(QueueUrl=URL, MessageBody=body, DelaySeconds=delay)
        self.trigger.look()

    def run(self, steps=1_000):
        for _ in range(steps):
            if not self.clock.step():
                return
            self.trigger.look()
        raise AssertionError("the queue does not come to rest")

    def left(self, name="work"):
        return [message.body for message in self.sqs.queues[name].messages.values()]


@pytest.fixture(params=["memory", "moto"])
def room(request):
    made = []

    def make(**options):
        made.append(engine(request.param, Clock(START), strict=True))
        return Room(made[-1], **options)

    yield make
    for found in made:
        found.close()


def test_messages_come_at_once_in_batches_and_are_deleted_when_they_succeed(room):
    it = room(batch=2)
    it.send("abc")
    it.run()
    assert it.calls == [(0, "ab"), (0, "c")]
    assert it.left() == []


def test_a_window_gathers_a_batch_of_more_than_ten(room):
    it = room(batch=25, window=5)
    it.send("abcdefghijklmnopqrstuvwxyz")
    it.run()
    assert it.calls == [(5, "abcdefghijklmnopqrstuvwxy"), (5, "z")]


def test_a_delayed_message_comes_when_its_delay_ends(room):
    it = room()
    it.send("a", delay=900)
    it.send("b")
    it.run()
    assert it.calls == [(0, "b"), (900, "a")]
    with pytest.raises(ClientError):
        it.send("c", delay=901)


def test_reported_messages_come_back_when_their_visibility_ends_and_the_others_are_gone(room):
    it = room()
    answers = iter([["b"], []])
    it.answer = lambda bodies: next(answers)
    it.send("abc")
    it.run()
    assert it.calls == [(0, "abc"), (360, "b")]
    assert it.left() == []


def test_an_exception_brings_the_whole_batch_back(room):
    it = room()
    answers = iter([ValueError("no"), None])
    it.answer = lambda bodies: next(answers)
    it.send("ab")
    it.run()
    assert it.calls == [(0, "ab"), (360, "ab")]
    assert [failure.error for failure in it.invoker.failures] == ["ValueError: no"]


def test_an_answer_that_names_no_message_brings_the_whole_batch_back(room):
    it = room()
    answers = iter([{"batchItemFailures": [{"itemIdentifier": "someone else's"}]}, None])
    it.answer = lambda bodies: next(answers)
    it.send("ab")
    it.run()
    assert it.calls == [(0, "ab"), (360, "ab")]


def test_a_message_received_too_often_goes_to_the_dead_letters_as_it_was(room):
    it = room(receives=3)
    it.answer = lambda bodies: ["a"]
    it.send("ab")
    it.run()
    assert it.calls == [(0, "ab"), (360, "a"), (720, "a")]
    assert it.left() == []
    assert it.left("work-dead") == ["a"]
    (message,) = it.sqs.receive_message(QueueUrl=DEAD)["Messages"]
    assert message["Body"] == "a"


def test_dead_letters_can_be_sent_back_to_work(room):
    it = room(receives=1)
    it.answer = lambda bodies: ["a"]
    it.send("a")
    it.run()
    it.answer = lambda bodies: None
    (message,) = it.sqs.receive_message(QueueUrl=DEAD)["Messages"]
    it.send(message["Body"])
    it.sqs.delete_message(QueueUrl=DEAD, ReceiptHandle=message["ReceiptHandle"])
    it.run()
    assert it.calls == [(0, "a"), (360, "a")]
    assert it.left() == it.left("work-dead") == []


def test_a_handler_may_change_when_its_message_comes_back(room):
    it = room()

    def extend(bodies):
        handle = it.events[-1]["Records"][0]["receiptHandle"]
        if len(it.events) == 1:
            it.sqs.change_message_visibility(QueueUrl=URL, ReceiptHandle=handle, VisibilityTimeout=1_000)
            return ["a"]
        return None

    it.answer = extend
    it.send("a")
    it.run()
    assert it.calls == [(0, "a"), (1_000, "a")]


def test_visibility_ends_12_hours_after_the_receive_at_the_latest(room):
    it = room()
    it.send("a")
    (message,) = it.sqs.receive_message(QueueUrl=URL)["Messages"]
    handle = {"QueueUrl": URL, "ReceiptHandle": message["ReceiptHandle"]}
    it.clock.reach(START + 60 * SECOND)
    with pytest.raises(ClientError, match="beyond the limit"):
        it.sqs.change_message_visibility(**handle, VisibilityTimeout=43_200)
    it.sqs.change_message_visibility(**handle, VisibilityTimeout=43_140)


def test_the_receipt_of_an_earlier_receive_deletes_nothing(room):
    it = room()
    it.send("a")
    (first,) = it.sqs.receive_message(QueueUrl=URL, VisibilityTimeout=1)["Messages"]
    it.clock.reach(START + 2 * SECOND)
    it.sqs.receive_message(QueueUrl=URL)
    it.sqs.delete_message(QueueUrl=URL, ReceiptHandle=first["ReceiptHandle"])
    assert it.left() == ["a"]


def test_a_message_is_kept_for_its_retention_and_no_longer(room):
    it = room()
    it.send("a", delay=900)
    it.sqs.queues["work"].retention = 600
    it.run()
    assert it.calls == []
    assert it.left() == []


def test_the_event_has_the_form_of_lambdas(room):
    it = room()
    it.send(["{}"])
    it.run()
    (record,) = it.events[0]["Records"]
    assert json.loads(json.dumps(record)) == record
    assert record.pop("messageId").count("-") == 4
    assert record.pop("receiptHandle")
    assert record.pop("attributes") == {
        "SenderId": names.ACCOUNT,
        "SentTimestamp": str(START),
        "ApproximateReceiveCount": "1",
        "ApproximateFirstReceiveTimestamp": str(START),
    }
    assert record == {
        "body": "{}",
        "messageAttributes": {},
        "md5OfBody": "99914b932bd37a50b983c5e7c90ae93b",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:work",
        "awsRegion": "us-east-1",
    }
