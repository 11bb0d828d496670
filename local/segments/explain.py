"""Why a customer is in a segment or not: every term of its rule, with what it comes to and the values it read."""

from collections.abc import Callable, Iterator
from typing import Any

from mailwright.expression.closures import SEGMENT, Row, closure
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
from mailwright.model.content import Content

_SAYS = {True: "yes", False: "no", None: "unknown"}


def explained(name: str, content: Content, facts: Row, depth: int = 0) -> Iterator[str]:
    """Lines: the segment and its answer, then its terms, each deeper one indented; segments it asks for as well."""
    segment = content.segments[name]
    pad = "  " * depth
    yield f"{pad}{_mark(closure(segment.when)(facts))} {name}: {segment.sql}"
    yield from _terms(segment.when, content, facts, depth + 1)


def _terms(expr: Expr, content: Content, facts: Row, depth: int) -> Iterator[str]:
    pad = "  " * depth
    match expr:
        case And(terms=terms) | Or(terms=terms):
            yield f"{pad}{_mark(closure(expr)(facts))} {'all of' if isinstance(expr, And) else 'any of'}"
            for term in terms:
                yield from _terms(term, content, facts, depth + 1)
        case Not(term=term) if not isinstance(term, IsNull):
            yield f"{pad}{_mark(closure(expr)(facts))} not"
            yield from _terms(term, content, facts, depth + 1)
        case InSegment(name=name) if name in content.segments:
            yield from explained(name, content, facts, depth)
        case _:
            values = ", ".join(f"{column} is {_value(facts.get(column))}" for column in dict.fromkeys(_columns(expr)))
            yield f"{pad}{_mark(closure(expr)(facts))} {text(expr)}" + (f"   ({values})" if values else "")


def _mark(answer: bool | None) -> str:
    return f"{_SAYS[answer]:<7}"


def text(expr: Expr) -> str:
    """A term as SQL."""
    return _TEXT[type(expr)](expr)


_TEXT: dict[type, Callable[[Any], str]] = {
    Const: lambda expr: _value(expr.value),
    Column: lambda expr: str(expr.name),
    InSegment: lambda expr: f"segment('{expr.name}')",
    Compare: lambda expr: f"{text(expr.left)} {expr.op} {text(expr.right)}",
    Arithmetic: lambda expr: f"({text(expr.left)} {expr.op} {text(expr.right)})",
    Among: lambda expr: f"{text(expr.term)} IN ({', '.join(map(_value, expr.values))})",
    Like: lambda expr: f"{text(expr.term)} LIKE {_value(expr.pattern)}",
    IsNull: lambda expr: f"{text(expr.term)} IS NULL",
    Not: lambda expr: (
        f"{text(expr.term.term)} IS NOT NULL" if isinstance(expr.term, IsNull) else f"NOT {text(expr.term)}"
    ),
    And: lambda expr: " AND ".join(f"({text(term)})" for term in expr.terms),
    Or: lambda expr: " OR ".join(f"({text(term)})" for term in expr.terms),
}


def _value(value: Scalar) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).upper() if isinstance(value, bool) else f"{value:g}" if abs(value) < 1e6 else f"{value:,}"


def _columns(expr: Expr) -> Iterator[str]:
    if isinstance(expr, Column):
        yield expr.name
    if isinstance(expr, InSegment):
        yield SEGMENT + expr.name
    for field in expr.__struct_fields__:
        term = getattr(expr, field)
        if isinstance(term, Expr):
            yield from _columns(term)
