"""Segment messages to Events: the vocabulary, who and when, and what is refused with which words."""

from typing import Any

import pytest

from mailwright.model.problem import Problem
from mailwright.model.times import parse_iso
from mailwright.sources import segment

NOW = parse_iso("2026-11-22T20:00:00Z")


def message(**fields: Any) -> dict[str, Any]:
    base = {"type": "track", "event": "Heart Beat", "userId": "c1", "messageId": "m1",
            "timestamp": "2026-11-22T19:00:00.000Z"}  # fmt: skip
    return {**base, **fields}


def refused(message: Any, **options: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        segment.event(message, NOW, **options)
    return caught.value


def test_a_track_call_becomes_an_event() -> None:
    event = segment.event(message(properties={"speed": 3}), NOW)
    assert (event.id, event.customer_id, event.type, event.name) == ("m1", "c1", "track", "Heart Beat")
    assert event.at == parse_iso("2026-11-22T19:00:00Z")
    assert event.data == {"speed": 3}
    assert event.source == "segment"


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("Completed Order", "Order Completed"),
        ("Order Completed", "Order Completed"),
        ("order_completed", "Order Completed"),
        ("Viewed Product", "Product Viewed"),
        ("Viewed Product Category", "Product List Viewed"),
        ("added product", "Product Added"),
        ("Removed Product", "Product Removed"),
        ("Canceled Order", "Order Cancelled"),
        ("Loyalty Card Scanned", "Loyalty Card Scanned"),
    ],
)
def test_old_spellings_get_todays_names_and_unknown_names_are_kept(given: str, known: str) -> None:
    properties = {"order_id": "o1", "product_id": "p1"}
    assert segment.event(message(event=given, properties=properties), NOW).name == known


def test_a_v1_order_is_read_in_v2_words() -> None:
    properties = {
        "orderId": 17,
        "revenue": "19.90",
        "currency": "eur",
        "products": [{"id": "p1", "imageUrl": "https://shop.example.com/p1.png", "price": "9.95", "quantity": 2}],
    }
    data = segment.event(message(event="Completed Order", properties=properties), NOW).data
    assert data["order_id"] == "17"
    assert data["total"] == data["revenue"] == 19.9
    assert data["currency"] == "EUR"
    assert data["products"] == [
        {"product_id": "p1", "image_url": "https://shop.example.com/p1.png", "price": 9.95, "quantity": 2}
    ]


def test_an_order_without_a_total_is_worth_its_lines() -> None:
    lines = [{"product_id": "a", "price": 0.1, "quantity": 3}, {"sku": "b", "price": 2}]
    event = segment.event(message(event="Order Completed", properties={"order_id": "o", "products": lines}), NOW)
    assert event.data["total"] == 2.3
    assert event.data["products"][1] == {"product_id": "b", "sku": "b", "price": 2, "quantity": 1}


def test_a_line_of_no_pieces_is_no_line() -> None:
    lines = [{"product_id": "a", "quantity": 0}, {"product_id": "b", "quantity": 2.0}]
    data = segment.event(message(event="Cart Updated", properties={"products": lines}), NOW).data
    assert data["products"] == [{"product_id": "b", "quantity": 2}]


def test_the_user_id_is_the_customer_else_the_anonymous_id() -> None:
    assert segment.event(message(anonymousId="a1"), NOW).customer_id == "c1"
    assert segment.event(message(userId=None, anonymousId="a1"), NOW).customer_id == "a1"
    assert segment.event(message(userId="  ", anonymousId="a1"), NOW).customer_id == "a1"
    assert segment.event(message(userId=42), NOW).customer_id == "42"


def test_a_message_with_both_ids_names_the_anonymous_one_beside() -> None:
    assert segment.event(message(anonymousId="a1"), NOW).links == ["a1"]
    assert segment.event(message(userId=None, anonymousId="a1"), NOW).links == []
    assert segment.event(message(type="alias", previousId="a1", anonymousId="a2"), NOW).links == []


@pytest.mark.parametrize(
    "nobody",
    ["c1", "", "undefined", "NULL", "0", "00000000-0000-0000-0000-000000000000", "anonymous", "[object Object]",
     "x" * 200, {"a": 1}, "a\nb", "order#1", None],
)  # fmt: skip
def test_an_anonymous_id_that_is_nobodys_joins_nobody_and_harms_nothing(nobody: object) -> None:
    event = segment.event(message(anonymousId=nobody), NOW)
    assert (event.customer_id, event.links) == ("c1", [])


