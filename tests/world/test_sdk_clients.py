"""Unmodified SDKs of the field against the real collect function over loopback: every event arrives, with its id."""

import json
import shutil
import subprocess
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
from mailwright.model.event import Event, decode_event
from mailwright.queue.stream import EventsStream
from mailwright.settings import Settings
from mailwright.store.clients import config
from tests.fakes.aws import credentials
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.stream import FakeStream
from tests.functions.doors import invoke

NODE_SDK = "@segment/analytics-node@3.1.0"
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


def python_client(library: Any, url: str, **options: Any) -> Any:
    """The client of either Python SDK (one is a fork of the other), failing loudly."""

    def failed(error: Exception, items: Any) -> None:
        failures.append(error)

    failures: list[Exception] = []
    client = library.Client("local", host=url, on_error=failed, **options)
    client.failures = failures
    return client


def say_everything(client: Any, name: str) -> list[str]:
    """One of each call and a few more tracks; the ids given to them."""
    ids = iter(f"{name}-{number:03d}" for number in range(1000))
    used = []

    def named() -> str:
        used.append(next(ids))
        return used[-1]

    traits = {"email": f"{name}@example.com", "firstName": "Ada", "marketing_consent": "granted"}
    order = {"order_id": f"{name}-1", "total": 14.5, "currency": "GBP",
             "products": [{"product_id": "HP-1003", "name": "Kaarsjes ✨", "price": 14.5, "quantity": 1}]}  # fmt: skip
    client.identify(name, traits, message_id=named())
    client.track(name, "Order Completed", order, message_id=named())
    client.page(name, "Home", "Home", {"path": "/"}, message_id=named())
    client.screen(name, "Home", "Start", message_id=named())
    client.group(name, "trade-17", {"name": "Okafor Interiors"}, message_id=named())
    client.alias(f"anonymous-{name}", name, message_id=named())
    for number in range(150):  # more than one batch
        client.track(name, "Product Viewed", {"product_id": f"HP-{number}", "price": 9.5}, message_id=named())
    client.flush()
    client.join()
    return used


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
    check([decode_event(record["Data"]) for record in records], "ada", ids)


@pytest.fixture(scope="module")
def node_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Node SDK in it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not both installed")
    folder = tmp_path_factory.mktemp("node")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), NODE_SDK]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not fetch the Node SDK within two minutes")
    if done.returncode:
        pytest.skip(f"npm cannot fetch {NODE_SDK}: {done.stderr.strip().splitlines()[-1:]}")
    return folder


_SCRIPT = """
const { Analytics } = require('@segment/analytics-node')
const analytics = new Analytics({ writeKey: 'local', host: process.argv[2], flushAt: 5 })
const failures = []
analytics.on('error', (error) => failures.push(error))
const userId = 'ada', ids = []
const id = () => { ids.push('node-' + String(ids.length).padStart(3, '0')); return ids[ids.length - 1] }
analytics.identify({ userId, traits: { email: 'ada@example.com', firstName: 'Ada' }, messageId: id() })
analytics.track({ userId, event: 'Order Completed', messageId: id(), properties: { order_id: '1', total: 14.5,
  products: [{ product_id: 'HP-1003', name: 'Kaarsjes \\u2728', price: 14.5, quantity: 1 }] } })
analytics.page({ userId, name: 'Home', properties: { path: '/' }, messageId: id() })
analytics.screen({ userId, name: 'Start', messageId: id() })
analytics.group({ userId, groupId: 'trade-17', traits: { name: 'Okafor Interiors' }, messageId: id() })
analytics.alias({ userId, previousId: 'anonymous-ada', messageId: id() })
for (let number = 0; number < 20; number++)
  analytics.track({ userId, event: 'Product Viewed', properties: { product_id: 'HP-' + number }, messageId: id() })
analytics.closeAndFlush({ timeout: 20000 })
  .then(() => console.log(JSON.stringify({ ids, failures: failures.map(String) })))
"""


@pytest.mark.slow
def test_the_node_sdk_delivers_every_event(shop: Shop, node_sdk: Path) -> None:
    script = node_sdk / "say.js"
    script.write_text(_SCRIPT)
    done = subprocess.run(["node", str(script), shop.url], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["failures"] == []
    check(shop.stream.events, "ada", told["ids"])
    assert shop.quarantine.records == []
