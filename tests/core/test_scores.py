"""RFM, prices, interactions, browsing and bands: the columns that name what a customer is like."""

import pytest

from mailwright.fold.reduce import reduce
from mailwright.fold.rfm import GRID, scores
from mailwright.fold.view import columns
from mailwright.model.columns import GRID_NAMES
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.scale import STANDARD, Scale
from mailwright.model.times import DAY, HOUR
from tests.core.histories import START


def track(name: str, at: int = START, /, **data: object) -> Event:
    return Event(f"{name}@{at}", at, "c1", "track", name, "test", dict(data))


def folded(*events: Event) -> Profile:
    return reduce(Profile("c1"), events)


@pytest.mark.parametrize(("days", "points"), [(0, 5), (29, 5), (30, 4), (90, 3), (180, 2), (364, 2), (365, 1)])
def test_recency_loses_a_point_on_the_day_of_each_edge(days: int, points: int) -> None:
    found = scores(1, START, 10, START + days * DAY + HOUR, STANDARD)
    assert found is not None
    assert found.recency == points


def test_the_edges_are_the_shops() -> None:
    profile = folded(*(track("Order Completed", START + n, total=10) for n in range(4)))
    row = columns(profile, START + DAY)
    assert (row["recency_score"], row["frequency_score"], row["monetary_score"]) == (5, 3, 1)
    assert row["rfm_segment"] == "potential_loyal"
    shop = Scale(recency=(1, 2, 3, 4), frequency=(1, 2, 3, 4), monetary=(1, 2, 3, 4))
    row = columns(profile, START + DAY + HOUR, shop)
    assert (row["recency_score"], row["frequency_score"], row["monetary_score"]) == (4, 5, 5)
    assert row["rfm_segment"] == "champion"


def test_before_the_first_order_there_are_no_scores_and_every_field_of_the_grid_is_named() -> None:
    row = columns(folded(track("Product Viewed", product_id="a")), START)
    assert {row[name] for name in ("recency_score", "frequency_score", "monetary_score", "rfm_segment")} == {None}
    assert [len(names) for names in GRID.values()] == [5] * 5
    assert sorted({name for row in GRID.values() for name in row}) == sorted(GRID_NAMES)


def test_a_day_of_many_pages_is_one_interaction_and_an_open_is_none() -> None:
    pages = [Event(f"p{n}", START + n, "c1", "page") for n in range(40)]
    profile = folded(*pages, track("Email Opened", START - 3 * DAY), track("Content Downloaded", START - 10 * DAY))
    row = columns(profile, START + HOUR)
    assert [row[f"interactions_{n}d"] for n in (7, 30, 90, 365)] == [1, 2, 2, 2]
    assert [row[f"downloads_{n}d"] for n in (7, 30)] == [0, 1]
    assert row["interactions_per_month"] == 2  # known for eleven days: a month at the least
    assert columns(profile, START + 79 * DAY)["interactions_per_month"] == pytest.approx(0.67)
    assert columns(Profile("c1"), START)["interactions_per_month"] is None


def test_the_price_band_is_of_what_was_bought_and_before_that_of_what_was_looked_at() -> None:
    looked = folded(
        track("Product Viewed", product_id="a", price=100), track("Product Viewed", START + 1, product_id="b")
    )
    row = columns(looked, START + HOUR)
    assert (row["average_price"], row["price_band"]) == (100, "high")
    line = {"product_id": "c", "price": 5, "quantity": 4}
    bought = reduce(looked, [track("Order Completed", START + 2, total=20, products=[line])])
    row = columns(bought, START + HOUR)
    assert (row["average_price"], row["price_band"]) == (5, "low")
    assert columns(bought, START + HOUR, Scale(price=(1, 2)))["price_band"] == "high"
    assert columns(Profile("c1"), START)["price_band"] is None


def test_browsing_goes_from_idle_to_looking_to_cart_to_bought_and_back() -> None:
    states, profile = [], Profile("c1")
    for name, at in (
        ("", 0),
        ("Product Viewed", 1),
        ("Product Added", 2),
        ("Order Completed", 3),
        ("Product Viewed", 4),
    ):
        if name:
            profile = reduce(profile, [track(name, START + at * 1000, product_id="a", category="Mugs")])
        states.append(columns(profile, START + HOUR)["browse_state"])
    assert states == ["idle", "looking", "cart", "bought", "looking"]
    row = columns(profile, START + 40 * DAY)
    assert (row["browse_state"], row["last_viewed_category"], row["hours_since_last_view"]) == ("idle", "Mugs", 959)


@pytest.mark.parametrize(
    ("age", "band"), [(17, "under 18"), (18, "18-24"), ("34", "25-34"), (64.5, "55-64"), (65, "65+"), (-1, None)]
)
def test_ages_fall_into_bands(age: object, band: str | None) -> None:
    traits = {"age": age, "incomeBand": "50-75k"}
    row = columns(folded(Event("1", START, "c1", "identify", data=traits)), START)
    assert row["age_band"] == band
    assert row["income_band"] == "50-75k"
