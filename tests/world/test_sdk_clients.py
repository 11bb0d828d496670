"""Unmodified SDKs of the field against the real collect function over loopback: every event arrives, with its id."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import rudderstack.analytics.client
import segment.analytics.client
from moto import mock_aws

from local.gateway import Gateway, serve_http
from mailwright import bootstrap
from mailwright.model.event import Event, decode_event, lines
from mailwright.queue.stream import EventsStream
from mailwright.settings import Settings
from mailwright.store.clients import config
from tests.fakes.aws import credentials
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.stream import FakeStream
from tests.functions.doors import invoke
from tests.world.sdk import install_node_sdk, python_client, say_everything, say_everything_in_node

CALLS = ("alias", "group", "identify", "page", "screen", "track")


class Shop:
    """The collect function behind HTTP on a free port of loopback, with the machine's clock."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.quarantine = FakeQuarantine()
        app = bootstrap.App(Settings({}))
        app.__dict__.update(stream=stream, quarantine=self.quarantine)
        app.secret = lambda variable: {"write_key": "local"}  # type: ignore[method-assign]
        bootstrap.use(app)
        self.server = serve_http("127.0.0.1", 0, Gateway(invoke, app.clock))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        bootstrap.use(None)


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop(FakeStream())
    yield shop
    shop.close()


def check(events: list[Event], name: str, ids: list[str]) -> None:
    assert sorted(event.id for event in events) == sorted(ids)
    assert {event.customer_id for event in events} == {name}
    assert sorted({event.type for event in events}) == list(CALLS)
    bought = next(event for event in events if event.name == "Order Completed")
    assert bought.data["products"][0]["name"] == "Kaarsjes ✨"
    assert abs(bought.at - time.time_ns() // 1_000_000) < 600_000


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("library", [segment.analytics.client, rudderstack.analytics.client], ids=["segment", "rudder"])
def test_a_python_sdk_delivers_every_event(shop: Shop, library: Any, packed: bool) -> None:
    client = python_client(library, shop.url, gzip=packed)
    ids = say_everything(client, "ada")
    assert client.failures == []
    check(shop.stream.events, "ada", ids)
    assert shop.quarantine.records == []


def test_an_sdk_that_is_told_to_wait_loses_nothing(shop: Shop) -> None:
    shop.stream.full = True
    client = python_client(segment.analytics.client, shop.url)
    client.track("ada", "Store Visited", message_id="m-1")
    time.sleep(0.8)
    assert shop.stream.events == []
    shop.stream.full = False
    client.flush()
    client.join()
    assert [event.id for event in shop.stream.events] == ["m-1"]
    assert client.failures == []


def test_a_wrong_write_key_reaches_the_sdks_error_handler(shop: Shop) -> None:
    client = python_client(segment.analytics.client, shop.url)
    client.write_key = "wrong"
    for consumer in client.consumers:
        consumer.write_key = "wrong"
    client.track("ada", "Store Visited")
    client.flush()
    client.join()
    assert [getattr(error, "status", None) for error in client.failures] == [401]
    assert shop.stream.events == []


def test_from_an_sdk_to_kinesis_nothing_is_lost_on_the_way() -> None:
    with credentials(), mock_aws():
        kinesis = boto3.client("kinesis", config=config("kinesis"))
        kinesis.create_stream(StreamName="events", ShardCount=1)
        shop = Shop(EventsStream(kinesis, "events"))
        try:
            # moto answers every request of this process that looks like AWS; loopback goes through.
            client = python_client(rudderstack.analytics.client, shop.url)
            ids = say_everything(client, "ada")
        finally:
            shop.close()
        assert client.failures == []
        (shard,) = kinesis.list_shards(StreamName="events")["Shards"]
        start = kinesis.get_shard_iterator(
            StreamName="events", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = kinesis.get_records(ShardIterator=start, Limit=10_000)["Records"]
    check([decode_event(line) for record in records for line in lines(record["Data"])], "ada", ids)


@pytest.fixture(scope="module")
def node_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Node SDK in it."""
    folder = tmp_path_factory.mktemp("node")
    install_node_sdk(folder)
    return folder


@pytest.mark.slow
def test_the_node_sdk_delivers_every_event(shop: Shop, node_sdk: Path) -> None:
    check(shop.stream.events, "ada", say_everything_in_node(node_sdk, shop.url))
    assert shop.quarantine.records == []