def test_a_message_without_an_id_gets_one_from_its_content() -> None:
    bare = {key: value for key, value in message().items() if key != "messageId"}
    first = segment.event({**bare, "sentAt": "2026-11-22T19:00:01Z"}, NOW)
    again = segment.event({**bare, "sentAt": "2026-11-22T19:05:00Z", "writeKey": "local"}, NOW + 60_000)
    other = segment.event({**bare, "userId": "c2"}, NOW)
    assert first.id == again.id != other.id
    assert first == again


def test_identify_carries_traits_with_consent_in_one_form_and_the_country() -> None:
    traits = {
        "email": " jane@example.com ",
        "first_name": "Jane",
        "age": 31,
        "marketing_consent": "granted",
        "marketing_consent_at": "2026-11-20T08:00:00+01:00",
        "address": {"city": "Delft", "country": "NL"},
        "shoe_size": 38,
    }
    event = segment.event(message(type="identify", traits=traits), NOW)
    assert event.data == {
        "email": "jane@example.com",
        "firstName": "Jane",
        "age": 31,
        "marketing_consent": "granted",
        "marketing_consent_at": parse_iso("2026-11-20T07:00:00Z"),
        "address": {"city": "Delft", "country": "NL"},
        "shoe_size": 38,
    }
    assert event.context == {"location": {"country": "NL"}}


def test_a_trait_set_to_null_stays_unset_but_an_address_or_consent_does_not_go_by_silence() -> None:
    traits = {"phone": None, "email": None, "marketing_consent": "", "plan": ""}
    assert segment.event(message(type="identify", traits=traits), NOW).data == {"phone": None}


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "mobile"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36", "mobile"),
        ("Mozilla/5.0 (Linux; Android 14; SM-X910) AppleWebKit/537.36 Chrome/130 Safari/537.36", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "tablet"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130 Safari/537.36", "desktop"),
    ],
)
def test_surroundings_are_reduced_to_what_is_read(agent: str, device: str) -> None:
    context = {
        "userAgent": agent,
        "locale": "en_GB.UTF-8",
        "timezone": "Europe/London",
        "location": {"country": "GB", "city": "Leeds", "latitude": 53.8},
        "ip": "192.0.2.1",
        "library": {"name": "analytics.js"},
    }
    assert segment.event(message(context=context), NOW).context == {
        "device": device,
        "locale": "en-GB",
        "timezone": "Europe/London",
        "location": {"country": "GB", "city": "Leeds"},
    }


@pytest.mark.parametrize(
    ("kind", "agent", "device"),
    [
        ("ios", "Shop/12 CFNetwork/1568 Darwin/24", "mobile"),
        ("android", "Mozilla/5.0 (Linux; Android 14; SM-X910) Chrome/130 Safari/537.36", "tablet"),
        ("iPad", None, "tablet"),
        ("Computer", "Mozilla/5.0 (iPhone) Mobile/15E148", "desktop"),
        ("fridge", "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0)", "desktop"),
        ("fridge", "curl/8", None),
        (None, None, None),
    ],
)
def test_a_device_is_told_by_its_type_and_a_phone_or_nothing_by_the_browser_too(kind, agent, device):
    context = {"device": {"type": kind}, "userAgent": agent}
    assert segment.event(message(context=context), NOW).context.get("device") == device


def test_every_call_of_the_spec_is_read() -> None:
    page = segment.event(message(type="page", name="Home", properties={"path": "/"}), NOW)
    assert (page.name, page.data) == ("Home", {"path": "/"})
    assert segment.event(message(type="screen", name="Start"), NOW).name == "Start"
    group = segment.event(message(type="group", groupId="g1", traits={"name": "Initech"}), NOW)
    assert group.data == {"name": "Initech", "groupId": "g1"}
    alias = segment.event(message(type="alias", previousId="a1"), NOW)
    assert (alias.customer_id, alias.data) == ("c1", {"previousId": "a1"})


