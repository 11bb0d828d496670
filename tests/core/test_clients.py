"""The clients: how often each may repeat itself, counted; and secrets, read once."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from mailwright.store import clients
from mailwright.store.secrets import SecretUnusable, secret
from tests.fakes.aws import credentials


@pytest.fixture
def aws() -> Iterator[None]:
    clients.client.cache_clear()
    with credentials():
        yield
    clients.client.cache_clear()


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
