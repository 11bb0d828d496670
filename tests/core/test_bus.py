"""EventBridge envelopes of the shop's own applications, and telling formats apart."""

import json
from typing import Any

import pytest

from mailwright.model.problem import Problem
from mailwright.model.times import parse_iso
from mailwright.sources import bus
from mailwright.sources.recognise import recognise

NOW = parse_iso("2026-11-22T20:00:00Z")


def envelope(detail: Any, detail_type: str = "Order Completed") -> dict[str, Any]:
    return {
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": detail_type,
        "source": "example.till", "account": "111122223333", "time": "2026-11-22T19:00:00Z",
        "region": "eu-west-1", "resources": [], "detail": detail,
    }  # fmt: skip


def test_a_segment_message_keeps_its_own_id_and_time() -> None:
    detail = {"type": "track", "event": "Points Earned", "userId": "c1", "messageId": "m1",
              "timestamp": "2026-11-22T18:00:00Z"}  # fmt: skip
    (event,) = bus.events(envelope(detail), NOW)
    assert (event.id, event.at, event.source) == ("m1", parse_iso("2026-11-22T18:00:00Z"), "bus")


def test_the_envelope_gives_what_the_detail_lacks() -> None:
    (event,) = bus.events(envelope({"userId": "c1", "properties": {"order_id": "7", "total": 5}}), NOW)
    assert (event.type, event.name) == ("track", "Order Completed")
    assert (event.id, event.at) == ("6a7e8feb-b491-4cf7-a9f1-bf3703467718", parse_iso("2026-11-22T19:00:00Z"))
    (event,) = bus.events(envelope({"userId": "c1", "traits": {"plan": "trade"}}, "identify"), NOW)
    assert (event.type, event.data) == ("identify", {"plan": "trade"})


@pytest.mark.parametrize(
    ("foreign", "code"),
    [
        ([], "invalid_field"),
        ({}, "invalid_field"),
        (envelope(None), "invalid_field"),
        (envelope({"temperature": 21}, "Sensor Read"), "not_an_event"),
        (envelope({"type": "track", "userId": "c1"}), "missing_field"),
        (envelope({"userId": "c1", "properties": {"a": float("inf")}}), "invalid_number"),
        (envelope({"userId": "c\ud83d", "type": "page"}), "invalid_text"),
        (envelope({"userId": "c1", "type": "page", "properties": {"a": "x" * 300_000}}), "event_too_large"),
    ],
)
def test_what_is_no_event_is_a_problem(foreign: Any, code: str) -> None:
    with pytest.raises(Problem) as caught:
        bus.events(foreign, NOW)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"type": "track", "userId": "c1"}, "segment"),
        ({"userId": "c1"}, "segment"),
        ({"batch": []}, "batch"),
        (envelope({}), "envelope"),
        ({"detail": {}, "source": "example.till"}, "envelope"),
        ({"eventType": "Open", "mail": {}}, "ses"),
        ({"notificationType": "Bounce", "mail": {}}, "ses"),
        ({"Type": "Notification", "Message": "{}"}, "ses"),
        ({"source": "aws.ses", "detail-type": "Email Opened", "detail": {}}, "ses"),
    ],
)
def test_a_format_is_known_by_its_content(document: Any, found: str) -> None:
    assert recognise(document) == found


@pytest.mark.parametrize("document", [None, 1, "x", [], {}, {"eventType": "Open"}, {"mail": {}, "eventType": {"a": 1}}])
def test_what_has_no_format_is_a_problem(document: Any) -> None:
    with pytest.raises(Problem) as caught:
        recognise(document)
    assert caught.value.code == "unknown_format"
    json.dumps(caught.value.message)
