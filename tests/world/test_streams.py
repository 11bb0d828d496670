"""The stream and table triggers, with a tiny function: the form of events, filters, and what is given up on."""

import base64
import json

import pytest

from functions.wiring import Function, Trigger
from local.world import names
from local.world.world import World
from mailwright.model.content import Content, Shop
from mailwright.model.event import Event, encode_event
from mailwright.model.times import MINUTE, parse_iso

START = parse_iso("2026-11-01T10:00:00Z")
CONTENT = Content(Shop("Shop", "https://shop.example.com", "Shop <shop@example.com>", "1 Road"))
STREAM = {"stream": "events", "batch": 100, "window": 60, "retries": 1, "max_age": 3600, "bisect": True, "parallel": 1}
TABLE = {"table": "customers", "batch": 100, "window": 1, "retries": 1, "max_age": 3600, "bisect": True}
FILTER = '{"dynamodb": {"NewImage": {"pend": {"B": [{"exists": true}]}}}}'
FEEDBACK = Trigger("sqs", {"queue": "feedback", "batch": 10, "window": 0, "visibility": 60, "receives": 3})


class Room:
    """A world of one function that does as it is told."""

    def __init__(self, engine, *triggers):
        function = Function("worker", "", 128, 60, (), triggers, {})
        self.events = []
        self.handle = lambda event: None
        self.world = World(engine, CONTENT, START, functions=[function], handler=lambda name: self._handler)

    def _handler(self, event, context):
        assert json.loads(json.dumps(event)) == event, "an event of Lambda is JSON"
        assert context.get_remaining_time_in_millis() == 60_000
        self.events.append(event)
        return self.handle(event)

    def stream(self, *events):
        records = [{"Data": encode_event(event), "PartitionKey": event.customer_id} for event in events]
        self.world.engine.client("kinesis").put_records(StreamName=names.STREAM, Records=records)
        self.world.look()

    def put(self, row="profile", **more):
        item = {"customer_id": {"S": "ada"}, "row": {"S": row}, **more}
        self.world.engine.client("dynamodb").put_item(TableName=names.TABLE, Item=item)
        self.world.look()


@pytest.fixture(params=["memory", "moto"])
def room(request):
    made = []

    def make(*triggers):
        made.append(Room(request.param, *triggers))
        return made[-1]

    yield make
    for one in made:
        one.world.close()


def event(name, number=1):
    return Event(f"e{number}", START, name, "track", "Product Viewed", "segment")


def test_a_kinesis_event_has_the_form_of_lambdas(room):
    it = room(Trigger("kinesis", STREAM))
    it.stream(event("ada"))
    it.world.advance(START + MINUTE)
    ((record,),) = [each["Records"] for each in it.events]
    kinesis = record.pop("kinesis")
    number = kinesis.pop("sequenceNumber")
    assert base64.b64decode(kinesis.pop("data")) == encode_event(event("ada"))
    assert kinesis == {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": "ada",
        "approximateArrivalTimestamp": START / 1000,
    }
    assert record == {
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000001:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam:us-east-1:123456789012:role/mailwright-fold",
        "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/events",
    }


def test_each_shard_has_batches_of_its_own(room):
    it = room(Trigger("kinesis", STREAM))
    people = [f"c{n}" for n in range(20)]
    it.stream(*(event(name) for name in people))
    it.world.advance(START + MINUTE)
    assert len(it.events) == 2
    keys = [{record["kinesis"]["partitionKey"] for record in each["Records"]} for each in it.events]
    assert keys[0].isdisjoint(keys[1])
    assert keys[0] | keys[1] == set(people)


def test_parallel_batches_of_a_shard_keep_each_customer_together(room):
    it = room(Trigger("kinesis", {**STREAM, "parallel": 4, "batch": 3}))
    it.stream(*(event(f"c{n % 8}", n) for n in range(40)))
    it.world.advance(START + 10 * MINUTE)
    seen = {}
    for number, each in enumerate(it.events):
        for record in each["Records"]:
            data = json.loads(base64.b64decode(record["kinesis"]["data"]))
            seen.setdefault(data["customer_id"], []).append((number, int(data["id"][1:])))
    assert len(it.events) > 4
    for places in seen.values():
        assert [number for _, number in places] == sorted(number for _, number in places)


def test_a_table_event_has_the_new_image_with_bytes_in_base64(room):
    it = room(Trigger("table", {**TABLE, "filter": FILTER}))
    it.put(v={"N": "1"}, pend={"B": b"\x00p"}, more={"M": {"l": {"L": [{"B": b"x"}]}}})
    it.world.advance(START + MINUTE)
    ((record,),) = [each["Records"] for each in it.events]
    change = record.pop("dynamodb")
    assert record.pop("eventID")
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "eventSourceARN": it.world.engine.stream_arn,
    }
    assert change.pop("SequenceNumber").isdecimal()
    assert change.pop("SizeBytes") > 0
    assert change == {
        "ApproximateCreationDateTime": START // 1000,
        "Keys": {"customer_id": {"S": "ada"}, "row": {"S": "profile"}},
        "NewImage": {
            "customer_id": {"S": "ada"},
            "row": {"S": "profile"},
            "v": {"N": "1"},
            "pend": {"B": "AHA="},
            "more": {"M": {"l": {"L": [{"B": "eA=="}]}}},
        },
        "StreamViewType": "NEW_IMAGE",
    }


def test_what_the_filter_does_not_want_is_never_delivered(room):
    it = room(Trigger("table", {**TABLE, "filter": FILTER}))
    it.put("contact", v={"N": "1"})
    it.put(v={"N": "1"})
    it.put(v={"N": "2"}, pend={"B": b"p"})
    it.world.advance(START + MINUTE)
    assert [record["dynamodb"]["NewImage"]["v"] for each in it.events for record in each["Records"]] == [{"N": "2"}]


def test_a_batch_that_is_given_up_is_whole_in_the_quarantine_bucket(room):
    it = room(Trigger("kinesis", STREAM))

    def handle(received):
        if any("e2" in base64.b64decode(record["kinesis"]["data"]).decode() for record in received["Records"]):
            raise ValueError("cannot")

    it.handle = handle
    it.stream(event("ada", 1), event("ada", 2), event("ada", 3))
    it.world.run_out()
    (kept,) = it.world.quarantined
    assert (kept.where, kept.code, kept.reason) == ("worker", "RetryAttemptsExhausted", "ValueError: cannot")
    assert kept.record["id"] == "e2"
    s3 = it.world.engine.client("s3")
    (entry,) = s3.list_objects_v2(Bucket=names.QUARANTINE)["Contents"]
    assert entry["Key"].startswith("aws/lambda/")
    assert "/shardId-000000000001/2026/11/01/2026-11-01T10.01." in entry["Key"]
    document = json.loads(s3.get_object(Bucket=names.QUARANTINE, Key=entry["Key"])["Body"].read())
    assert document["KinesisBatchInfo"]["batchSize"] == 1
    assert document["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert json.loads(document["payload"])["Records"][0]["kinesis"]["partitionKey"] == "ada"
    assert len(it.world.failures) == 4  # three, two, one and its retry


def test_the_lake_gets_a_copy_of_the_stream_whatever_the_function_does(room):
    it = room(Trigger("kinesis", STREAM), FEEDBACK)
    it.handle = lambda received: 1 / 0
    it.stream(event("ada", 1))
    it.world.run_out()
    assert [json.loads(line)["id"] for line in it.world.app.lake.lines("events/dt=2026-11-01/")] == ["e1"]
