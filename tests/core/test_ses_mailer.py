"""The SES adapter, through botocore itself: one POST an email, and what its answers mean."""

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from moto import mock_aws

from mailwright.mailer.ses import RepeatingClient, SesMailer
from mailwright.store.clients import config
from mailwright.workflow.ports import Message
from tests.fakes.aws import credentials

RAW = b"From: hello@shop.example.com\r\nTo: a@example.com\r\nSubject: Hi\r\n\r\nHello\r\n"
MESSAGE = Message("hello@shop.example.com", "a@example.com", RAW, {"sk": "0" * 16, "at": "1"})


@pytest.fixture
def client():
    with credentials():
        yield boto3.client("sesv2", config=config("sesv2"))


class Wire:
    """Stands where the network is: counts POSTs and answers each with a reply or an exception."""

    def __init__(self, client: Any, answer: Any) -> None:
        self.posts: list[Any] = []
        self.answer = answer
        client.meta.events.register("before-send.sesv2.SendEmail", self)

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        self.posts.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        status, code, body = self.answer
        return AWSResponse(request.url, status, {"x-amzn-errortype": code}, Body(json.dumps(body).encode()))


class Body:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self, **_: Any) -> Any:
        yield self.content


URL = "https://email.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        ((200, "", {"MessageId": "m-1"}), "accepted", ""),
        ((400, "MessageRejected", {"message": "Email address is not verified"}), "refused", "MessageRejected"),
        ((400, "BadRequestException", {"message": "Illegal address"}), "refused", "BadRequestException"),
        ((400, "MailFromDomainNotVerifiedException", {}), "refused", "MailFromDomainNotVerifiedException"),
        ((400, "AccountSuspendedException", {}), "refused", "AccountSuspendedException"),
        ((429, "TooManyRequestsException", {"message": "Maximum sending rate exceeded."}), "throttled",
         "TooManyRequestsException"),
        ((429, "TooManyRequestsException", {"message": "Daily message quota exceeded."}), "throttled", "DailyQuota"),
        ((400, "SendingPausedException", {}), "throttled", "SendingPausedException"),
        ((400, "LimitExceededException", {}), "throttled", "LimitExceededException"),
        ((404, "NotFoundException", {"message": "Configuration set does not exist"}), "throttled", "NotFoundException"),
        ((403, "AccessDeniedException", {}), "throttled", "AccessDeniedException"),
        ((400, "ThrottlingException", {}), "throttled", "ThrottlingException"),
        ((500, "InternalFailure", {}), "unknown", "InternalFailure"),
        ((503, "ServiceUnavailable", {}), "unknown", "ServiceUnavailable"),
        (ReadTimeoutError(endpoint_url=URL), "unknown", "ReadTimeoutError"),
        (ConnectionClosedError(endpoint_url=URL), "unknown", "ConnectionClosedError"),
        (ConnectTimeoutError(endpoint_url=URL), "throttled", "ConnectTimeoutError"),
        (EndpointConnectionError(endpoint_url=URL), "throttled", "EndpointConnectionError"),
    ],
)  # fmt: skip
def test_every_answer_of_ses_has_one_meaning_and_took_one_post(client, answer, outcome, reason):
    wire = Wire(client, answer)
    posted = SesMailer(client, "mail").send(MESSAGE)
    assert (posted.outcome, posted.reason) == (outcome, reason)
    assert posted.message_id == ("m-1" if outcome == "accepted" else "")
    assert len(wire.posts) == 1


def test_the_request_carries_the_bytes_the_tags_and_the_configuration_set(client):
    wire = Wire(client, (200, "", {"MessageId": "m-1"}))
    SesMailer(client, "mail").send(MESSAGE)
    sent = json.loads(wire.posts[0].body)
    assert sent["ConfigurationSetName"] == "mail"
    assert sent["EmailTags"] == [{"Name": "at", "Value": "1"}, {"Name": "sk", "Value": "0" * 16}]
    assert sent["Destination"] == {"ToAddresses": ["a@example.com"]}
    assert sent["FromEmailAddress"] == "hello@shop.example.com"
    assert sent["Content"].keys() == {"Raw"}


@pytest.mark.parametrize("retries", [None, {"total_max_attempts": 3}, {"mode": "standard"}])
def test_a_client_that_would_repeat_a_post_is_refused(retries):
    with credentials(), pytest.raises(RepeatingClient, match="total_max_attempts"):
        SesMailer(boto3.client("sesv2", config=Config(retries=retries)), "mail")


def test_moto_takes_it_and_keeps_the_whole_message():
    with credentials(), mock_aws():
        client = boto3.client("sesv2", config=config("sesv2"))
        client.create_email_identity(EmailIdentity="hello@shop.example.com")
        posted = SesMailer(client, "mail").send(MESSAGE)
        assert posted.outcome == "accepted"
        assert posted.message_id
