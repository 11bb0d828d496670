"""Every sample in events/ is read by its parser, belongs to a known type, and every type has a sample."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailwright.model.event import Event, decode_event, encode_event
from mailwright.model.problem import Problem
from mailwright.model.times import parse_iso
from mailwright.sources import bus, limits, names, segment, ses, shopify
from mailwright.sources.recognise import recognise

EVENTS = Path(__file__).parents[2] / "events"
SAMPLES = sorted(EVENTS.glob("*/*.json"))
STORIES = sorted((EVENTS / "stories").glob("*.jsonl"))
NOW = parse_iso("2026-11-22T20:00:00Z")
SOURCE = {"segment": ("segment", "batch"), "shopify": ("envelope",), "bus": ("envelope",), "ses": ("ses",)}


def read(document: Any) -> Iterator[Event]:
    match recognise(document):
        case "segment":
            yield segment.event(document, NOW)
        case "batch":
            yield from (segment.event(message, NOW) for message in segment.messages(document))
        case "envelope":
            yield from bus.events(document, NOW)
        case "ses":
            event = ses.event(ses.feedback(document), "c-1042")
            if event is not None:
                yield event


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sample_is_read_by_its_parser(path: Path) -> None:
    document = json.loads(path.read_text())
    assert recognise(document) in SOURCE[path.parent.name]
    found = list(read(document))
    assert found or path.stem in ("reject", "rendering-failure", "delivery-delay")
    for event in found:
        assert decode_event(encode_event(event)) == event
        assert len(event.id) <= limits.ID_CHARACTERS
        assert parse_iso("2026-01-01T00:00:00Z") <= event.at <= NOW


def test_every_type_of_event_has_a_sample() -> None:
    seen = {
        (path.parent.name, event.name or event.type) for path in SAMPLES for event in read(json.loads(path.read_text()))
    }
    assert {name for source, name in seen if source == "segment"} >= {
        *names.ECOMMERCE, *names.OURS, *(call for call in segment.CALLS if call not in ("track", "page", "screen"))
    }  # fmt: skip
    assert {name for source, name in seen if source == "ses"} == set(names.EMAIL)
    files = {path.stem for path in SAMPLES if path.parent.name == "shopify"}
    assert {topic.replace("/", "-") for topic in shopify.TOPICS} <= files
    assert {json.loads(path.read_text())["eventType"] for path in SAMPLES
            if path.parent.name == "ses" and path.stem != "sns-click"} == set(ses.TYPES)  # fmt: skip


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_is_told_in_order_and_in_2026(path: Path) -> None:
    told: list[Event] = []
    for line in path.read_bytes().splitlines():
        try:
            told.extend(read(limits.decode(line)))
        except Problem:
            assert path.stem == "hostile"
    assert told
    first = [event.at for event in told if not event.id.startswith("refund:")]
    assert first == sorted(first)
    assert parse_iso("2026-01-01T00:00:00Z") <= first[0] <= first[-1] <= NOW


def test_the_hostile_story_holds_every_kind_of_mistake_a_parser_names() -> None:
    codes = set()
    for line in (EVENTS / "stories" / "hostile.jsonl").read_bytes().splitlines():
        try:
            list(read(limits.decode(line)))
        except Problem as problem:
            codes.add(problem.code)
    assert codes >= {"malformed_json", "missing_field", "unknown_type", "invalid_field", "unknown_format",
                     "invalid_text", "not_an_event", "too_deep"}  # fmt: skip


def test_nobody_real_is_in_the_samples() -> None:
    for path in (*SAMPLES, *STORIES):
        text = path.read_text()
        hosts = set(re.findall(r"[\w.+-]+@([\w.-]+\w)", text)) | set(re.findall(r"https?://([\w.-]+\w)", text))
        assert all(host == "example.com" or host.endswith(".example.com") for host in hosts), (path.name, hosts)
