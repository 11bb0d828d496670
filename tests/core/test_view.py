"""Columns, score, stage and document: what is computed from a profile at an instant."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.fold.document import document
from mailwright.fold.lifecycle import next_change, stage
from mailwright.fold.reduce import reduce
from mailwright.fold.score import engagement
from mailwright.fold.view import columns, view
from mailwright.model.columns import COLUMNS, STAGES
from mailwright.model.event import Event
from mailwright.model.profile import COUNTERS, Profile
from mailwright.model.scale import Scale
from mailwright.model.times import DAY, HOUR, MINUTE
from tests.core.histories import START, histories

SCALE = Scale(price=(10, 11), frequency=(2, 4, 6, 8))
KINDS = {"number": (int, float), "text": str, "boolean": bool}


def track(name: str, at: int = START, /, **data: object) -> Event:
    return Event(f"{name}@{at}", at, "c1", "track", name, "test", dict(data))


def folded(*events: Event) -> Profile:
    return reduce(Profile("c1"), events)


@settings(deadline=None, max_examples=100)
@given(histories(spread=90 * DAY), st.integers(-5 * DAY, 500 * DAY))
def test_columns_are_exactly_those_of_the_table_and_of_their_kinds(history: list[Event], later: int) -> None:
    row = columns(reduce(Profile("c1"), history), START + later)
    assert list(row) == list(COLUMNS)
    for name, value in row.items():
        if value is not None:
            assert isinstance(value, KINDS[COLUMNS[name].kind]), name
            assert isinstance(value, bool) == (COLUMNS[name].kind == "boolean"), name


@settings(deadline=None, max_examples=60)
@given(histories(spread=90 * DAY), st.integers(-5 * DAY, 500 * DAY), st.sets(st.sampled_from(sorted(COLUMNS))))
def test_some_columns_alone_are_what_they_are_among_all(history: list[Event], later: int, names: set[str]) -> None:
    profile = reduce(Profile("c1"), history)
    row, some = columns(profile, START + later, SCALE), view(names)(profile, START + later, SCALE)
    assert names <= some.keys()
    assert some == {name: row[name] for name in some}


def test_what_a_newer_version_counts_harms_no_column() -> None:
    profile = folded(track("Order Completed", total=5))
    profile.days = {day: [*counts, *[0] * len(COUNTERS), 1] for day, counts in profile.days.items()}
    assert columns(profile, START + HOUR)["orders_7d"] == 1


def test_an_empty_profile_has_every_column() -> None:
    row = columns(Profile("c1"), START)
    assert row["orders"] == row["cart_items"] == row["engagement_score"] == 0
    assert row["has_email"] is False
    assert row["lifecycle_stage"] == "new"
    unknown = {name for name, value in row.items() if value is None}
    assert {"average_order_value", "days_since_last_order", "preferred_category", "age"} <= unknown


def test_windows_count_today_and_the_days_before_it() -> None:
    profile = folded(
        track("Order Completed", START, total=10),
        track("Order Completed", START - 6 * DAY, total=20.5),
        track("Order Completed", START - 7 * DAY, total=40),
        track("Order Completed", START - 364 * DAY, total=80),
        track("Order Completed", START - 365 * DAY, total=160),
    )
    row = columns(profile, START + HOUR)
    assert [row[f"orders_{n}d"] for n in (7, 30, 90, 365)] == [2, 3, 3, 4]
    assert [row[f"revenue_{n}d"] for n in (7, 30, 90, 365)] == [30.5, 70.5, 70.5, 150.5]
    assert row["revenue"] == 310.5
    assert row["average_order_value"] == 62.1
    assert row["days_since_last_order"] == 0
    assert row["days_since_first_order"] == 365
    assert columns(profile, START + 7 * DAY)["orders_7d"] == 0


def test_rolling_windows_of_every_counter_are_kept_apart() -> None:
    profile = folded(
        Event("1", START, "c1", "page"),
        track("Product Viewed", START, product_id="a", category="Mugs", brand="Acme"),
        track("Email Link Clicked", START - 10 * DAY),
        track("Email Opened", START - 40 * DAY),
    )
    row = columns(profile, START)
    assert (row["visits_7d"], row["product_views_7d"], row["clicks_7d"], row["opens_7d"]) == (1, 1, 0, 0)
    assert (row["clicks_30d"], row["opens_30d"], row["opens_90d"]) == (1, 0, 1)
    assert (row["preferred_category"], row["preferred_brand"]) == ("Mugs", "Acme")


def test_preference_fades_by_half_a_period() -> None:
    period = 28 * DAY
    start = START // period * period
    profile = folded(
        *(track("Product Viewed", start + n, product_id="a", category="Mugs") for n in range(3)),
        *(track("Product Viewed", start + period + n, product_id="b", category="Hats") for n in range(2)),
    )
    assert columns(profile, start + period)["preferred_category"] == "Hats"


def test_cart_columns_say_what_is_in_it_and_since_when() -> None:
    profile = folded(
        track("Product Added", START, product_id="a", price="2.50", quantity=3),
        track("Product Added", START + MINUTE, product_id="b", quantity=1),
    )
    row = columns(profile, START + 2 * HOUR)
    assert (row["cart_items"], row["cart_value"], row["hours_since_cart_change"]) == (4, 7.5, 1)
    row = columns(reduce(profile, [track("Order Completed", START + HOUR, total=7.5)]), START + 2 * HOUR)
    assert (row["cart_items"], row["cart_value"], row["hours_since_cart_change"]) == (0, 0, None)


def test_traits_and_context_become_columns() -> None:
    traits = {"email": "a@example.com", "marketing_consent": True, "birthday": "1990-06-01", "gender": "f",
              "plan": 7, "address": {"country": "DE", "city": "Ulm"}}  # fmt: skip
    surroundings = {"locale": "en_GB", "location": {"country": "GB"}, "device": "mobile"}
    row = columns(folded(Event("1", START, "c1", "identify", data=traits, context=surroundings)), START)
    assert (row["has_email"], row["marketing_consent"], row["age"], row["gender"]) == (True, "granted", 35, "f")
    assert (row["country"], row["city"], row["language"], row["device"]) == ("GB", "Ulm", "en", "mobile")
    assert row["plan"] is None


def test_the_score_goes_from_nothing_to_a_hundred_and_halves_its_points_in_thirty_days() -> None:
    orders = folded(*(track("Order Completed", START + n) for n in range(3)))
    assert engagement(Profile("c1"), START) == 0
    assert engagement(orders, START) == 50
    assert engagement(orders, START + 30 * DAY) == 33
    assert engagement(orders, START + 241 * DAY) == 0
    daily = folded(*(Event(str(n), START + n, "c1", "page") for n in range(20_000)))
    assert engagement(daily, START) == 100


def test_opens_never_count_alone() -> None:
    opens = [track("Email Opened", START + n) for n in range(50)]
    assert engagement(folded(*opens), START) == 0
    visited = Event("1", START, "c1", "page")
    assert engagement(folded(*opens, visited), START) > engagement(folded(visited), START)


@pytest.mark.parametrize(
    ("orders", "days", "expected"),
    [
        ([0], 29, "new"), ([0], 30, "active"), ([0], 89, "active"), ([0], 90, "at_risk"), ([0], 180, "lapsed"),
        ([0], 365, "lost"), ([0, 5], 29, "repeat"), ([0, 5], 94, "repeat"), ([0, 5], 95, "at_risk"),
        ([], 29, "new"), ([], 30, "at_risk"), ([], 90, "lapsed"), ([], 180, "lost"),
    ],
)  # fmt: skip
def test_stages_follow_the_documented_thresholds(orders: list[int], days: int, expected: str) -> None:
    profile = folded(Event("1", START, "c1", "page"), *(track("Order Completed", START + day * DAY) for day in orders))
    assert stage(profile, START + days * DAY) == expected


@settings(deadline=None, max_examples=200)
@given(histories(longest=10, spread=200 * DAY), st.integers(0, 900 * DAY))
def test_the_next_change_is_the_first_instant_at_which_the_stage_differs(history: list[Event], later: int) -> None:
    profile, now = reduce(Profile("c1"), history), START + later
    change = next_change(profile, now)
    assert stage(profile, now) in STAGES
    if change is None:
        assert stage(profile, now + 10_000 * DAY) == stage(profile, now)
    else:
        assert change > now
        assert stage(profile, change - 1) == stage(profile, now)
        assert stage(profile, change) != stage(profile, now)


@settings(deadline=None, max_examples=50)
@given(histories())
def test_the_document_is_plain_json_and_says_the_same_as_the_columns(history: list[Event]) -> None:
    profile = reduce(Profile("c1"), history)
    read, row = document(profile, START, "EUR"), columns(profile, START)
    assert json.loads(json.dumps(read)) == read
    for name in ("orders", "revenue", "lifetime_value", "preferred_category", "engagement_score", "lifecycle_stage"):
        assert read[name] == row[name]
    assert sum(line["quantity"] for line in read["cart"]["lines"]) == row["cart_items"]


def test_the_document_uses_names_dates_and_amounts() -> None:
    read = document(
        folded(
            track("Product Viewed", START, product_id="a", name="Mug", price=5),
            track("Order Completed", START + DAY, total="12.50"),
        ),
        START + DAY,
        "EUR",
    )
    assert read["browsing_history"] == [
        {"at": "2026-01-01T00:00:00.000Z", "product_id": "a", "name": "Mug", "price": 5.0}
    ]
    assert (read["first_purchase_date"], read["revenue"]) == ("2026-01-02", 12.5)
    assert read["days"] == {"2026-01-01": {"views": 1}, "2026-01-02": {"orders": 1, "revenue": 12.5}}
