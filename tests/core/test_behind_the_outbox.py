"""The queue, journal, quarantine and lake: fake and moto keep the same promises, and only what failed is repeated."""

import gzip
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from mailwright.lake.journal import BYTES, RECORD, FirehoseJournal, JournalRefused
from mailwright.lake.lake import S3Lake
from mailwright.lake.quarantine import S3Quarantine, objects
from mailwright.model.batches import batches
from mailwright.model.problem import Quarantined
from mailwright.model.send import SendRecord, SendTask, decode_task, send_key
from mailwright.queue.sends import QueueRefused, SendsQueue
from mailwright.store.clients import config
from mailwright.workflow.ports import LakeUnreachable
from tests.fakes.aws import REGION, credentials
from tests.fakes.lake import FakeLake

AT = 1_795_377_600_000  # 2026-11-22T20:00:00Z
HERE = {"LocationConstraint": REGION}


@pytest.fixture
def aws():
    with credentials(), mock_aws():
        yield lambda service: boto3.client(service, config=config(service))


def task(number: int, **fields: Any) -> SendTask:
    key = send_key("c", "journey:x", "a", number)
    return SendTask(key, "c", "journey:x", "a", "welcome", AT, AT + 1, **fields)


@given(st.lists(st.integers(0, 12)), st.integers(1, 5), st.integers(1, 20))
def test_batches_keep_every_item_in_order_within_count_and_size(sizes, count, size):
    cut = list(batches(((place, weight) for place, weight in enumerate(sizes)), count, size))
    assert [place for batch in cut for place in batch] == list(range(len(sizes)))
    for batch in cut:
        assert 1 <= len(batch) <= count
        assert sum(sizes[place] for place in batch) <= size or len(batch) == 1


def test_every_task_arrives_on_the_queue_as_it_was(aws):
    client = aws("sqs")
    url = client.create_queue(QueueName="sends")["QueueUrl"]
    tasks = [task(number, trace={"who": "Ångström\ufffe\uffff\x01"}) for number in range(23)]
    SendsQueue(client, url).put(tasks)
    found = []
    while got := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found += [decode_task(message["Body"]) for message in got]
    assert sorted(found, key=lambda one: one.key) == sorted(tasks, key=lambda one: one.key)


def test_a_delayed_task_is_not_there_yet(aws):
    client = aws("sqs")
    url = client.create_queue(QueueName="sends")["QueueUrl"]
    SendsQueue(client, url).put([task(1)], delay=900)
    assert "Messages" not in client.receive_message(QueueUrl=url)


