"""The clients: how often each may repeat itself, counted; and secrets, read once."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError, UnknownServiceError
from botocore.session import Session
from moto import mock_aws

from mailwright.bootstrap import App
from mailwright.model.problem import Quarantined
from mailwright.settings import Settings
from mailwright.store import clients
from mailwright.store.secrets import SecretUnusable, secret
from tests.fakes.aws import credentials


@pytest.fixture
def aws() -> Iterator[None]:
    _forget()
    with credentials():
        yield
    _forget()


def _forget() -> None:
    clients.client.cache_clear()
    clients.session.cache_clear()


def _posts_when_replies_are_lost(service: str, call: str, **request: Any) -> int:
    client = clients.client(service)
    posts = 0

    def lose(**_: Any) -> None:
        nonlocal posts
        posts += 1
        raise ReadTimeoutError(endpoint_url="https://example.invalid")

    client.meta.events.register("before-send.*", lose)
    with pytest.raises(ReadTimeoutError):
        getattr(client, call)(**request)
    return posts


def test_an_email_is_posted_once_however_the_reply_is_lost(aws: None) -> None:
    content = {"Raw": {"Data": b"Subject: x"}}
    assert _posts_when_replies_are_lost("sesv2", "send_email", Content=content) == 1


def test_calls_that_may_be_repeated_are(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    key = {"customer_id": {"S": "a"}, "row": {"S": "profile"}}
    assert _posts_when_replies_are_lost("dynamodb", "get_item", TableName="t", Key=key) == 5


def test_ses_is_given_up_on_long_before_its_function_is() -> None:
    assert clients.config("sesv2").read_timeout == 10


def test_a_client_is_made_once_a_process(aws: None) -> None:
    assert clients.client("sqs") is clients.client("sqs")


# Those of ours, and those that botocore itself makes to get credentials on a laptop.
@pytest.mark.parametrize(
    "service",
    ["dynamodb", "firehose", "kinesis", "s3", "secretsmanager", "sesv2", "sqs", "sts", "sso", "sso-oidc"],
)
def test_a_client_is_what_botocore_makes_of_its_own_reading(aws: None, service: str) -> None:
    for region in ("eu-central-1", "us-gov-west-1", "cn-north-1", "us-east-1"):
        ours = clients.session().create_client(service, region)
        theirs: Any = Session().create_client(service, region)
        assert ours.meta.endpoint_url == theirs.meta.endpoint_url
        assert ours.meta.partition == theirs.meta.partition
        assert ours._request_signer.region_name == theirs._request_signer.region_name
        assert ours._request_signer.signing_name == theirs._request_signer.signing_name
        assert ours._request_signer.signature_version == theirs._request_signer.signature_version
    assert ours.meta.service_model._service_description == theirs.meta.service_model._service_description
    assert ours.meta.method_to_api_mapping == theirs.meta.method_to_api_mapping


def test_a_service_that_there_is_not_is_refused_by_name(aws: None) -> None:
    with pytest.raises(UnknownServiceError, match="dynamodb"):
        clients.client("dynamo")


def test_a_client_for_the_quarantine_is_made_when_there_is_something_to_keep() -> None:
    made: list[str] = []

    def client(service: str) -> Any:
        made.append(service)
        return Mock()

    quarantine = App(Settings({"QUARANTINE_BUCKET": "kept"}), client).quarantine
    quarantine.put([])
    assert made == []
    quarantine.put([Quarantined(0, "fold", "malformed_event", "no event", "{")])
    assert made == ["s3"]


def test_a_secret_is_read_once_and_must_be_an_object_of_texts() -> None:
    with credentials(), mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name="good", SecretString='{"current": "a"}')
        client.create_secret(Name="bad", SecretString='["s3cr3t"]')
        assert secret(client, "good") == {"current": "a"}
        client.put_secret_value(SecretId="good", SecretString='{"current": "b"}')
        assert secret(client, "good") == {"current": "a"}
        with pytest.raises(SecretUnusable, match="bad") as refused:
            secret(client, "bad")
        assert "s3cr3t" not in str(refused.value)
