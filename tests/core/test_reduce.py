"""The reducer: facts add up, order and batches do not matter, bad events harm nobody."""

import random
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.fold.cart import lines
from mailwright.fold.context import local_hours
from mailwright.fold.orders import lifetime_value
from mailwright.fold.reduce import TRACK, concerns_a_profile, reduce
from mailwright.fold.traits import trait
from mailwright.model.event import Event
from mailwright.model.problem import Problem
from mailwright.model.profile import Profile, count
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY, HOUR, MINUTE
from tests.core.histories import START, histories


def event(name: str, at: int = START, /, id: str = "", **data: Any) -> Event:  # noqa: A002
    return Event(id or f"{name}@{at}", at, "c1", "track", name, "test", data)


def folded(*events: Event) -> Profile:
    return reduce(Profile("c1"), events)


@settings(deadline=None, max_examples=300)
@given(histories(), st.randoms(use_true_random=False), st.data())
def test_any_order_and_any_batches_give_the_same_bytes(
    history: list[Event], shuffle: random.Random, data: st.DataObject
) -> None:
    expected = encode_profile(reduce(Profile("c1"), history))
    shuffled = history[:]
    shuffle.shuffle(shuffled)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=5)))
    profile = Profile("c1")
    for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
        profile = decode_profile(encode_profile(reduce(profile, shuffled[start:end])))
    assert encode_profile(profile) == expected


@settings(deadline=None, max_examples=100)
@given(histories(spread=500 * DAY), st.randoms(use_true_random=False))
def test_what_grows_too_old_is_dropped_the_same_way_in_any_order(history: list[Event], shuffle: random.Random) -> None:
    expected = encode_profile(reduce(Profile("c1"), history))
    shuffled = history[:]
    shuffle.shuffle(shuffled)
    profile = Profile("c1")
    for one in shuffled:
        profile = reduce(profile, [one])
    assert encode_profile(profile) == expected


@settings(deadline=None, max_examples=100)
@given(histories(), st.data())
def test_a_bad_event_is_refused_whole_and_its_neighbours_count(history: list[Event], data: st.DataObject) -> None:
    bad = data.draw(
        st.sampled_from([
            event("Order Completed", START + 1, total="NaN", products=[{"product_id": "p1", "quantity": 1}]),
            event("Order Completed", START + 1, total=10, products=[{"product_id": "p1", "quantity": -1}]),
            event("Order Completed", START + 1, total=-5),
            event("Order Completed", START + 1, total=True),
            event("Order Completed", START + 1, products="p1"),
            event("Product Added", START + 1, product_id="p1", quantity=1.5),
            event("Product Added", START + 1, quantity=1),
            event("Product Viewed", START + 1, product_id="p1", price="12,50"),
            event("Product Viewed", START + 1, product_id="p1", price=1e300),
            event("Product Viewed", START + 1, product_id=["p1"]),
            Event("bad", START, "c1", "identify", data={"age": float("nan")}),
            Event("bad", START, "c1", "group", data={"group_id": {"a": 1}, "name": "x"}),
            Event("bad", START, "c1", "alias", data={}),
            Event("bad", START, "c1", "alias", data={"previous_id": "c1"}),
            Event("bad", START, "c1", "unheard"),
            Event("bad", START, "c1", "page", context={"traits": {"age": float("inf")}}),
        ])
    )  # fmt: skip
    place = data.draw(st.integers(0, len(history)))
    refused: list[tuple[Event, Problem]] = []
    profile = reduce(Profile("c1"), [*history[:place], bad, *history[place:]], refused=refused)
    assert encode_profile(profile) == encode_profile(reduce(Profile("c1"), history))
    assert [one for one, _ in refused] == [bad]
    assert refused[0][1].message
    with pytest.raises(Problem):
        reduce(Profile("c1"), [bad])


@settings(deadline=None, max_examples=50)
@given(histories(), histories())
def test_the_profile_before_stays_as_it_was(first: list[Event], then: list[Event]) -> None:
    before = reduce(Profile("c1"), first)
    bytes_before = encode_profile(before)
    reduce(before, then)
    assert encode_profile(before) == bytes_before


