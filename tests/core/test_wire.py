"""The short way to DynamoDB: signed as botocore signs, and out of the way whenever something is not plain success."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import Credentials
from botocore.exceptions import ReadTimeoutError

from mailwright.model.outbox import Pending
from mailwright.model.profile import Profile
from mailwright.store.profiles import ProfileStore
from mailwright.store.wire import signed, wire
from tests.fakes.aws import TABLE, dynamodb


@pytest.fixture
def client() -> Iterator[Any]:
    with dynamodb() as made:
        yield made


@pytest.mark.parametrize("token", [None, "session-token"])
def test_requests_are_signed_as_botocore_signs_them(token: str | None) -> None:
    credentials = Credentials("AKIDEXAMPLE", "secret", token)
    host, body = "dynamodb.eu-central-1.amazonaws.com", b'{"TableName":"customers"}'
    auth = SigV4Auth(credentials, "dynamodb", "eu-central-1")
    theirs = AWSRequest("POST", f"https://{host}/", data=body)
    theirs.headers["content-type"] = "application/x-amz-json-1.0"
    theirs.headers["x-amz-target"] = "DynamoDB_20120810.PutItem"
    auth.add_auth(theirs)
    at = theirs.headers["X-Amz-Date"]
    ours = signed("PutItem", body, host, "eu-central-1", credentials.get_frozen_credentials(), at)
    assert ours["authorization"] == theirs.headers["Authorization"]


def test_a_profile_is_written_and_read_without_a_call_of_the_client(client: Any) -> None:
    store = ProfileStore(client, TABLE)
    client.put_item = client.batch_get_item = None
    assert store.commit(Profile("c1"), None, Pending())
    assert store.load(["c1"])["c1"].v == 1


@pytest.mark.parametrize("status", [400, 500, 503])
def test_whatever_is_refused_is_asked_again_through_the_client(client: Any, status: int) -> None:
    left = [status]

    def refuse(request: Any, **_: object) -> AWSResponse | None:
        return AWSResponse(request.url, left.pop(), {}, _Empty()) if left else None

    client.meta.events.register_first("before-send.dynamodb.PutItem", refuse)
    store = ProfileStore(client, TABLE)
    assert store.commit(Profile("c1"), None, Pending())
    assert store.load(["c1"])["c1"].v == 1
    assert left == []


def test_a_lost_reply_is_asked_again_and_recognised_as_our_own_write(client: Any) -> None:
    lost = [True]

    def lose(**_: object) -> None:
        if lost:
            lost.clear()
            raise ReadTimeoutError(endpoint_url="https://example.invalid")

    store = ProfileStore(client, TABLE)
    send = client.put_item
    client.meta.events.register_first("before-send.dynamodb.PutItem", lose)

    def after_ours_arrived(**request: Any) -> Any:
        send(**request)  # the request whose reply was lost
        return send(**request)

    client.put_item = after_ours_arrived
    assert store.commit(Profile("c1"), None, Pending())
    assert store.load(["c1"])["c1"].v == 1


def test_another_client_than_botocores_has_no_short_way() -> None:
    assert wire(object()) is None


class _Empty:
    def stream(self, **_: object) -> Iterator[bytes]:
        yield b"{}"
