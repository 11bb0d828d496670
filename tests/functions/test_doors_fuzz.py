"""Whatever is sent, the doors answer: never a 5xx or an exception, nothing lost between stream and quarantine."""

import json
import math
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.intake.handler import handler as intake
from mailwright import bootstrap
from mailwright.lake.quarantine import objects
from mailwright.model.event import decode_event, encode_event
from mailwright.model.problem import Problem
from mailwright.sources import limits, ses
from mailwright.sources.recognise import recognise
from tests.functions.doors import Doors, basic, packed, signature

EVENTS = Path(__file__).parents[2] / "events"
SEGMENT = [json.loads(path.read_text()) for path in sorted((EVENTS / "segment").glob("*.json"))]
ENVELOPES = [
    json.loads(path.read_text()) for name in ("shopify", "bus") for path in sorted((EVENTS / name).glob("*.json"))
]
FEEDBACK = [json.loads(path.read_text()) for path in sorted((EVENTS / "ses").glob("*.json"))]
FUZZ = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def nested(depth: int) -> Any:
    return [{"a": nested(depth - 1)}] if depth else 1


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.just(9_000).map(lambda size: "💥" * size),
    st.just(60).map(nested),
    st.text(st.characters(exclude_categories=()), max_size=20),  # half surrogate pairs among them
    st.sampled_from([
        2**63, 2**64, -(2**70), 10**400, 1e308, -0.0, math.nan, math.inf, "", " ", "\x00", "\ud800", "\u202e", "💥" * 9,
        "2026-11-22T20:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "12,50", "1e5", "NaN", "a@b",
        "x" * 300, {}, [], [[]], [None], {"": ""}, "track", "Order Completed", "product#1",
    ]),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=8), below, max_size=4),
    max_leaves=12,
)


def places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a JSON value."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(found for key, one in below for found in places(one, (*place, key)))]


@st.composite
def mutants(draw: st.DrawFn, samples: list[Any]) -> Any:
    """A real sample with up to three things in it replaced, renamed or taken away."""
    document = deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(document)))
        if not place:
            continue
        parent = document
        for key in place[:-1]:
            parent = parent[key]
        match draw(st.integers(0, 3)):
            case 0 if isinstance(parent, dict):
                del parent[place[-1]]
            case 1 if isinstance(parent, dict):
                parent[draw(st.text(max_size=8))] = parent.pop(place[-1])
            case _:
                parent[place[-1]] = deepcopy(draw(VALUES))  # samples are shared, and a mutant must not hold itself
    return document


def raw(document: Any) -> bytes:
    return json.dumps(document).encode()


def settled(doors: Doors) -> None:
    """What was taken can be read back by fold, what was not can be written down."""
    for event in doors.stream.events:
        assert decode_event(encode_event(event)).id == event.id
        assert len(event.customer_id.encode()) <= limits.CUSTOMER_ID_BYTES
        limits.check(event.data, limits.LARGE_EVENT_BYTES)
    for _, body in objects(doors.quarantine.records):
        for line in body.splitlines():
            json.loads(line)


@pytest.fixture(scope="module", autouse=True)
def forget() -> Iterator[None]:
    yield
    bootstrap.use(None)


@FUZZ
@given(mutants(SEGMENT), st.sampled_from(["track", "identify", "page", "group", "alias", "batch", "import", "t", "b"]))
def test_a_message_is_taken_or_refused(document: Any, call: str) -> None:
    doors = Doors()
    many = call in ("batch", "import", "b")
    if many and not (isinstance(document, dict) and "batch" in document):
        document = {"batch": [document, document, SEGMENT[0]]}
    status, answer = doors.post(f"/v1/{call}", raw(document))
    assert status in (200, 400, 413), answer
    assert ("code" in answer) is (status != 200)
    if status == 200 and many and isinstance(document.get("batch"), list):
        assert len(doors.stream.events) + len(doors.quarantine.records) == len(document["batch"])
    elif status != 200:
        assert doors.stream.events == []
        assert bool(doors.quarantine.records) is not (answer["code"] == "body_too_large")
    settled(doors)


@FUZZ
@given(
    st.binary(max_size=300) | VALUES.map(raw) | VALUES.map(packed),
    st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "HEAD", "PATCH"]),
    st.sampled_from(["/v1/track", "/v1/batch", "/v1/b", "/v1/import", "/v1/nothing", "/shopify", "/v1/%00", "/v1/ü"]),
    st.dictionaries(
        st.sampled_from(["content-type", "content-encoding", "authorization", "x-shopify-topic", "expect", "host"]),
        st.sampled_from(["", "gzip", "application/json", "text/plain", basic("local"), "Basic ", "Bearer ä", "br"])
        | st.text(max_size=30),
        max_size=5,
    ),
)
def test_any_request_at_all_is_answered(body: bytes, method: str, path: str, headers: dict[str, str]) -> None:
    doors = Doors()
    answer = doors.http(method, path, headers, body)
    assert answer.status < 500
    if answer.status >= 400 and answer.headers.get("content-type") == "application/json":
        assert "message" in json.loads(answer.body)
    settled(doors)


@FUZZ
@given(mutants([envelope["detail"] for envelope in ENVELOPES if "payload" in envelope["detail"]]))
def test_a_signed_webhook_is_taken_or_kept(detail: Any) -> None:
    doors = Doors()
    payload, metadata = detail.get("payload"), detail.get("metadata")
    body = raw(payload)
    headers = (
        {name: value for name, value in metadata.items() if isinstance(value, str)}
        if isinstance(metadata, dict)
        else {}
    )
    headers = {name: value for name, value in headers.items() if "hmac" not in name.lower()}
    answer = doors.http("POST", "/shopify", headers | {"X-Shopify-Hmac-Sha256": signature(body)}, body)
    assert answer.status in (200, 413)
    assert answer.status == 413 or bool(doors.stream.events) is not bool(doors.quarantine.records)
    settled(doors)


@FUZZ
@given(mutants(ENVELOPES) | VALUES)
def test_an_envelope_is_taken_or_kept(envelope: Any) -> None:
    doors = Doors()
    intake(envelope, cast("Any", None))
    assert bool(doors.stream.events) is not bool(doors.quarantine.records)
    settled(doors)


@FUZZ
@given(mutants(FEEDBACK) | VALUES)
def test_feedback_is_read_or_a_problem(document: Any) -> None:
    try:
        recognise(document)
        told = ses.feedback(document)
    except Problem:
        return
    event = ses.event(told, "c1")
    assert event is None or decode_event(encode_event(event)) == event
