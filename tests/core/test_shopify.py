"""Shopify webhooks to Events: every topic, in both envelopes, with both kinds of header names."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mailwright.model.event import Event
from mailwright.model.problem import Problem
from mailwright.model.times import parse_iso
from mailwright.sources import bus, shopify

SAMPLES = Path(__file__).parents[2] / "events" / "shopify"
NOW = parse_iso("2026-11-22T20:00:00Z")
ADA = "7064520229001"


def sample(topic: str) -> dict[str, Any]:
    envelope: dict[str, Any] = json.loads((SAMPLES / f"{topic.replace('/', '-')}.json").read_text())
    return envelope


def read(topic: str, **changes: Any) -> list[Event]:
    envelope = sample(topic)
    envelope["detail"]["payload"].update(changes)
    return bus.events(envelope, NOW)


def said(events: list[Event]) -> list[tuple[str, str, str]]:
    return [(event.customer_id, event.type, event.name) for event in events]


def test_an_order_says_who_bought_and_what() -> None:
    who, what = read("orders/create")
    assert said([who, what]) == [(ADA, "identify", ""), (ADA, "track", "Order Completed")]
    assert what.at == parse_iso("2026-11-03T12:20:00Z")
    assert what.id == "98880550-7158-44d4-b7cd-2c97c8a09001:orders/create"
    assert (what.data["total"], what.data["revenue"], what.data["currency"]) == (102.95, 98.0, "GBP")
    assert what.data["products"][0] == {
        "product_id": "8000000001002",
        "sku": "HP-1002",
        "name": "Stoneware mugs, set of two",
        "brand": "Tidewater",
        "price": 28.0,
        "quantity": 2,
    }
    assert what.context == {"device": "desktop", "locale": "en-GB", "location": {"country": "GB", "city": "Bristol"}}


@pytest.mark.parametrize(
    ("state", "trait"),
    [("subscribed", "granted"), ("unsubscribed", "denied"), ("not_subscribed", None), ("pending", None)],
)
def test_consent_is_taken_with_the_time_it_was_given_and_no_statement_is_none(state: str, trait: str | None) -> None:
    consent = {"state": state, "opt_in_level": "single_opt_in", "consent_updated_at": "2026-11-01T10:00:00Z"}
    (event,) = read("customers/update", email_marketing_consent=consent)
    assert event.data.get("marketing_consent") == trait
    assert event.data.get("marketing_consent_at") == (parse_iso("2026-11-01T10:00:00Z") if trait else None)


def test_a_guest_is_known_by_the_address_else_by_the_token() -> None:
    assert read("checkouts/create", customer=None, email="Ada@Example.com")[1].customer_id == "ada@example.com"
    bare = read("checkouts/create", customer=None, email=None)
    assert [event.customer_id for event in bare if event.type == "track"] == ["c1-4fd2e0b1"]
    assert read("carts/update", token="c1-4fd2e0b1?key=77a")[0].customer_id == "c1-4fd2e0b1"


def test_a_guest_who_becomes_a_customer_is_named_by_the_order_with_their_cart() -> None:
    new = {**sample("orders/create")["detail"]["payload"]["customer"], "created_at": "2026-11-03T12:19:59Z"}
    *_, order = read("orders/create", customer=new)
    assert order.links == ["c1-4fd2e0b1", "ada@example.com"]
    # A customer of eight months bought under their own id all along.
    assert read("orders/create")[-1].links == ["c1-4fd2e0b1"]
    # Later news of the order names nobody anew.
    assert read("orders/updated")[-1].links == read("orders/updated")[-2].links == []


def test_a_checkout_names_the_cart_it_was_made_from_and_a_cart_its_owner() -> None:
    *_, checkout = read("checkouts/create", cart_token="c1-4fd2e0b1?key=77a")
    assert checkout.links == ["c1-4fd2e0b1"]
    assert read("checkouts/create", customer=None, email=None)[-1].links == []  # the token is who they are
    assert read("carts/update", customer={"id": 7})[0].links == ["c1-4fd2e0b1"]
    odd = {"cart_token": {"not": "text"}}
    assert read("checkouts/create", **odd)[-1].links == []


def test_a_checkout_that_became_an_order_is_an_empty_cart() -> None:
    *_, event = read("checkouts/update", completed_at="2026-11-03T12:12:00Z")
    assert (event.name, event.data["products"]) == ("Cart Updated", [])


def test_a_cart_emptied_is_a_cart_of_nothing() -> None:
    (event,) = read("carts/update", line_items=[])
    assert event.data == {"cart_id": "c1-4fd2e0b1", "products": []}


def test_a_refund_reaches_the_customer_through_the_order_that_tells_of_it() -> None:
    *_, refund = read("orders/updated")
    assert said([refund]) == [(ADA, "track", "Order Refunded")]
    assert (refund.id, refund.data["total"]) == ("refund:929361462001", 28.0)
    assert refund.at == parse_iso("2026-11-05T09:30:00Z")
    # However often the order is told of, it is the same event; and after a fortnight it is not told again.
    assert read("orders/updated", updated_at="2026-11-06T09:30:02Z")[-1] == refund
    assert [event.name for event in read("orders/updated", updated_at="2026-11-21T09:30:02Z")] == ["", "Order Updated"]


def test_a_refund_by_itself_names_no_customer() -> None:
    (event,) = read("refunds/create")
    assert said([event]) == [("order#820982911946154500", "track", "Order Refunded")]


def test_only_money_that_went_back_is_a_refund() -> None:
    transactions = [
        {"kind": "refund", "status": "success", "amount": "10.00", "currency": "GBP"},
        {"kind": "refund", "status": "failure", "amount": "99.00", "currency": "GBP"},
        {"kind": "void", "status": "success", "amount": "5.00", "currency": "GBP"},
    ]
    assert read("refunds/create", transactions=transactions)[0].data["total"] == 10.0


def test_a_product_is_about_no_customer() -> None:
    (event,) = read("products/update")
    assert (event.customer_id, event.name) == ("product#8000000001002", "Product Updated")
    assert event.data["url"] == "https://shop.example.com/products/stoneware-mugs-set-of-two"
    assert event.data["price"] == 28.0


def test_a_line_typed_in_by_hand_goes_by_its_title() -> None:
    line = {"product_id": None, "sku": None, "variant_id": None, "title": "Gift wrap", "price": "2.00", "quantity": 1}
    assert read("carts/update", line_items=[line])[0].data["products"][0]["product_id"] == "Gift wrap"


def test_names_without_the_x_and_in_any_case_are_the_same_names() -> None:
    envelope = sample("orders/create")
    newer = deepcopy(envelope)
    newer["detail"]["metadata"] = {
        name.removeprefix("X-").lower(): value for name, value in envelope["detail"]["metadata"].items()
    }
    assert bus.events(newer, NOW) == bus.events(envelope, NOW)


def test_the_flat_envelope_says_the_same() -> None:
    flat = bus.events(json.loads((SAMPLES / "flat-carts-update.json").read_text()), NOW)
    nested = bus.events(sample("carts/update"), NOW)
    assert [event.data for event in flat] == [event.data for event in nested]


def test_without_an_event_id_the_payload_is_the_id() -> None:
    envelope = sample("orders/create")
    for name in ("X-Shopify-Event-Id", "X-Shopify-Webhook-Id"):
        del envelope["detail"]["metadata"][name]
    first = bus.events(envelope, NOW)
    envelope["detail"]["metadata"]["X-Shopify-Triggered-At"] = "2026-11-03T13:20:04Z"
    assert bus.events(envelope, NOW) == first
    assert len({event.id for event in first}) == len(first)
    envelope["detail"]["payload"]["total_price"] = "1.00"
    assert bus.events(envelope, NOW)[0].id != first[0].id


def test_when_the_payload_has_no_time_the_webhook_has() -> None:
    (event,) = read("carts/update", updated_at=None, created_at=None)
    assert event.at == parse_iso("2026-11-03T12:05:01.417Z")


@pytest.mark.parametrize(
    ("topic", "changes", "code", "named"),
    [
        ("orders/create", {"customer": "Ada"}, "invalid_field", "customer must be an object"),
        ("orders/create", {"id": None}, "missing_field", "id"),
        ("orders/create", {"total_price": "12,50"}, "invalid_field", "total_price"),
        ("orders/create", {"created_at": "2027-01-01T00:00:00Z"}, "timestamp_in_future", "created_at"),
        ("orders/create", {"line_items": {}}, "invalid_field", "line_items must be a list"),
        ("orders/create", {"currency": "pounds"}, "invalid_field", "currency"),
        ("orders/create", {"name": "\ud800"}, "invalid_text", "order_number"),
        ("orders/updated", {"refunds": [1]}, "invalid_field", "refunds[0]"),
        ("carts/update", {"token": None, "id": None}, "missing_field", "customer.id"),
        ("customers/update", {"id": None}, "missing_field", "id"),
        ("customers/update", {"id": "a\ud800"}, "invalid_field", "control character"),
        ("customers/update", {"email": "ada@"}, "invalid_field", "email"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_field_by_name(
    topic: str, changes: dict[str, Any], code: str, named: str
) -> None:
    with pytest.raises(Problem) as caught:
        read(topic, **changes)
    assert caught.value.code == code
    assert named in caught.value.message


def test_an_unknown_topic_is_refused_by_name() -> None:
    with pytest.raises(Problem, match="topic 'themes/publish' is not read; the topics are orders/create"):
        shopify.events(shopify.Delivery("themes/publish", {}), NOW)


def test_an_envelope_without_headers_is_refused() -> None:
    envelope = sample("orders/create")
    del envelope["detail"]["metadata"]
    with pytest.raises(Problem, match=r"detail\.metadata"):
        bus.events(envelope, NOW)
