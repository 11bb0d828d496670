"""Placing customers: one by one and by the frame, always in the same cluster."""

from collections import Counter
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.content.rules import parse_rule
from mailwright.decide.decide import decide
from mailwright.fold.reduce import reduce
from mailwright.model.clusters import Axis, Cluster, Clusters, Lineage
from mailwright.model.columns import COLUMNS
from mailwright.model.content import Content, Segment, Shop
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.times import DAY
from mailwright.segments.clusters import assigner, facts, scaled
from mailwright.vector.clusters import asked, placed
from mailwright.vector.differences import Differences
from mailwright.vector.frame import Rows
from mailwright.workflow.clusters import UNREACHABLE
from tests.core.histories import START, histories

LINEAGE = Lineage("table", "2026-11-01T01:00:00Z", "c0ffee", "0.1.0", 5_000, 1_000)
SHOP = Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street")
USED = ("days_since_last_order", "orders", "lifetime_value", "clicks_90d")


def model(at: list[list[float]], axes: list[Axis]) -> Clusters:
    clusters = [Cluster(f"cluster {n}", 1, 0.5, {}, place, {}, []) for n, place in enumerate(at)]
    return Clusters("clusters", "drawn", LINEAGE, "v1", len(clusters), clusters=clusters, axes=axes)


# Whole numbers make ties likely; the others make every step round.
coordinates = st.one_of(st.integers(-3, 3).map(float), st.floats(-3, 3, allow_nan=False))
axes = st.builds(
    Axis,
    st.sampled_from(USED),
    unknown=st.sampled_from([0.0, 730.0]),
    log=st.booleans(),
    centre=coordinates,
    spread=st.sampled_from([1.0, 0.5, 0.7, 1.349]),
    limit=st.sampled_from([3.0, 2.0]),
)
values = st.one_of(st.none(), st.integers(-3, 12), st.sampled_from([0.1, 99.95, 1e9, -1e9, -0.0]), st.floats(-1e6, 1e6))
rows = st.fixed_dictionaries(
    dict.fromkeys(USED, values) | {"days_since_first_seen": st.one_of(st.none(), st.integers(0, 900))}
)
models = st.lists(axes, min_size=1, max_size=4, unique_by=lambda axis: axis.column).flatmap(
    lambda used: st.lists(st.lists(coordinates, min_size=len(used), max_size=len(used)), min_size=2, max_size=6).map(
        lambda at: model(at, used)
    )
)


def by_frame(made: Clusters | None, some: list[dict[str, Any]], stored: str = "") -> list[str | None]:
    gathered = Rows(dict.fromkeys((*asked(made), "days_since_first_seen")))
    for row in some:
        gathered.add(row)
    frame = placed(gathered.frame(_cluster=pl.Series([stored] * len(some), dtype=pl.String)), made, pl.col("_cluster"))
    assert not [name for name in frame.columns if name.startswith(("_at", "_far"))]
    found: list[str | None] = frame["cluster"].to_list()
    return found


@settings(max_examples=400, deadline=None)
@given(models, st.lists(rows, min_size=1, max_size=20))
def test_a_frame_and_one_profile_never_disagree(made: Clusters, some: list[dict[str, Any]]) -> None:
    assert by_frame(made, some) == [assigner(made)(row) for row in some]


def test_of_two_as_near_the_first_is_taken() -> None:
    axis = Axis("orders", unknown=0, log=False, centre=0, spread=1, limit=3)
    made = model([[2.0], [0.0], [0.0]], [axis])
    some = [{"orders": orders, "days_since_first_seen": 1} for orders in (1, 0, None)]
    assert by_frame(made, some) == [assigner(made)(row) for row in some] == ["cluster 0", "cluster 1", "cluster 1"]


@pytest.mark.parametrize("spread", [0.7, 1.349, 3.0])
def test_who_stands_halfway_between_two_is_taken_by_the_same_of_them_either_way(spread: float) -> None:
    axis = Axis("lifetime_value", unknown=0.0, log=False, centre=0.0, spread=spread, limit=1e6)
    for value in range(1, 100):
        place = scaled(axis, float(value))
        made = model([[place + 1], [place - 1]], [axis])
        row = dict.fromkeys(USED) | {"lifetime_value": value, "days_since_first_seen": 1}
        assert by_frame(made, [row] * 3) == [assigner(made)(row)] * 3  # Polars does one row otherwise than some


def test_who_never_did_anything_is_in_no_cluster() -> None:
    axis = Axis("orders", unknown=0, log=True, centre=0, spread=1, limit=3)
    row = {"orders": 0, "days_since_first_seen": None}
    made = model([[0.0], [1.0]], [axis])
    assert by_frame(made, [row]) == [assigner(made)(row)] == [None]


def test_a_log_axis_takes_what_is_negative_as_nothing_and_what_is_far_as_at_its_limit() -> None:
    axis = Axis("lifetime_value", unknown=0, log=True, centre=0, spread=1, limit=3)
    assert [scaled(axis, value) for value in (-50, 0, 1e9)] == [0.0, 0.0, 3.0]


@settings(max_examples=60, deadline=None)
@given(histories(), models)
def test_every_profile_has_its_column_and_without_a_model_nobody_does(events: list[Event], made: Clusters) -> None:
    profile = reduce(Profile("c1", cluster="stored"), events)
    without = facts(profile, START, Content(SHOP))
    assert without.keys() == COLUMNS.keys()
    assert without["cluster"] is None
    row = facts(profile, START, Content(SHOP, clusters=made))
    assert row == without | {"cluster": assigner(made)(without)}


@settings(max_examples=60, deadline=None)
@given(st.lists(histories(spread=90 * DAY), min_size=1, max_size=6), models, models, st.integers(0, 200 * DAY))
def test_the_night_wakes_exactly_those_that_folding_would_place_elsewhere(
    lives: list[list[Event]], before: Clusters, after: Clusters, later: int
) -> None:
    name = after.clusters[0].name
    rule = f"cluster = '{name}' OR cluster IS NULL AND orders > 0"
    segment = Segment("first", "first", parse_rule(rule, ()), rule)
    content = Content(SHOP, "v1", {"first": segment}, clusters=before)
    stored = [
        decide(Profile("c"), reduce(Profile(f"c{n}"), events), events, content, START).profile
        for n, events in enumerate(lives)
    ]
    content = msgspec.structs.replace(content, clusters=after)
    found = Differences(content)
    found.add(stored, START + later)
    changed, counts = found.found()
    are = [decide(profile, profile, [], content, START + later).profile for profile in stored]
    moved = [
        old.customer_id
        for old, new in zip(stored, are, strict=True)
        if (old.cluster, old.segments, old.stage) != (new.cluster, new.segments, new.stage)
    ]
    assert changed == moved
    assert counts.clusters == Counter(profile.cluster for profile in are if profile.cluster)


@pytest.mark.parametrize(("stored", "column"), [("Lookers", "Lookers"), ("", None)])
def test_while_the_model_cannot_be_read_everyone_stays_where_they_are(stored: str, column: str | None) -> None:
    profile = Profile("c1", first_seen=START, last_seen=START, cluster=stored)
    row = facts(profile, START, Content(SHOP, clusters=UNREACHABLE))
    assert row["cluster"] == column
    assert by_frame(UNREACHABLE, [row], stored) == [column]
    assert by_frame(None, [row], stored) == [None]