def test_orders_count_money_recency_and_empty_the_cart() -> None:
    shirt = {"product_id": "s1", "name": "Shirt", "price": "19.99", "category": "Shirts", "brand": "Acme"}
    profile = folded(
        event("Product Added", START, **shirt, quantity=2),
        event("Order Completed", START + HOUR, order_id="1", total="43.48", products=[{**shirt, "quantity": 2}]),
        event("Product Added", START + 2 * HOUR, product_id="m1", name="Mug", price=5),
    )
    assert count(profile.totals, "orders") == 1
    assert count(profile.totals, "revenue") == 4348
    assert count(profile.totals, "items") == 2
    assert profile.first_order == profile.last_order == START + HOUR
    assert [(product.name, pieces) for product, pieces in lines(profile.cart)] == [("Mug", 1)]
    assert profile.categories == {"Shirts": {START // (28 * DAY): 3 + 10}}


def test_an_order_without_a_total_is_worth_its_lines() -> None:
    profile = folded(event("Order Completed", products=[{"sku": "a", "price": 2.5, "quantity": 3}, {"sku": "b"}]))
    assert count(profile.totals, "revenue") == 750
    assert count(profile.totals, "items") == 4


def test_an_order_both_cancelled_and_refunded_is_lost_once() -> None:
    profile = folded(
        event("Order Completed", START, order_id="1", total=100),
        event("Order Completed", START + 1, order_id="2", total=50),
        event("Order Cancelled", START + 2, order_id="1", total=100),
        event("Order Refunded", START + 3, order_id="1", total=100),
        event("Order Refunded", START + 4, order_id="2", total=20),
    )
    assert lifetime_value(profile) == 3000
    assert count(profile.totals, "refunds") == 12000


def test_a_snapshot_replaces_the_cart_and_later_changes_come_on_top() -> None:
    profile = folded(
        event("Product Added", START + MINUTE, product_id="a", name="A", quantity=2),
        event("Product Removed", START + 3 * MINUTE, product_id="b", quantity=1),
        event("Cart Updated", START + 2 * MINUTE, cart_url="https://shop.example.com/c", products=[
            {"product_id": "b", "name": "B", "quantity": 3}, {"product_id": "c", "name": "C", "quantity": 0}]),
    )  # fmt: skip
    assert [(product.name, pieces) for product, pieces in lines(profile.cart)] == [("B", 2)]
    assert profile.cart.url == "https://shop.example.com/c"


def test_the_newest_twenty_products_are_remembered_with_details_on_five() -> None:
    views = [event("Product Viewed", START + n * MINUTE, product_id=f"p{n}", name="x") for n in range(30)]
    again = event("Product Viewed", START + DAY, product_id="p0", name="again")
    profile = folded(*views, again)
    assert [view.product_id for view in profile.views] == ["p0", *(f"p{n}" for n in range(29, 10, -1))]
    assert [view.product is not None for view in profile.views] == [True] * 5 + [False] * 15


def test_a_trait_set_to_null_stays_unset_when_an_older_value_comes_late() -> None:
    profile = folded(
        Event("2", START + 1, "c1", "identify", data={"plan": None, "firstName": "Ann", "address": {"city": "Ulm"}}),
        Event("1", START, "c1", "identify", data={"plan": "gold", "marketing_consent": "granted"}),
    )
    assert trait(profile.traits, "plan") is None
    assert trait(profile.traits, "first_name") == "Ann"
    assert trait(profile.traits, "address.city") == "Ulm"
    assert trait(profile.traits, "marketing_consent") == "granted"


def test_well_known_traits_stay_when_there_are_too_many() -> None:
    many = {f"x{n}": n for n in range(100)} | {"email": "a@example.com", "plan": "gold"}
    profile = folded(Event("1", START, "c1", "identify", data=many))
    assert len(profile.traits) == 40
    assert {"email", "plan"} <= set(profile.traits)


def test_hours_are_read_in_the_customers_own_time_zone() -> None:
    profile = folded(
        Event("1", START + 23 * HOUR, "c1", "page"),
        Event("2", START + 40 * HOUR, "c1", "identify", context={"timezone": "Asia/Tokyo"}),
    )
    assert local_hours(profile, START)[8] == 1
    assert sum(profile.hours) == 1


def test_the_latest_of_many_events_of_the_same_surroundings_says_them_for_all() -> None:
    here: dict[str, Any] = {"locale": "de-DE", "location": {"country": "DE"}}
    there: dict[str, Any] = {"locale": "de-DE", "location": {"country": "US"}}
    told = [
        Event("1", START, "c1", "page", context=here),
        Event("2", START + 4, "c1", "page", context=here),
        Event("3", START + 3, "c1", "page", context=there),
        Event("4", START + 2, "c1", "page", context=here),
        Event("5", START + 6, "c1", "page", context={"locale": "de-DE"}),
        Event("6", START + 9, "c1", "track", "Email Sent", context=there),  # for the lake, not for the profile
        Event("7", START + 9, "c1", "timer", context=there),
    ]
    for order in permutations(told):
        registers = reduce(Profile("c1"), order).context
        assert registers == {"country": (START + 4, "DE"), "locale": (START + 6, "de-DE")}


def test_email_feedback_counts_but_is_no_sign_of_life() -> None:
    profile = folded(event("Email Opened"), event("Email Bounced"), event("Email Sent"), event("Email Delivered"))
    assert count(profile.totals, "opens") == count(profile.totals, "bounces") == 1
    assert profile.last_seen == 0
    assert folded(event("Email Link Clicked")).last_seen == START


def test_events_for_the_lake_concern_no_profile() -> None:
    assert not concerns_a_profile(event("Email Delivered"))
    assert not concerns_a_profile(Event("1", START, "product#1", "track", "Product Updated"))
    assert all(concerns_a_profile(event(name)) for name in TRACK)


def test_a_customer_who_fills_every_bound_still_fits_a_row() -> None:
    chance = random.Random(1)

    def noise(length: int) -> str:
        return "".join(chr(chance.randrange(0x1F300, 0x1F5FF)) for _ in range(length))

    def product() -> dict[str, Any]:
        texts = {name: noise(300) for name in ("name", "url", "image_url", "category", "brand")}
        return {"product_id": noise(100), "price": 1, **texts}

    lines = [product() for _ in range(40)]
    events = [Event("traits", START, "c1", "identify", data={noise(70): [noise(300)] * 30 for _ in range(100)})]
    events += [event("Cart Updated", START, products=lines, cart_url="https://" + noise(400))]
    for number in range(500):
        at = START + number * DAY
        events += [
            event("Product Viewed", at, **product()),
            event("Product Added", at + 1, **product()),
            event(noise(100), at + 2),
            Event(f"alias{number}", at, "c1", "alias", data={"previous_id": noise(160)}),
            event("Order Refunded", at, order_id=noise(70), total=5),
        ]
    state = encode_profile(folded(*events))
    assert 100_000 < len(state) < 390_000
    assert encode_profile(decode_profile(state)) == state


def test_a_profile_row_from_a_newer_version_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="newer version"):
        decode_profile(b"\x07abc")
