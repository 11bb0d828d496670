"""Collect as the world outside sees it: what is let in, what is refused with which answer, and that nothing is lost."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailwright import bootstrap
from tests.functions.doors import Doors, basic, packed, signature, track

SHOPIFY = Path(__file__).parents[2] / "events" / "shopify"


@pytest.fixture
def doors() -> Iterator[Doors]:
    yield Doors()
    bootstrap.use(None)


def payload(topic: str) -> Any:
    return json.loads((SHOPIFY / f"{topic.replace('/', '-')}.json").read_text())["detail"]["payload"]


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/v1/identify", {"traits": {"plan": "trade"}}, "identify"),
        ("/v1/track", {"event": "Store Visited"}, "track"),
        ("/v1/page", {"name": "Home"}, "page"),
        ("/v1/screen", {"name": "Start"}, "screen"),
        ("/v1/group", {"groupId": "g1"}, "group"),
        ("/v1/alias", {"previousId": "a1"}, "alias"),
        ("/v1/i", {"traits": {}}, "identify"),
        ("/v1/t", {"event": "Store Visited"}, "track"),
        ("/v1/p", {}, "page"),
        ("/v1/s", {}, "screen"),
        ("/v1/g", {"groupId": "g1"}, "group"),
        ("/v1/a", {"previousId": "a1"}, "alias"),
    ],
)
def test_every_call_has_its_address(doors: Doors, path: str, body: dict[str, Any], kind: str) -> None:
    assert doors.post(path, {"userId": "c1", **body}) == (200, {"success": True})
    assert [event.type for event in doors.stream.events] == [kind]


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import"])
def test_a_batch_is_many_messages(doors: Doors, path: str) -> None:
    batch = [track(messageId="m1"), track(messageId="m2")]
    assert doors.post(path, {"batch": batch}) == (200, {"success": True})
    assert [event.id for event in doors.stream.events] == ["m1", "m2"]


def test_an_empty_batch_is_fine(doors: Doors) -> None:
    assert doors.post("/v1/batch", {"batch": []}) == (200, {"success": True})


@pytest.mark.parametrize(
    ("header", "body_key"),
    [(basic("local"), None), ("Bearer local", None), ("bearer local", None), ("", "local"), (basic("wrong"), "local")],
)
def test_the_write_key_comes_in_three_ways(doors: Doors, header: str, body_key: str | None) -> None:
    body = track() if body_key is None else {**track(), "writeKey": body_key}
    assert doors.post("/v1/track", body, authorization=header)[0] == 200


@pytest.mark.parametrize(
    ("header", "body_key"),
    [
        ("", None),
        ("", "wrong"),
        ("", 5),
        (basic("wrong"), None),
        (basic(""), None),
        ("Bearer ", ""),
        ("Basic not base64!", None),
        ("Digest local", None),
        (basic("locäl"), "locäl"),
    ],
)
def test_without_the_write_key_nothing_gets_in(doors: Doors, header: str, body_key: Any) -> None:
    status, answer = doors.post("/v1/track", {**track(), "writeKey": body_key}, authorization=header)
    assert (status, answer["code"]) == (401, "unauthorized")
    assert doors.stream.events == []
    assert doors.quarantine.records == []


def test_a_shop_without_a_write_key_is_closed(doors: Doors) -> None:
    doors.secrets = {"write_key": ""}
    assert doors.post("/v1/track", {**track(), "writeKey": ""}, authorization=basic(""))[0] == 401
    doors.secrets = {}
    assert doors.post("/v1/track", track(), authorization=basic(""))[0] == 401


def test_gzip_is_unpacked(doors: Doors) -> None:
    assert doors.post("/v1/batch", packed({"batch": [track()]}), content_encoding="gzip") == (200, {"success": True})
    assert doors.stream.events[0].name == "Store Visited"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "text/plain;charset=UTF-8", "", "text/plain"])
def test_browsers_may_send_text(doors: Doors, kind: str) -> None:
    assert doors.post("/v1/track", track(), content_type=kind)[0] == 200


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", {}, 400, "malformed_json"),
        (b"{", {}, 400, "malformed_json"),
        (b'{"userId": "c1", "x": NaN}', {}, 400, "malformed_json"),
        (b'{"x": 1e999}', {}, 400, "malformed_json"),
        (b'\xff\xfe"', {}, 400, "malformed_json"),
        (b"[" * 100_000, {}, 400, "too_deep"),
        (b"[]", {}, 400, "invalid_message"),
        (b"null", {}, 400, "invalid_message"),
        (b"not gzip", {"content_encoding": "gzip"}, 400, "malformed_gzip"),
        (gzip.compress(b"{}", mtime=0)[:-3], {"content_encoding": "gzip"}, 400, "malformed_gzip"),
        (b"{}", {"content_encoding": "br"}, 415, "unsupported_media_type"),
        (b"a=b", {"content_type": "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"),
        (b" " * 512_001, {}, 413, "body_too_large"),
        (gzip.compress(b" " * 50_000_000, mtime=0), {"content_encoding": "gzip"}, 413, "body_too_large"),
        (track(properties={"a": "x" * 33_000}), {}, 413, "event_too_large"),
        (track(userId=None), {}, 400, "missing_field"),
        (track(timestamp="2026-11-22T20:10:01Z"), {}, 400, "timestamp_in_future"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(
    doors: Doors, body: Any, headers: dict[str, str], status: int, code: str
) -> None:
    answered, answer = doors.post("/v1/track", body, **headers)
    assert (answered, answer["code"]) == (status, code)
    assert isinstance(answer["message"], str)
    assert set(answer) == {"code", "message"}
    assert doors.stream.events == []


def test_a_batch_must_hold_a_batch(doors: Doors) -> None:
    assert doors.post("/v1/batch", {"batch": {}})[1]["message"] == "batch must be a list of messages, not an object"
    assert doors.post("/v1/batch", track())[1]["code"] == "missing_field"
    assert doors.post("/v1/batch", [track()])[0] == 400


def test_bad_messages_of_a_batch_are_kept_and_the_others_go_on(doors: Doors) -> None:
    bad = [{"type": "track", "userId": "c2"}, "nonsense", track(properties={"a": "x" * 40_000})]
    status, answer = doors.post("/v1/batch", {"batch": [track(messageId="a"), *bad, track(messageId="b")]})
    assert status == 200
    assert [(each["index"], each["code"]) for each in answer["rejected"]] == [
        (1, "missing_field"),
        (2, "invalid_message"),
        (3, "event_too_large"),
    ]
    assert [event.id for event in doors.stream.events] == ["a", "b"]
    assert [record.record for record in doors.quarantine.records] == bad
    assert doors.quarantine.records[0].reason == "event is missing: a track call needs the name of what happened"


def test_a_batch_of_nothing_but_bad_messages_is_an_error(doors: Doors) -> None:
    assert doors.post("/v1/batch", {"batch": [1, 2]})[0] == 400
    assert len(doors.quarantine.records) == 2


def test_what_an_authorised_client_sends_is_kept_even_when_it_is_not_json(doors: Doors) -> None:
    doors.post("/v1/track", b"{broken")
    doors.post("/v1/track", b"\xff\xfe")
    assert [record.record for record in doors.quarantine.records] == ["{broken", "//4="]


def test_the_write_key_is_not_kept_with_what_is(doors: Doors) -> None:
    doors.post("/v1/track", {"writeKey": "local", "event": "x"}, authorization="")
    assert doors.quarantine.records[0].record == {"event": "x"}


def test_history_may_be_larger(doors: Doors) -> None:
    large = track(properties={"a": "x" * 100_000})
    assert doors.post("/v1/import", {"batch": [large]}) == (200, {"success": True})


def test_a_full_stream_asks_the_client_to_come_again(doors: Doors) -> None:
    doors.stream.throttled = {"m2"}
    body = json.dumps({"batch": [track(messageId="m1"), track(messageId="m2"), 5]}).encode()
    answer = doors.http(
        "POST", "/v1/batch", {"authorization": basic("local"), "content-type": "application/json"}, body
    )
    assert (answer.status, json.loads(answer.body)["code"]) == (429, "throttled")
    assert int(answer.headers["retry-after"]) >= 1
    assert doors.quarantine.records == []  # the client sends the batch again, the bad message with it


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_another_method_is_told_which_to_use(doors: Doors, method: str) -> None:
    answer = doors.http(method, "/v1/track")
    assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert doors.http(method, "/shopify").status == 405


def test_an_unknown_call_is_told_the_known_ones(doors: Doors) -> None:
    status, answer = doors.post("/v1/tracks", track())
    assert (status, answer["code"]) == (404, "not_found")
    assert "/v1/{identify,track," in answer["message"]


def test_browsers_may_ask_first(doors: Doors) -> None:
    ask = {"origin": "https://shop.example.com", "access-control-request-method": "POST"}
    answer = doors.http("OPTIONS", "/v1/t", ask)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "content-type" in answer.headers["access-control-allow-headers"]
    refused = doors.http("POST", "/v1/t", {"origin": "https://shop.example.com"}, b"{}")
    assert refused.headers["access-control-allow-origin"] == "*"


def test_a_signed_webhook_gets_in(doors: Doors) -> None:
    assert doors.shopify("orders/create", payload("orders/create")) == (200, {"success": True})
    assert [event.name for event in doors.stream.events] == ["", "Order Completed"]
    assert doors.stream.events[1].id == "e-1:orders/create"


def test_newer_header_names_are_the_same_names(doors: Doors) -> None:
    raw = json.dumps(payload("carts/update")).encode()
    headers = {"Shopify-Topic": "carts/update", "Shopify-Event-Id": "e-2", "Shopify-Hmac-Sha256": signature(raw)}
    assert doors.http("POST", "/shopify", headers, raw).status == 200
    assert doors.stream.events[0].id == "e-2:carts/update"


def test_the_signature_is_over_the_bytes_that_were_sent(doors: Doors) -> None:
    raw = b'{"id":  "c1",\n "token":"c1", "updated_at":"2026-11-22T19:00:00Z", "line_items":[], "note":"\xc3\xa9"}'
    assert doors.shopify("carts/update", raw)[0] == 200
    assert doors.shopify("carts/update", json.dumps(json.loads(raw)).encode(),
                         X_Shopify_Hmac_Sha256=signature(raw))[0] == 401  # fmt: skip


def test_one_wrong_byte_anywhere_is_refused(doors: Doors) -> None:
    raw = json.dumps(payload("carts/update")).encode()
    good = signature(raw)
    for place in range(0, len(raw), 97):
        flipped = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        assert doors.shopify("carts/update", flipped, X_Shopify_Hmac_Sha256=good)[0] == 401
    for place in range(len(good)):
        flipped_header = good[:place] + chr(ord(good[place]) ^ 1) + good[place + 1 :]
        assert doors.shopify("carts/update", raw, X_Shopify_Hmac_Sha256=flipped_header)[0] == 401
    assert doors.shopify("carts/update", raw, X_Shopify_Hmac_Sha256="")[0] == 401
    assert doors.shopify("carts/update", raw, X_Shopify_Hmac_Sha256="é")[0] == 401
    assert (doors.stream.events, doors.quarantine.records) == ([], [])


def test_a_shop_without_a_shopify_secret_is_closed(doors: Doors) -> None:
    doors.secrets = {"write_key": "local"}
    raw = b"{}"
    assert doors.shopify("carts/update", raw, X_Shopify_Hmac_Sha256=signature(raw, ""))[0] == 401


def test_a_webhook_that_cannot_be_used_is_kept_as_an_envelope_and_not_sent_again(doors: Doors) -> None:
    status, answer = doors.shopify("orders/create", {"id": 1})
    assert (status, answer["rejected"][0]["code"]) == (200, "missing_field")
    (kept,) = doors.quarantine.records
    assert kept.record["detail-type"] == "shopifyWebhook"
    assert kept.record["detail"]["payload"] == {"id": 1}
    assert kept.record["detail"]["metadata"]["x-shopify-topic"] == "orders/create"
    assert doors.shopify("orders/create", b"{")[0] == 200
    assert doors.quarantine.records[1].record == "{"


def test_a_full_stream_asks_shopify_to_come_again(doors: Doors) -> None:
    doors.stream.full = True
    assert doors.shopify("carts/update", payload("carts/update"))[0] == 429
