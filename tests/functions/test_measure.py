"""measure: from the lake to one file of metrics a day."""

import gzip
import json

import pytest

from functions.measure.handler import handler
from mailwright import bootstrap
from mailwright.metrics.daily import COLUMNS
from mailwright.model.event import Event, encode_event
from mailwright.model.send import SendRecord, encode_json
from mailwright.model.times import DAY, HOUR, parse_iso
from mailwright.settings import Settings
from tests.fakes.lake import FakeLake

NOW = parse_iso("2026-11-22T18:30:00Z")


def event(name: str, at: int, **data: object) -> bytes:
    return encode_event(
        Event(f"{name}{at}", at, "c1", "track", name, "ses", {"send_key": "k", "template": "t", **data})
    )


@pytest.fixture
def lake():
    found = FakeLake()
    accepted = SendRecord("k", "c1", NOW - DAY, "journey:x", "t", "accepted")
    held = SendRecord("k2", "c2", NOW - DAY, "journey:x", "t", "suppressed", "capped")
    found.write("sends/dt=2026-11-21/a", encode_json(accepted) + b"\n" + encode_json(held) + b"\n")
    found.write("sends/dt=2026-11-22/a", encode_json(accepted) + b"\n")
    lines = [event("Email Delivered", NOW - DAY), event("Page Viewed", NOW), b'{"name": "Order Completed", "broken']
    found.write("events/dt=2026-11-21/a.gz", gzip.compress(b"\n".join(lines), mtime=0))
    click, order = event("Email Link Clicked", NOW - 2 * DAY), event("Order Completed", NOW, order_id="1", total=12)
    found.write("events/dt=2026-11-20/a.gz", gzip.compress(click, mtime=0))
    found.write("events/dt=2026-11-22/a.gz", gzip.compress(order + b"\n" + order, mtime=0))
    app = bootstrap.App(Settings({}), clock=lambda: NOW)
    app.__dict__.update(lake=found)
    bootstrap.use(app)
    yield found
    bootstrap.use(None)


def test_the_last_three_days_are_written_by_template(lake):
    assert handler({}, None) == [f"metrics/dt=2026-11-{number}.json" for number in (20, 21, 22)]
    yesterday = json.loads(lake.objects["metrics/dt=2026-11-21.json"])
    counts = {"sends": 1, "deliveries": 1, "suppressed": 1}
    assert yesterday["templates"] == {"t": dict.fromkeys(COLUMNS, 0) | counts}
    today = json.loads(lake.objects["metrics/dt=2026-11-22.json"])
    assert today["templates"]["t"]["orders"] == 1
    assert (today["templates"]["t"]["revenue"], today["revenue"]) == (12, 12)


def test_counting_again_writes_the_same_bytes(lake):
    handler({}, None)
    first = dict(lake.objects)
    handler({}, None)
    assert lake.objects == first


def test_between_only_today_is_counted(lake):
    bootstrap.app().clock = lambda: NOW + HOUR
    assert handler({}, None) == ["metrics/dt=2026-11-22.json"]


def test_clicks_of_a_day_that_is_over_are_read_once_until_another_object_comes(lake):
    handler({}, None)
    first = dict(lake.objects)
    bootstrap.app().clock = lambda: NOW + HOUR
    lake.read_keys.clear()
    handler({}, None)
    assert "events/dt=2026-11-20/a.gz" not in lake.read_keys
    assert lake.objects == first
    lake.write("events/dt=2026-11-20/late", event("Email Link Clicked", NOW - DAY, template="u"))
    handler({}, None)
    assert "events/dt=2026-11-20/late" in lake.read_keys
    today = json.loads(lake.objects["metrics/dt=2026-11-22.json"])
    assert today["templates"]["u"]["orders"] == 1


def test_kept_clicks_that_cannot_be_read_are_read_anew(lake):
    handler({}, None)
    first = dict(lake.objects)
    lake.write("metrics/clicks/dt=2026-11-20.json", b"{")
    handler({}, None)
    assert lake.objects == first


def test_days_without_mail_and_orders_get_no_file():
    app = bootstrap.App(Settings({}), clock=lambda: NOW)
    app.__dict__.update(lake=FakeLake())
    bootstrap.use(app)
    assert handler({}, None) == []
    bootstrap.use(None)