def test_a_batch_lends_its_context_to_messages_without_one() -> None:
    own = {"type": "page", "context": {"locale": "de-DE"}}
    body = {"batch": [{"type": "track"}, own, "not a message"], "context": {"locale": "en-US"}}
    first, second, third = segment.messages(body)
    assert first["context"] == {"locale": "en-US"}
    assert second is not body["batch"][1]
    assert second["context"] == {"locale": "de-DE"}
    assert third == "not a message"


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        ({"userId": None}, "missing_field", "userId"),
        ({"userId": True}, "invalid_field", "userId must be text, not true or false"),
        ({"userId": "a\nb"}, "invalid_field", "userId contains a control character"),
        ({"userId": "x" * 161}, "invalid_field", "userId is longer than 160 bytes"),
        ({"userId": "product#1"}, "invalid_field", "product#"),
        ({"messageId": "x" * 101}, "invalid_field", "messageId has 101 characters"),
        ({"messageId": {}}, "invalid_field", "messageId must be text, not an object"),
        ({"type": "purchase"}, "unknown_type", "'purchase'"),
        ({"type": None}, "missing_field", "type"),
        ({"event": " "}, "missing_field", "event"),
        ({"event": 1.5}, "invalid_field", "event must be text"),
        ({"event": "x" * 201}, "invalid_field", "event has 201 characters"),
        ({"properties": []}, "invalid_field", "properties must be an object, not a list"),
        ({"context": "x"}, "invalid_field", "context must be an object, not 'x'"),
        ({"context": {"timezone": "half past nine"}}, "invalid_field", "context.timezone"),
        ({"timestamp": "yesterday"}, "invalid_field", "timestamp must be an ISO 8601 time"),
        ({"timestamp": 1763841600}, "invalid_field", "timestamp must be an ISO 8601 time"),
        ({"timestamp": "2026-11-22T20:10:01Z"}, "timestamp_in_future", "timestamp 2026-11-22T20:10:01Z"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "timestamp_too_old", "timestamp"),
        ({"type": "identify", "traits": {"email": "not an address"}}, "invalid_field", "traits.email"),
        ({"type": "identify", "traits": {"email": "a@b@example.com"}}, "invalid_field", "traits.email"),
        ({"type": "identify", "traits": {"email": "a\r\nBcc: b@example.com"}}, "invalid_field", "traits.email"),
        ({"type": "identify", "traits": {"marketing_consent": "yes"}}, "invalid_field", "granted or denied, not 'yes'"),
        (
            {"type": "identify", "traits": {"marketing_consent_at": "2027-01-01T00:00:00Z"}},
            "timestamp_in_future",
            "traits.marketing_consent_at",
        ),
        ({"type": "group"}, "missing_field", "groupId"),
        ({"type": "alias"}, "missing_field", "previousId"),
        ({"type": "alias", "previousId": "c1"}, "self_alias", "the customer itself, 'c1'"),
        ({"type": "alias", "previousId": "undefined"}, "invalid_field", "nobody's id"),
        ({"event": "Order Completed"}, "missing_field", "properties.order_id"),
        ({"event": "Product Viewed", "properties": {}}, "missing_field", "properties.product_id"),
        (
            {"event": "Order Completed", "properties": {"order_id": "1", "total": "12,50"}},
            "invalid_field",
            "properties.total must be a number like 19.99, not '12,50'",
        ),
        (
            {"event": "Order Completed", "properties": {"order_id": "1", "total": -5}},
            "invalid_field",
            "properties.total must be at least 0",
        ),
        (
            {"event": "Order Completed", "properties": {"order_id": "1", "currency": "euro"}},
            "invalid_field",
            "properties.currency",
        ),
        (
            {"event": "Cart Updated", "properties": {"products": [{"product_id": "p", "quantity": 1.5}]}},
            "invalid_field",
            "properties.products[0].quantity must be a whole number",
        ),
        ({"event": "Cart Updated", "properties": {"products": ["p"]}}, "invalid_field", "properties.products[0]"),
        ({"properties": {"a": float("nan")}}, "invalid_number", "properties.a is nan"),
        ({"properties": {"a": [1, float("-inf")]}}, "invalid_number", "properties.a[1] is -inf"),
        ({"properties": {"a": 2**70}}, "invalid_number", "properties.a"),
        ({"properties": {"a": "\x00"}}, "invalid_text", "properties.a contains a NUL"),
        ({"properties": {"a\ud800": 1}}, "invalid_text", "half a surrogate pair"),
        ({"properties": {str(n): n for n in range(257)}}, "too_many_keys", "properties has 257 keys"),
        ({"properties": {"a": "x" * 33_000}}, "event_too_large", "at most 32,768"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_field_by_name(change: dict[str, Any], code: str, named: str) -> None:
    problem = refused(message(**change))
    assert problem.code == code
    assert named in problem.message


def test_nesting_stops_at_eight() -> None:
    nested: Any = 1
    for _ in range(6):
        nested = {"a": nested}
    assert segment.event(message(properties={"a": nested}), NOW).name == "Heart Beat"
    problem = refused(message(properties={"a": {"a": nested}}))
    assert (problem.code, problem.message.startswith("properties.a.a")) == ("too_deep", True)


def test_a_message_that_is_no_object_is_refused() -> None:
    assert refused(["track"]).message == "a message must be an object, not a list"


def test_history_may_be_larger_than_what_a_browser_sends() -> None:
    large = message(properties={"a": "x" * 100_000})
    assert refused(large).code == "event_too_large"
    assert segment.event(large, NOW, limit=256 * 1024).id == "m1"
