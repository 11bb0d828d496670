"""A rule's tree as Python closures: one profile, no parser, SQL's three-valued logic (None is unknown).

Numbers are doubles, as in DuckDB and Polars: arithmetic goes through float, so that Python's exact ints change nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from mailwright.expression.like import matcher
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

Row = Mapping[str, Scalar]  # column name -> value; "segment:<name>" -> whether the customer is a stored member
Rule = Callable[[Row], bool | None]
Value = Callable[[Row], Any]

SEGMENT = "segment:"

_FLIPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def closure(expr: Expr) -> Rule:
    """A function of a row: True, False, or None when a missing value leaves the answer open."""
    return cast(Rule, _build(expr))


def _build(expr: Expr) -> Value:
    return _BUILDERS[type(expr)](expr)


def _const(expr: Const) -> Value:
    value = expr.value
    return lambda row: value


def _column(expr: Column) -> Value:
    name = expr.name
    return lambda row: row.get(name)


def _in_segment(expr: InSegment) -> Value:
    name = SEGMENT + expr.name
    return lambda row: bool(row.get(name))  # membership is always known: not stored is not a member


def _not(expr: Not) -> Value:
    term = _build(expr.term)

    def negated(row: Row) -> bool | None:
        value = term(row)
        return None if value is None else not value

    return negated


def _and(expr: And) -> Value:
    terms = [_build(term) for term in expr.terms]

    def all_of(row: Row) -> bool | None:
        result: bool | None = True
        for term in terms:
            value = term(row)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return all_of


def _or(expr: Or) -> Value:
    terms = [_build(term) for term in expr.terms]

    def any_of(row: Row) -> bool | None:
        result: bool | None = False
        for term in terms:
            value = term(row)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return any_of


def _compare(expr: Compare) -> Value:
    left, right, op = expr.left, expr.right, expr.op
    if isinstance(left, Const):  # 3 < orders is orders > 3: the common shape below
        left, right, op = right, left, cast(Any, _FLIPPED[op])
    holds = COMPARE[op]
    if isinstance(left, Column) and isinstance(right, Const):
        return _column_with_const(left.name, holds, right.value)
    one, other = _build(left), _build(right)

    def compared(row: Row) -> bool | None:
        first = one(row)
        if first is None:
            return None
        second = other(row)
        return None if second is None else holds(first, second)

    return compared


def _column_with_const(name: str, holds: Callable[[Any, Any], bool], constant: Scalar) -> Value:
    def compared(row: Row) -> bool | None:
        value = row.get(name)
        return None if value is None else holds(value, constant)

    return compared


def _among(expr: Among) -> Value:
    term, values = _build(expr.term), frozenset(expr.values)

    def listed(row: Row) -> bool | None:
        value = term(row)
        return None if value is None else value in values

    return listed


def _is_null(expr: IsNull) -> Value:
    term = _build(expr.term)
    return lambda row: term(row) is None


def _like(expr: Like) -> Value:
    term, matches = _build(expr.term), matcher(expr.pattern)

    def like(row: Row) -> bool | None:
        value = term(row)
        return None if value is None else matches(value)

    return like


def _arithmetic(expr: Arithmetic) -> Value:
    one, other, apply = _build(expr.left), _build(expr.right), ARITHMETIC[expr.op]

    def computed(row: Row) -> float | None:
        first, second = one(row), other(row)
        return None if first is None or second is None else apply(float(first), float(second))

    return computed


_BUILDERS: dict[type, Callable[[Any], Value]] = {
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
