"""Hypothesis strategies for what customers do: events of every kind, in a few days, over few products."""

from typing import Any

from hypothesis import strategies as st

from mailwright.fold.reduce import CALLS, TRACK
from mailwright.model.event import Event
from mailwright.model.times import DAY, HOUR, MINUTE

START = 1_767_225_600_000  # 2026-01-01T00:00Z

amounts = st.one_of(st.none(), st.integers(0, 500), st.sampled_from(["19.99", "0", 5.5, 120.25]))
names = st.sampled_from([f"name-{n}" for n in range(25)])
products = st.fixed_dictionaries(
    {"product_id": st.sampled_from([f"p{n}" for n in range(30)])},
    optional={
        "name": names,
        "price": amounts,
        "category": names,
        "brand": names,
        "url": st.just("https://shop.example.com/p"),
        "quantity": st.integers(0, 4),
    },
)
plain = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(-3, 3), st.text(max_size=8))
traits = st.dictionaries(
    st.one_of(st.sampled_from(["email", "firstName", "plan"]), st.sampled_from([f"t{n}" for n in range(60)])),
    st.one_of(plain, st.lists(plain, max_size=3), st.dictionaries(st.sampled_from(["city", "x"]), plain, max_size=2)),
    max_size=6,
)
contexts = st.fixed_dictionaries(
    {},
    optional={
        "timezone": st.sampled_from(["Europe/Berlin", "America/New_York", "nonsense"]),
        "locale": st.sampled_from(["de-DE", "en_US"]),
        "device": st.sampled_from(["mobile", "desktop", "nonsense", {"type": "ios"}]),
        "location": st.sampled_from([{"country": "DE", "city": "Berlin"}, {"country": "US"}]),
        "traits": traits,
    },
)


def _data(name: str) -> st.SearchStrategy[dict[str, Any]]:
    if name.startswith(("Order", "Cart", "Checkout Started")):
        return st.fixed_dictionaries(
            {},
            optional={
                "products": st.lists(products, max_size=4),
                "total": amounts,
                "order_id": st.sampled_from([f"o{n}" for n in range(25)]),
                "cart_url": st.sampled_from(["https://shop.example.com/cart/1", "https://shop.example.com/cart/2"]),
            },
        )
    return products


@st.composite
def events(draw: st.DrawFn, spread: int = 3 * DAY) -> Event:
    """One event; times collide often, because ties are where orders show."""
    at = START + draw(st.sampled_from([0, MINUTE, HOUR, spread // 2, spread])) + draw(st.integers(0, 3))
    if draw(st.booleans()):
        kind = "track"
        name = draw(st.sampled_from([*TRACK, *(f"Custom {n}" for n in range(25)), "Email Sent"]))
        data = draw(_data(name))
    else:
        kind, name = draw(st.sampled_from([*CALLS])), ""
        data = draw(traits)
        if kind == "alias":
            data = {"previous_id": draw(st.sampled_from([f"anonymous-{n}" for n in range(25)]))}
        if kind == "group":
            data = data | {"group_id": draw(names)}
    return Event("", at, "c1", kind, name, "test", data, draw(contexts))


@st.composite
def histories(draw: st.DrawFn, longest: int = 40, spread: int = 3 * DAY) -> list[Event]:
    """Events of one customer with ids of their own, in no particular order."""
    found = draw(st.lists(events(spread), max_size=longest))
    return [Event(f"e{n}", e.at, "c1", e.type, e.name, e.source, e.data, e.context) for n, e in enumerate(found)]
