"""Intake as EventBridge sees it: envelopes in, events on the stream, the rest whole in quarantine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from functions.intake.handler import handler
from mailwright import bootstrap
from mailwright.lake.quarantine import objects
from mailwright.workflow.intake import Throttled
from tests.functions.doors import Doors

EVENTS = Path(__file__).parents[2] / "events"


@pytest.fixture
def doors() -> Iterator[Doors]:
    yield Doors()
    bootstrap.use(None)


def send(envelope: Any) -> None:
    handler(envelope, cast("Any", None))


def test_an_envelope_becomes_events(doors: Doors) -> None:
    send(json.loads((EVENTS / "shopify" / "orders-create.json").read_text()))
    send(json.loads((EVENTS / "bus" / "named-by-detail-type.json").read_text()))
    assert [event.source for event in doors.stream.events] == ["shopify", "shopify", "bus"]
    assert doors.quarantine.records == []


@pytest.mark.parametrize(
    "envelope",
    [
        None,
        [],
        {},
        {"detail": None},
        {"detail": {"temperature": 20}, "detail-type": "Sensor Read", "source": "example.sensor"},
        {"detail": {"metadata": {"X-Shopify-Topic": "orders/create"}, "payload": {"id": "\ud800"}},
         "detail-type": "shopifyWebhook", "source": "aws.partner/shopify.com/1/x"},
        {"detail": {"userId": "c1", "type": "page", "properties": {"a": float("nan")}}, "source": "example.app"},
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_kept_whole_and_can_be_written(doors: Doors, envelope: Any) -> None:
    send(envelope)
    assert doors.stream.events == []
    (kept,) = doors.quarantine.records
    assert kept.where == "intake"
    ((_, body),) = objects(doors.quarantine.records)
    record = json.loads(body)["record"]
    again = json.loads(record) if isinstance(record, str) else record
    assert json.dumps(again) == json.dumps(envelope)


def test_a_full_stream_makes_eventbridge_deliver_again(doors: Doors) -> None:
    doors.stream.full = True
    with pytest.raises(Throttled, match="1 of 1 events"):
        send(json.loads((EVENTS / "bus" / "segment-message.json").read_text()))
