"""One question to three engines: closures, Polars and DuckDB, which reads the rule as it was written."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import polars as pl

from mailwright.content.rules import parse_rule
from mailwright.expression.closures import closure
from mailwright.expression.tree import Expr, Scalar
from mailwright.model.columns import COLUMNS
from mailwright.vector.expressions import expression
from tests.core import grammar

SEGMENTS = [f"segment:{name}" for name in grammar.SEGMENTS]
DTYPES = {"number": pl.Float64, "text": pl.String, "boolean": pl.Boolean}
Answers = list[list[bool | None]]  # by rule, then by row


def frame(rows: Sequence[Mapping[str, Scalar]]) -> pl.DataFrame:
    """Rows of grammar.rows as the vector backend sees them."""
    schema = {name: DTYPES[COLUMNS[name].kind] for name in grammar.NUMBERS + grammar.TEXTS + grammar.FLAGS}
    schema |= dict.fromkeys(SEGMENTS, pl.Boolean)
    return pl.DataFrame(
        [
            pl.Series(name, [_double(row[name]) if kind == pl.Float64 else row[name] for row in rows], kind)
            for name, kind in schema.items()
        ]
    )


def _double(value: Scalar) -> float | None:
    assert not isinstance(value, str)
    return None if value is None else float(value)


def by_closures(rules: Sequence[Expr], rows: Sequence[Mapping[str, Scalar]]) -> Answers:
    return [[rule(row) for row in rows] for rule in map(closure, rules)]


def by_polars(rules: Sequence[Expr], data: pl.DataFrame) -> Answers:
    made = data.with_columns(**{f"rule {n}": expression(rule) for n, rule in enumerate(rules)})
    return [made[f"rule {n}"].to_list() for n in range(len(rules))]


def by_duckdb(texts: Sequence[str], data: pl.DataFrame, connection: Any) -> Answers:
    """The same text, with segment('x') as the column it stands for."""
    columns = ", ".join(
        re.sub(r"segment\('([^']*)'\)", r'"segment:\1"', f'({text}) AS "rule {n}"') for n, text in enumerate(texts)
    )
    connection.register("profiles", _Stream(data.with_row_index("n")))
    answers = connection.execute(f"SELECT {columns} FROM profiles ORDER BY n").fetchall()  # noqa: S608
    return [list(answer) for answer in zip(*answers, strict=True)]


class _Stream:
    """A frame by nothing but Arrow's C interface: DuckDB wants another package for frames it knows by name."""

    def __init__(self, data: pl.DataFrame) -> None:
        self._data = data

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._data.__arrow_c_stream__(requested_schema)


def disagreements(texts: Sequence[str], rows: Sequence[Mapping[str, Scalar]], connection: Any) -> list[str]:
    """What each engine says wherever they differ; every rule is asked of every row."""
    rules, data = [parse_rule(text, grammar.SEGMENTS) for text in texts], frame(rows)
    closures, polars, duck = by_closures(rules, rows), by_polars(rules, data), by_duckdb(texts, data, connection)
    return [
        f"{texts[rule]} of {rows[row]}: closures {closures[rule][row]}, Polars {polars[rule][row]}, "
        f"DuckDB {duck[rule][row]}"
        for rule in range(len(texts))
        if not closures[rule] == polars[rule] == duck[rule]
        for row in range(len(rows))
        if not closures[rule][row] is polars[rule][row] is duck[rule][row]
    ]


def connect() -> Any:
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    return connection
