"""SES and Firehose on the laptop: what is kept, what is refused, what comes back and what reaches the lake."""

import gzip
import json

import pytest
from botocore.exceptions import ClientError

from functions.wiring import all_functions
from local.world import names
from local.world.clock import Clock
from local.world.feedback import Feedback
from local.world.memory.engine import MemoryEngine
from mailwright.mailer.ses import SesMailer
from mailwright.model.times import MINUTE, iso
from mailwright.sources.ses import feedback as read
from mailwright.workflow.ports import Message

START = 1_793_527_200_000
RAW = b"From: Shop <shop@example.com>\r\nTo: ada@example.com\r\nSubject: Hello\r\n\r\nHi\r\n"


@pytest.fixture
def engine():
    found = MemoryEngine(Clock(START), strict=True)
    found.build(all_functions())
    return found


def send(engine, to="ada@example.com", **more):
    request = {
        "FromEmailAddress": "Shop <shop@example.com>",
        "Destination": {"ToAddresses": [to]},
        "Content": {"Raw": {"Data": RAW}},
        "EmailTags": [{"Name": "sk", "Value": "0123456789abcdef"}],
        "ConfigurationSetName": names.CONFIGURATION_SET,
    }
    return engine.client("sesv2").send_email(**{**request, **more})["MessageId"]


def played(engine):
    """What SES says of the mail sent so far: (seconds after the start, the event)."""
    said = []
    feedback = Feedback(engine.clock, lambda body: said.append(((engine.clock() - START) // 1000, json.loads(body))))
    for mail in engine.ses.mail:
        feedback.accepted(mail)
    while engine.clock.step():
        pass
    return said


def test_the_whole_request_is_kept(engine):
    name = send(engine)
    (mail,) = engine.ses.mail
    assert (mail.number, mail.at, mail.message_id) == (1, START, name)
    assert (mail.sender, mail.to, mail.raw) == ("Shop <shop@example.com>", ("ada@example.com",), RAW)
    assert (mail.tags, mail.configuration_set) == ({"sk": "0123456789abcdef"}, names.CONFIGURATION_SET)


def test_our_mailer_takes_it_for_a_client_that_posts_once(engine):
    mailer = SesMailer(engine.client("sesv2"), names.CONFIGURATION_SET)
    posted = mailer.send(Message("shop@example.com", "ada@example.com", RAW, {"sk": "x"}))
    assert posted.outcome == "accepted"
    assert posted.message_id == engine.ses.mail[0].message_id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ConfigurationSetName": "other"}, "NotFoundException"),
        ({"EmailTags": [{"Name": "cu", "Value": "ada@example.com"}]}, "BadRequestException"),
        ({"Destination": {"ToAddresses": ["not an address"]}}, "BadRequestException"),
        ({"Destination": {"ToAddresses": []}}, "BadRequestException"),
        ({"Destination": {"ToAddresses": ["ada@example.com\r\nBcc: all@example.com"]}}, "BadRequestException"),
        ({"Destination": {"ToAddresses": ["ada@example.com"] * 51}}, "BadRequestException"),
        ({"Content": {"Raw": {"Data": b"x" * (40 * 1024 * 1024 + 1)}}}, "MessageRejected"),
    ],
)
def test_what_ses_refuses_is_refused_and_not_kept(engine, change, code):
    with pytest.raises(ClientError) as error:
        send(engine, **change)
    assert error.value.response["Error"]["Code"] == code
    assert engine.ses.mail == []


def test_a_test_may_have_ses_throttle(engine):
    engine.ses.refusing = lambda request: ("TooManyRequestsException", "Maximum sending rate exceeded.")
    mailer = SesMailer(engine.client("sesv2"), names.CONFIGURATION_SET)
    assert mailer.send(Message("shop@example.com", "ada@example.com", RAW, {})).outcome == "throttled"


@pytest.mark.parametrize(
    ("to", "kinds"),
    [
        ("ada@example.com", [(0, "Send"), (60, "Delivery")]),
        ("success@simulator.amazonses.com", [(0, "Send"), (60, "Delivery")]),
        ("bounce@simulator.amazonses.com", [(0, "Send"), (60, "Bounce")]),
        ("bounce+label@simulator.amazonses.com", [(0, "Send"), (60, "Bounce")]),
        ("suppressionlist@simulator.amazonses.com", [(0, "Send"), (60, "Bounce")]),
        ("complaint@simulator.amazonses.com", [(0, "Send"), (60, "Delivery"), (120, "Complaint")]),
        ("bounce@example.com", [(0, "Send"), (60, "Delivery")]),
    ],
)
def test_feedback_comes_as_from_the_mailbox_simulator(engine, to, kinds):
    name = send(engine, to)
    said = played(engine)
    assert [(at, event["eventType"]) for at, event in said] == kinds
    for at, event in said:
        told = read(event)
        assert (told.message_id, told.send_key, told.addresses) == (name, "0123456789abcdef", (to,))
        assert told.at == START + at * 1000
        assert told.permanent is (told.kind == "Bounce")


def test_the_lake_gets_gzipped_lines_after_five_minutes_dated_by_the_first(engine):
    client = engine.client("firehose")
    client.put_record_batch(DeliveryStreamName=names.JOURNAL, Records=[{"Data": b'{"a":1}\n'}, {"Data": b'{"a":2}\n'}])
    engine.clock.reach(START + 4 * MINUTE)
    client.put_record_batch(DeliveryStreamName=names.JOURNAL, Records=[{"Data": b'{"a":3}\n'}])
    assert engine.clock.due == START + 5 * MINUTE
    while engine.clock.step():
        pass
    s3 = engine.client("s3")
    (entry,) = s3.list_objects_v2(Bucket=names.LAKE)["Contents"]
    assert entry["Key"].startswith(f"sends/dt={iso(START)[:10]}/journal-1-2026-11-01-10-00-00-")
    assert entry["Key"].endswith(".ndjson.gz")
    body = s3.get_object(Bucket=names.LAKE, Key=entry["Key"])["Body"].read()
    assert gzip.decompress(body) == b'{"a":1}\n{"a":2}\n{"a":3}\n'


def test_a_full_buffer_does_not_wait(engine):
    record = [{"Data": b"x" * 1_000_000}] * 4
    for _ in range(17):
        engine.client("firehose").put_record_batch(DeliveryStreamName=names.JOURNAL, Records=record)
    assert len(engine.client("s3").list_objects_v2(Bucket=names.LAKE)["Contents"]) == 1
    assert engine.firehose.deliveries[names.JOURNAL].records == []