class Partial:
    """A client whose batch call fails some entries the first few times."""

    def __init__(self, failing: list[set[int]], *, fault: bool = False) -> None:
        self.failing = failing
        self.fault = fault
        self.calls: list[list[Any]] = []

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.calls.append([entry["Id"] for entry in Entries])
        failing = self.failing.pop(0) if self.failing else set()
        return {
            "Failed": [
                {"Id": entry["Id"], "SenderFault": self.fault, "Code": "InternalError"}
                for entry in Entries
                if int(entry["Id"]) in failing
            ]
        }

    def put_record_batch(self, DeliveryStreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.calls.append([json.loads(line)["key"] for record in Records for line in record["Data"].splitlines()])
        failing = self.failing.pop(0) if self.failing else set()
        answers = [{"ErrorCode": "ServiceUnavailable"} if place in failing else {"RecordId": "1"}
                   for place in range(len(Records))]  # fmt: skip
        return {"FailedPutCount": len(failing), "RequestResponses": answers}


def test_only_the_tasks_that_failed_are_sent_again():
    client = Partial([{1, 3}, {3}])
    SendsQueue(client, "url", sleep=lambda seconds: None).put([task(number) for number in range(5)])  # type: ignore[arg-type]
    assert client.calls == [["0", "1", "2", "3", "4"], ["1", "3"], ["3"]]


def test_a_queue_that_keeps_refusing_is_an_error():
    always = [{0}] * 50
    with pytest.raises(QueueRefused, match="in 5 tries"):
        SendsQueue(Partial(always), "url", sleep=lambda seconds: None).put([task(1)])  # type: ignore[arg-type]
    with pytest.raises(QueueRefused, match="InternalError"):
        SendsQueue(Partial([{0}], fault=True), "url").put([task(1)])  # type: ignore[arg-type]


def record(number: int, size: int = 0) -> SendRecord:
    return SendRecord(f"k{number}", "c", AT, "journey:x", "welcome", "accepted", subject="x" * size)


def test_only_the_journal_lines_that_failed_are_sent_again():
    client = Partial([{1, 3}, {1}])
    records = [record(number, size=RECORD // 2) for number in range(5)]  # too large to travel together
    FirehoseJournal(client, "journal", sleep=lambda seconds: None).put(records)  # type: ignore[arg-type]
    assert client.calls == [["k0", "k1", "k2", "k3", "k4"], ["k1", "k3"], ["k3"]]


def test_a_journal_that_keeps_refusing_is_an_error():
    with pytest.raises(JournalRefused, match="in 5 tries"):
        FirehoseJournal(Partial([{0}] * 9), "j", sleep=lambda seconds: None).put([record(1)])  # type: ignore[arg-type]


def test_lines_of_the_journal_travel_in_one_record_because_firehose_bills_whole_5_kb_of_each():
    client = Partial([{0}])
    FirehoseJournal(client, "journal", sleep=lambda seconds: None).put(map(record, range(9)))  # type: ignore[arg-type]
    assert client.calls == [[f"k{number}" for number in range(9)]] * 2


def test_the_journal_cuts_its_requests_at_four_megabytes():
    client = Partial([])
    FirehoseJournal(client, "journal").put(record(n, size=RECORD // 2) for n in range(20))  # type: ignore[arg-type]
    assert [len(call) for call in client.calls] == [BYTES // (RECORD // 2 + 200), 20 - BYTES // (RECORD // 2 + 200)]


def bad(number: int, **fields: Any) -> Quarantined:
    return Quarantined(**{"at": AT, "where": "send", "code": "x", "reason": "y", "record": {"n": number}, **fields})


def test_the_quarantine_keeps_records_whole_by_place_and_day(aws):
    client = aws("s3")
    client.create_bucket(Bucket="kept", CreateBucketConfiguration=HERE)
    S3Quarantine(lambda: client, "kept").put([bad(1), bad(2), bad(3, where="fold"), bad(4, at=AT + 86_400_000)])
    keys = [entry["Key"] for entry in client.list_objects_v2(Bucket="kept")["Contents"]]
    assert [key.rpartition("/")[0] for key in keys] == [
        "fold/dt=2026-11-22", "send/dt=2026-11-22", "send/dt=2026-11-23",
    ]  # fmt: skip
    lines = client.get_object(Bucket="kept", Key=keys[1])["Body"].read().splitlines()
    assert [json.loads(line)["record"] for line in lines] == [{"n": 1}, {"n": 2}]


def test_a_batch_that_is_quarantined_twice_is_kept_once():
    first, second = objects([bad(1), bad(2)]), objects([bad(1, at=AT + 5), bad(2, at=AT + 5)])
    assert [key for key, _ in first] == [key for key, _ in second]
    assert objects([bad(1)])[0][0] != first[0][0]


@pytest.fixture(params=["fake", "moto"])
def lake(request, aws):
    if request.param == "fake":
        return FakeLake()
    client = aws("s3")
    client.create_bucket(Bucket="lake", CreateBucketConfiguration=HERE)
    return S3Lake(client, "lake")


def test_a_lake_gives_lines_in_key_order_compressed_or_not(lake):
    lake.write("events/dt=2026-11-22/b", b"three\r\n\nfour")
    lake.write("events/dt=2026-11-22/a.gz", gzip.compress(b"one\ntwo\n") + gzip.compress(b"two and a half\n"))
    lake.write("events/dt=2026-11-23/a", b"another day")
    assert list(lake.lines("events/dt=2026-11-22/")) == [b"one", b"two", b"two and a half", b"three", b"four"]
    assert list(lake.lines("events/dt=2026-11-24/")) == []


def test_writing_to_the_lake_replaces(lake):
    lake.write("metrics/dt=2026-11-22.json", b"1\n")
    lake.write("metrics/dt=2026-11-22.json", b"2\n")
    assert list(lake.lines("metrics/")) == [b"2"]


def test_one_object_of_the_lake_and_one_that_is_not_there(lake):
    lake.write("models/a.json", b"{}")
    assert lake.read("models/a.json") == b"{}"
    assert lake.read("models/b.json") is None


def test_a_bucket_that_does_not_answer_or_forbids_is_no_missing_object(aws):
    with pytest.raises(LakeUnreachable, match="nowhere/models/a"):
        S3Lake(aws("s3"), "nowhere").read("models/a.json")
    gone = aws("s3")
    gone.meta.events.register("before-send.s3.GetObject", _hang_up)
    with pytest.raises(LakeUnreachable, match="Could not connect"):
        S3Lake(gone, "lake").read("models/a.json")


def _hang_up(**_):
    raise EndpointConnectionError(endpoint_url="https://s3")


def test_a_lake_of_more_objects_than_one_listing_is_read_whole(aws, monkeypatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    client = aws("s3")
    client.create_bucket(Bucket="lake", CreateBucketConfiguration=HERE)
    for number in range(23):
        client.put_object(Bucket="lake", Key=f"events/{number:05}", Body=str(number).encode())
    assert len(client.list_objects_v2(Bucket="lake")["Contents"]) == 10
    assert [int(line) for line in S3Lake(client, "lake").lines("events/")] == list(range(23))


def test_journal_lines_reach_the_lake_through_firehose(aws):
    s3, firehose = aws("s3"), aws("firehose")
    s3.create_bucket(Bucket="lake", CreateBucketConfiguration=HERE)
    target = {"RoleARN": "arn:aws:iam::123456789012:role/r", "BucketARN": "arn:aws:s3:::lake", "Prefix": "sends/"}
    firehose.create_delivery_stream(DeliveryStreamName="journal", ExtendedS3DestinationConfiguration=target)
    FirehoseJournal(firehose, "journal").put(map(record, range(3)))
    lines = list(S3Lake(s3, "lake").lines("sends/"))
    assert [json.loads(line)["key"] for line in lines] == ["k0", "k1", "k2"]
