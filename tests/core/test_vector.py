"""Rules over a frame: the same answers as the closures and as DuckDB, for any rule and any rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.content.publish import compile_folder
from mailwright.content.rules import parse_rule
from mailwright.decide.decide import decide
from mailwright.expression.tree import Column, Const, Like
from mailwright.fold.reduce import reduce
from mailwright.fold.view import columns
from mailwright.model.content import Content, Segment
from mailwright.model.event import Event
from mailwright.model.profile import COUNTERS, Profile
from mailwright.model.run import Counts
from mailwright.model.times import DAY
from mailwright.segments.membership import compiled
from mailwright.vector.days import KNOWN, Days
from mailwright.vector.differences import Differences
from mailwright.vector.expressions import expression, pattern
from mailwright.vector.frame import Rows
from mailwright.vector.membership import Plan, plan
from tests.core import grammar, oracle
from tests.core.histories import START, histories

SHIPPED = compile_folder(Path(__file__).parents[2] / "layers" / "content")


@pytest.fixture(scope="module")
def connection() -> Iterator[Any]:
    made = oracle.connect()
    yield made
    made.close()


def test_a_rule_without_columns_is_true_of_every_row() -> None:
    frame = pl.DataFrame({"orders": [1.0, None]}).with_columns(all=expression(Const(value=True)))
    assert frame["all"].to_list() == [True, True]


def test_like_is_written_so_that_nothing_in_it_is_special() -> None:
    assert pattern("a.b%c_d") == r"(?s)^a\.b.*c.d$"
    frame = pl.DataFrame({"city": ["a.b\n", "axb", "a.b", None]}).with_columns(
        like=expression(Like(Column("city"), "_.b"))
    )
    assert frame["like"].to_list() == [False, False, True, None]


@settings(max_examples=300, deadline=None)
@given(st.lists(grammar.rules, min_size=1, max_size=5), st.lists(grammar.rows, min_size=1, max_size=20))
def test_closures_polars_and_duckdb_never_disagree(
    connection: Any, texts: list[str], rows: list[dict[str, Any]]
) -> None:
    assert oracle.disagreements(texts, rows, connection) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(histories(spread=90 * DAY), st.integers(0, 400 * DAY)), min_size=1, max_size=8))
def test_a_frame_has_the_members_and_the_persona_that_each_profile_has(lives: list[tuple[list[Event], int]]) -> None:
    rows = [columns(reduce(Profile("c1"), events), START + later) for events, later in lives]
    made = plan(SHIPPED)
    gathered = Rows(made.columns)
    for row in rows:
        gathered.add(row)
    frame = made.settle(gathered.frame())
    for row, names, persona in zip(rows, members(made, frame), frame["persona"], strict=True):
        facts = dict(row)
        assert names == compiled(SHIPPED)(facts)
        assert persona == facts["persona"]


def test_segments_of_segments_are_settled_first_whatever_their_names() -> None:
    rules = {"a": "segment('b') AND persona = 'p'", "b": "NOT segment('c')", "c": "orders > 3", "p": "segment('b')"}
    content = Content(
        SHIPPED.shop,
        segments={
            name: Segment(name, name, parse_rule(rule, rules), rule, int(name == "p")) for name, rule in rules.items()
        },
    )
    rows = Rows(plan(content).columns)
    for orders in (1, 5, None):
        rows.add({"orders": orders})
    frame = plan(content).settle(rows.frame())
    assert members(plan(content), frame) == [["a", "b", "p"], ["c"], ["a", "b", "p"]]


@pytest.mark.parametrize("rules", [{}, {"everyone": "TRUE", "nobody": "FALSE"}])
def test_content_without_segments_or_without_columns_is_no_special_case(rules: dict[str, str]) -> None:
    content = Content(
        SHIPPED.shop, segments={name: Segment(name, name, parse_rule(rule, ()), rule) for name, rule in rules.items()}
    )
    rows = Rows(plan(content).columns)
    for _ in range(3):
        rows.add({"orders": 1})
    frame = plan(content).settle(rows.frame(was=pl.Series(["", "", ""])))
    assert members(plan(content), frame) == [[name for name in rules if name == "everyone"]] * 3


@pytest.mark.parametrize("count", [1, 8, 9, 63, 64, 65, 130])
def test_marks_hold_any_number_of_segments_and_know_those_that_are_gone(count: int) -> None:
    content = Content(
        SHIPPED.shop,
        segments={
            name: Segment(name, name, parse_rule(f"orders >= {place} AND orders < {place + 2}", ()))
            for place, name in enumerate(f"s{place:03}" for place in range(count))
        },
    )
    made = plan(content)
    rows = Rows(made.columns)
    for orders in range(count + 2):
        rows.add({"orders": orders})
    frame = made.settle(rows.frame())
    wanted = [[f"s{place:03}" for place in (n - 1, n) if 0 <= place < count] for n in range(count + 2)]
    assert members(made, frame) == wanted
    numbers = [made.mark([*names, "gone"]) for names in wanted]
    assert {tuple(strange) for _, strange in numbers} == {("gone",)}
    assert [list(series) for series in made.split([number for number, _ in numbers])] == [
        list(frame[name]) for name in made.marks
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(histories(spread=90 * DAY), st.integers(0, 400 * DAY)), min_size=1, max_size=8))
def test_who_changed_and_how_is_what_comparing_the_names_one_by_one_finds(
    lives: list[tuple[list[Event], int]],
) -> None:
    now = START + 200 * DAY
    profiles = [
        decide(
            reduce(Profile(str(place)), events), reduce(Profile(str(place)), events), [], SHIPPED, now + later
        ).profile
        for place, (events, later) in enumerate(lives)
    ]
    found = Differences(SHIPPED)
    found.add(profiles, now)
    changed, counts = found.found()
    wanted = Counts(len(profiles), stages={}, sizes=dict.fromkeys(SHIPPED.segments, 0))
    ids = []
    for profile in profiles:
        row = columns(profile, now, SHIPPED.shop.scale)
        were, are = set(profile.segments), set(compiled(SHIPPED)(dict(row)))
        one = Counts(
            sizes=dict.fromkeys(are, 1), entered=dict.fromkeys(are - were, 1), left=dict.fromkeys(were - are, 1)
        )
        stage = str(row["lifecycle_stage"])
        one.stages = {stage: 1}
        if stage != profile.stage:
            one.flows = {profile.stage: {stage: 1}}
        wanted.add(one)
        if were != are or one.flows:
            ids.append(profile.customer_id)
    assert (changed, counts) == (ids, wanted)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(histories(12, spread=400 * DAY), st.integers(-3 * DAY, 500 * DAY)), max_size=8))
def test_windows_and_score_of_many_are_what_they_are_of_each(lives: list[tuple[list[Event], int]]) -> None:
    days, rows = Days(sorted(KNOWN)), []
    for events, later in lives:
        profile = reduce(Profile("c1"), events)
        days.add(profile, START + later)
        rows.append(columns(profile, START + later))
    for _ in range(2):
        made = days.columns()
        assert sorted(made) == sorted(KNOWN)
        for name, series in made.items():
            assert series.dtype == pl.Float64
            assert series.to_list() == [row[name] for row in rows], name
        rows = []


def test_a_day_of_a_newer_version_a_late_one_and_one_still_to_come_count_as_they_do_for_each() -> None:
    profile, today = Profile("c1", first_seen=START), START // DAY
    width = 2 * len(COUNTERS) - 1
    profile.days = {today - 240 + n: [n + 1] * (n % width + 1) for n in range(0, 246, 5)}
    days = Days(sorted(KNOWN))
    days.add(Profile("nobody"), START)
    days.add(profile, START)
    row = columns(profile, START)
    assert {name: series.to_list()[1] for name, series in days.columns().items()} == {name: row[name] for name in KNOWN}


def members(made: Plan, frame: pl.DataFrame) -> list[list[str]]:
    """The names in the marks of each row."""
    words = frame.select(made.marks).iter_rows() if made.marks else [()] * len(frame)
    return [[name for word, number in enumerate(row) for name in made.marked(number, word)] for row in words]
