"""The rule language means what SQL means: the same text in DuckDB is the oracle."""

import re
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.content.rules import parse_rule
from mailwright.expression.closures import Row, closure
from mailwright.expression.like import matcher
from mailwright.expression.tree import Column, Compare, Const
from tests.core import grammar

TYPES = {**dict.fromkeys(grammar.NUMBERS, "DOUBLE"), **dict.fromkeys(grammar.TEXTS, "VARCHAR"), "has_email": "BOOLEAN"}
TYPES |= {f"segment:{name}": "BOOLEAN" for name in grammar.SEGMENTS}


def answer(rule: str, row: Row) -> bool | None:
    return closure(parse_rule(rule, grammar.SEGMENTS))(row)


def test_a_missing_value_leaves_the_answer_open_unless_the_rest_settles_it() -> None:
    row: Row = {"orders": 3, "age": None}
    assert answer("age > 30", row) is None
    assert answer("NOT age > 30", row) is None
    assert answer("age > 30 OR orders = 3", row) is True
    assert answer("age > 30 AND orders = 4", row) is False
    assert answer("age IS NULL AND orders IS NOT NULL", row) is True
    assert answer("age IN (1, 2)", row) is None


def test_a_column_that_a_row_does_not_have_is_missing() -> None:
    assert closure(Compare(">", Column("orders"), Const(1)))({}) is None


def test_segments_that_are_not_stored_are_not_joined() -> None:
    assert answer("segment('loyal')", {}) is False
    assert answer("NOT segment('loyal')", {"segment:loyal": True}) is False


def test_like_never_backtracks() -> None:
    hostile = "%" + "a_%" * 24 + "b"
    assert matcher(hostile)("a" * 5_000) is False


@pytest.fixture(scope="module")
def oracle() -> Iterator[Any]:
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.execute(
        "CREATE TABLE p (n INTEGER, " + ", ".join(f'"{name}" {kind}' for name, kind in TYPES.items()) + ")"
    )
    yield connection
    connection.close()


@settings(max_examples=400, deadline=None)
@given(st.lists(grammar.rules, min_size=1, max_size=5), st.lists(grammar.rows, min_size=1, max_size=20))
def test_no_rule_and_no_row_ever_disagree_with_duckdb(
    oracle: Any, texts: list[str], rows: list[dict[str, Any]]
) -> None:
    marks = ", ".join("?" * (len(TYPES) + 1))
    oracle.execute("DELETE FROM p")
    oracle.executemany(
        f"INSERT INTO p VALUES ({marks})",  # noqa: S608
        [[n, *(row[name] for name in TYPES)] for n, row in enumerate(rows)],
    )
    columns = re.sub(r"segment\('([^']*)'\)", r'"segment:\1"', ", ".join(f"({text})" for text in texts))
    theirs = oracle.execute(f"SELECT {columns} FROM p ORDER BY n").fetchall()  # noqa: S608
    rules = [closure(parse_rule(text, grammar.SEGMENTS)) for text in texts]
    assert [tuple(rule(row) for rule in rules) for row in rows] == theirs
