"""A rule's tree as a Polars expression: a frame of profiles at once, and the same three-valued logic as the closures.

Numbers are Float64, text is String (ordered by code point, as everywhere), conditions are Boolean with null for
unknown. tests/core/test_vector.py and bench/oracle.py hold it to the closures and to DuckDB.
"""

import re
from collections.abc import Callable
from typing import Any

import polars as pl

from mailwright.expression.closures import SEGMENT
from mailwright.expression.operators import ARITHMETIC, COMPARE
from mailwright.expression.tree import (
    Among,
    And,
    Arithmetic,
    Column,
    Compare,
    Const,
    Expr,
    InSegment,
    IsNull,
    Like,
    Not,
    Or,
    Scalar,
)


def expression(expr: Expr) -> pl.Expr:
    """The expression of one rule over a frame with the columns it names; segments are columns `segment:<name>`.

    Evaluate it with `with_columns`: a rule without columns (TRUE) is one value for all rows.
    """
    return _BUILDERS[type(expr)](expr)


def _const(expr: Const) -> pl.Expr:
    return pl.lit(_plain(expr.value))


def _plain(value: Scalar) -> bool | float | str | None:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _column(expr: Column) -> pl.Expr:
    return pl.col(expr.name)


def _in_segment(expr: InSegment) -> pl.Expr:
    return pl.col(SEGMENT + expr.name).fill_null(value=False)


def _not(expr: Not) -> pl.Expr:
    return ~expression(expr.term)


def _and(expr: And) -> pl.Expr:
    first, *rest = map(expression, expr.terms)
    for term in rest:
        first = first & term
    return first


def _or(expr: Or) -> pl.Expr:
    first, *rest = map(expression, expr.terms)
    for term in rest:
        first = first | term
    return first


def _compare(expr: Compare) -> pl.Expr:
    compared: pl.Expr = COMPARE[expr.op](expression(expr.left), expression(expr.right))
    return compared


def _among(expr: Among) -> pl.Expr:
    return expression(expr.term).is_in(pl.Series([_plain(value) for value in expr.values]).implode())


def _is_null(expr: IsNull) -> pl.Expr:
    return expression(expr.term).is_null()


def _like(expr: Like) -> pl.Expr:
    term = expression(expr.term)
    head, *rest = expr.pattern.split("%")
    if rest and not any(rest) and "_" not in head:
        return term.str.starts_with(head)
    if not head and len(rest) == 1 and "_" not in rest[0]:
        return term.str.ends_with(rest[0])
    return term.str.contains(pattern(expr.pattern))


def pattern(like: str) -> str:
    """LIKE as a regular expression over the whole text. Rust's engine takes linear time and its `$`, without flag m,
    is the very end.
    """
    pieces = ("".join("." if one == "_" else re.escape(one) for one in piece) for piece in like.split("%"))
    return f"(?s)^{'.*'.join(pieces)}$"


def _arithmetic(expr: Arithmetic) -> pl.Expr:
    computed: pl.Expr = ARITHMETIC[expr.op](expression(expr.left), expression(expr.right))
    return computed


_BUILDERS: dict[type, Callable[[Any], pl.Expr]] = {
    Const: _const,
    Column: _column,
    InSegment: _in_segment,
    Not: _not,
    And: _and,
    Or: _or,
    Compare: _compare,
    Among: _among,
    IsNull: _is_null,
    Like: _like,
    Arithmetic: _arithmetic,
}
