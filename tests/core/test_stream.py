"""The contract of Stream, on the fake and on moto's Kinesis; and how EventsStream meets Kinesis's limits."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from mailwright.model.event import Event, decode_event, lines
from mailwright.queue.stream import BYTES, COUNT, RECORD, TRIES, EventsStream
from mailwright.store.clients import config
from mailwright.workflow.ports import Stream
from tests.fakes.aws import credentials
from tests.fakes.stream import FakeStream

Written = Callable[[], list[tuple[str, Event]]]  # partition key and event, in the order of each partition


def an_event(number: int, customer: str = "c1", size: int = 0) -> Event:
    return Event(f"e{number:04d}", 1_767_225_600_000 + number, customer, "track", "Store Visited", "bus",
                 {"a": "x" * size})  # fmt: skip


@pytest.fixture(params=["fake", "moto"])
def stream(request: pytest.FixtureRequest) -> Iterator[tuple[Stream, Written]]:
    if request.param == "fake":
        fake = FakeStream()
        yield fake, lambda: [(event.customer_id, event) for event in fake.events]
        return
    with credentials(), mock_aws():
        client = boto3.client("kinesis", config=config("kinesis"))
        client.create_stream(StreamName="events", ShardCount=2)

        def written() -> list[tuple[str, Event]]:
            found = []
            for shard in client.list_shards(StreamName="events")["Shards"]:
                start = client.get_shard_iterator(
                    StreamName="events", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
                )["ShardIterator"]
                records = client.get_records(ShardIterator=start, Limit=10_000)["Records"]
                found += [(one["PartitionKey"], decode_event(each)) for one in records for each in lines(one["Data"])]
            return found

        yield EventsStream(client, "events"), written


def test_events_arrive_whole_in_their_customers_partition(stream: tuple[Stream, Written]) -> None:
    put, written = stream
    events = [an_event(1, "c1"), an_event(2, "c2"), an_event(3, "c1"), an_event(4, "Zoë 🎈")]
    assert put.put(events) == []
    assert sorted(written(), key=lambda pair: pair[1].id) == [(event.customer_id, event) for event in events]
    assert [event.id for _, event in written() if event.customer_id == "c1"] == ["e0001", "e0003"]


def test_more_events_than_one_request_takes_all_arrive(stream: tuple[Stream, Written]) -> None:
    put, written = stream
    events = [an_event(number, f"c{number % 7}") for number in range(COUNT * 2 + 1)]
    assert put.put(events) == []
    assert {event.id for _, event in written()} == {event.id for event in events}


def test_nothing_is_nothing(stream: tuple[Stream, Written]) -> None:
    put, written = stream
    assert put.put([]) == []
    assert written() == []


class Client:
    """A Kinesis that fails the records it is told to, and remembers each request."""

    def __init__(self, *fails: set[int] | str) -> None:
        self.fails = list(fails)  # for each request: places of records that fail, or the code of an error
        self.requests: list[list[dict[str, Any]]] = []

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.requests.append(Records)
        fail = self.fails.pop(0) if self.fails else set()
        if isinstance(fail, str):
            raise ClientError({"Error": {"Code": fail, "Message": fail}}, "PutRecords")
        results = [
            {"ErrorCode": "ProvisionedThroughputExceededException"} if place in fail else {"SequenceNumber": "1"}
            for place in range(len(Records))
        ]
        return {"FailedRecordCount": len(fail), "Records": results}

    def ids(self) -> list[list[str]]:
        return [
            [decode_event(each).id for record in request for each in lines(record["Data"])] for request in self.requests
        ]


def over(client: Any) -> tuple[EventsStream, list[float]]:
    slept: list[float] = []
    return EventsStream(client, "events", slept.append), slept


def test_only_what_failed_is_sent_again() -> None:
    client = Client({1, 3}, {0})
    stream, slept = over(client)
    assert stream.put([an_event(number, f"c{number}") for number in range(4)]) == []
    assert client.ids() == [["e0000", "e0001", "e0002", "e0003"], ["e0001", "e0003"], ["e0001"]]
    assert len(slept) == 2


def test_what_keeps_failing_comes_back() -> None:
    client = Client({0}, {0}, {0}, {0})
    stream, _ = over(client)
    events = [an_event(1), an_event(2, "c2"), an_event(3)]
    assert stream.put(events) == [events[0], events[2]]
    assert len(client.requests) == TRIES


def test_a_throttled_request_is_a_request_of_throttled_records() -> None:
    stream, _ = over(Client("ProvisionedThroughputExceededException"))
    assert stream.put([an_event(1)]) == []
    stream, _ = over(Client(*["ThrottlingException"] * TRIES))
    assert stream.put([an_event(1)]) == [an_event(1)]


def test_a_stream_that_is_not_there_is_an_error() -> None:
    stream, _ = over(Client("ResourceNotFoundException"))
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        stream.put([an_event(1)])


def test_requests_keep_to_kinesis_limits() -> None:
    client = Client()
    stream, _ = over(client)
    many = range(COUNT + 1)
    events = [an_event(number, size=200_000) for number in range(60)] + [an_event(99 + n, f"c{n + 2}") for n in many]
    assert stream.put(events) == []
    assert [name for request in client.ids() for name in request] == [event.id for event in events]
    for request in client.requests:
        assert len(request) <= COUNT
        assert sum(len(record["Data"]) + len(record["PartitionKey"].encode()) for record in request) <= BYTES


def test_a_customers_events_travel_together_in_their_order_and_within_one_unit_of_the_bill() -> None:
    client = Client()
    stream, _ = over(client)
    events = [an_event(number, f"c{number % 2}", size=1_000) for number in range(60)]
    assert stream.put(events) == []
    (request,) = client.requests
    assert [record["PartitionKey"] for record in request] == ["c0", "c0", "c1", "c1"]
    assert all(len(record["Data"]) <= RECORD for record in request)
    assert sorted(client.ids()[0]) == [event.id for event in events]
    assert client.ids()[0][:30] == [event.id for event in events[::2]]


def test_what_no_profile_reads_travels_together_whoever_it_is_about() -> None:
    client = Client()
    stream, _ = over(client)
    told = [Event(f"s{n}", 1_767_225_600_000, f"c{n}", "track", "Email Delivered", "ses") for n in range(5)]
    assert stream.put([*told, an_event(1, "c1")]) == []
    assert [len(lines(record["Data"])) for record in client.requests[0]] == [5, 1]
