"""What is written in a row reads back as it was, in fewer bytes."""

import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.model.contact import ContactChange
from mailwright.model.outbox import Pending, decode_pending, encode_pending
from mailwright.model.profile import Cart, CartChange, Position, Product, Profile, View
from mailwright.model.state import decode_profile, encode_profile

NOW = 1_767_225_600_000
ADDRESSES = st.sampled_from(
    ["", "/", "https://", "https://a.example/p/1", "https://a.example/p/2", "https://a.example/p/", "p/1", "é/2"]
)
NAMES = st.sampled_from(["", "a", "Shirts", "é"])
PRODUCTS = st.builds(Product, NAMES, NAMES, st.none() | st.integers(0, 10**6), ADDRESSES, ADDRESSES, NAMES, NAMES)
TIMES = st.integers(0, 2**45) | st.integers(0, 10**9).map(lambda second: second * 1000)
VIEWS = st.builds(
    lambda at, product, shown: View(at, product.product_id, product if shown else None), TIMES, PRODUCTS, st.booleans()
)
CARTS = st.builds(
    Cart,
    TIMES,
    st.lists(st.tuples(PRODUCTS, st.integers(1, 9)), max_size=4),
    st.lists(st.builds(CartChange, TIMES, st.binary(min_size=6, max_size=6), st.integers(-9, 9), PRODUCTS), max_size=4),
    ADDRESSES,
)
WEIGHTS = st.dictionaries(NAMES, st.dictionaries(st.integers(700, 740), st.integers(1, 99), min_size=1), max_size=4)
DAYS = st.dictionaries(st.integers(0, 30_000), st.lists(st.integers(0, 10**6), min_size=1, max_size=4))
IDS = st.dictionaries(st.integers(20_000, 20_400), st.binary(max_size=30), max_size=5)


def in_order(weights: dict[str, dict[int, int]]) -> dict[str, dict[int, int]]:
    return {name: dict(sorted(periods.items())) for name, periods in weights.items()}


@given(st.lists(VIEWS, max_size=8), CARTS, WEIGHTS, WEIGHTS, DAYS, IDS)
def test_every_profile_reads_back_as_it_was(
    views: list[View],
    cart: Cart,
    categories: dict[str, dict[int, int]],
    brands: dict[str, dict[int, int]],
    days: dict[int, list[int]],
    ids: dict[int, bytes],
) -> None:
    profile = Profile("c1", v=3, views=views, cart=cart, days=days, ids=ids, traits={"a": (NOW, ["b", None, 1.5])})
    profile.categories, profile.brands = in_order(categories), in_order(brands)
    profile.journeys = {"welcome": Position(1, NOW, "wait", NOW + 1, branches={"if": "then"})}
    again = decode_profile(encode_profile(profile))
    assert again == profile
    assert encode_profile(again) == encode_profile(profile)


def test_a_row_from_before_a_field_came_has_it_as_a_new_profile_does() -> None:
    body = msgspec.msgpack.encode((("", "", []), ["c1", 7, NOW]))
    row = b"\x00" + len(body).to_bytes(3, "big") + body + msgspec.msgpack.encode(([], [], b""))
    assert decode_profile(row) == Profile("c1", v=7, first_seen=NOW)


def test_a_product_that_was_viewed_and_is_in_the_cart_costs_its_bytes_once() -> None:
    product = Product("p1", "Lamp", 1995, "https://shop.example/p/lamp", "https://cdn.example/lamp.jpg", "Home", "Miro")
    views = Profile("c1", views=[View(NOW, "p1", product)])
    both = msgspec.structs.replace(views, cart=Cart(NOW, [(product, 1)]))
    assert len(encode_profile(both)) < len(encode_profile(views)) + 20


@pytest.mark.parametrize("state", [b"", b"\x02", b"\x01\x00\x00\x04abcd", b"\x00\x00\x00\x01\xc1\x90"])
def test_a_damaged_row_raises_what_its_readers_catch(state: bytes) -> None:
    with pytest.raises((ValueError, zlib.error, msgspec.DecodeError)):
        decode_profile(state)


def test_an_outbox_reads_back_from_few_bytes_and_from_plain_json() -> None:
    pending = Pending(contacts=[ContactChange("c1", NOW, "identify", address="a@example.com")])
    plain = msgspec.json.encode(pending)
    assert decode_pending(encode_pending(pending)) == decode_pending(plain) == pending
    assert len(encode_pending(pending)) < len(plain) * 2 / 3
