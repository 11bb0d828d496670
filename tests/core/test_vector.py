"""Rules over a frame: the same answers as the closures and as DuckDB, for any rule and any rows."""

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.expression.tree import Column, Const, Like
from mailwright.vector.expressions import expression, pattern
from tests.core import grammar, oracle


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
