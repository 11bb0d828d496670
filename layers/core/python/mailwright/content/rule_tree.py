"""sqlglot's tree to ours, by whitelist: columns, types, operators, depth. What is not named here is refused."""

from collections.abc import Callable, Iterable
from typing import Any, Literal, cast

from sqlglot import exp

from mailwright.content.findings import meant
from mailwright.content.rule_tokens import Refused
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
)
from mailwright.model.columns import COLUMNS, Kind
from mailwright.segments.membership import PERSONA

DEPTH = 24
OPERATORS = 8  # of arithmetic in one value: keeps every result far inside a double's range
LISTED = 200  # values of one IN
PATTERN = 100  # characters of one LIKE

Operator = Literal["=", "<>", "<", "<=", ">", ">="]
_COMPARE: dict[type[exp.Expr], Operator] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_ARITHMETIC: dict[type[exp.Expr], Literal["+", "-", "*"]] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
_A = {"number": "a number", "text": "text", "boolean": "true or false"}


def offset(node: exp.Expr) -> int:
    """Where a node starts in the rule's text: its first word that kept its place."""
    return min((at.meta["start"] for at in node.walk() if "start" in at.meta), default=0)


class RuleTree:
    """One conversion; `segments` are the names that may be asked for."""

    def __init__(self, segments: Iterable[str]) -> None:
        self.segments = sorted(segments)
        self._predicates: dict[type[exp.Expr], Callable[[Any, int], Expr]] = {
            exp.Paren: lambda node, depth: self.rule(node.this, depth),
            exp.And: self._and,
            exp.Or: self._or,
            exp.Not: lambda node, depth: Not(self.rule(node.this, depth)),
            exp.Boolean: lambda node, depth: Const(bool(node.this)),
            exp.Column: self._flag,
            exp.Between: self._between,
            exp.In: self._in,
            exp.Is: self._is,
            exp.Like: self._like,
            exp.Anonymous: self._segment,
            **dict.fromkeys(_COMPARE, self._compare),
        }

    def rule(self, node: exp.Expr, depth: int = 0) -> Expr:
        """A node that is true or false."""
        if depth > DEPTH:
            raise Refused("the rule is nested too deeply", f"{DEPTH} levels are the most", offset(node))
        if isinstance(node, exp.Null):
            raise Refused("NULL is not a condition", "write IS NULL after a column", offset(node))
        build = self._predicates.get(type(node))
        if build is None:
            if type(node) in _ARITHMETIC or isinstance(node, exp.Literal | exp.Neg):
                raise Refused("this is a value, not a condition", "compare it with something", offset(node))
            raise _strange(node)
        return build(node, depth + 1)

    def _and(self, node: exp.And, depth: int) -> Expr:
        return And([self.rule(term, depth) for term in _flat(node, exp.And)])

    def _or(self, node: exp.Or, depth: int) -> Expr:
        return Or([self.rule(term, depth) for term in _flat(node, exp.Or)])

    def _flag(self, node: exp.Column, depth: int) -> Expr:
        column, kind = self._column(node)
        if kind != "boolean":
            example = f"{column.name} > 0" if kind == "number" else f"{column.name} = 'x'"
            raise Refused(f"{column.name} is {_A[kind]}, not a condition", f"for example {example}", offset(node))
        return column

    def _compare(self, node: exp.Binary, depth: int) -> Expr:
        op = _COMPARE[type(node)]
        left, kind = self._value(node.this, depth)
        right, other = self._value(node.expression, depth)
        if isinstance(left, Const) and isinstance(right, Const):
            raise Refused("both sides are constants", "compare a column with one", offset(node))
        _same(kind, other, node.expression if isinstance(right, Const) else node.this)
        if op in ("=", "<>"):
            self._occurs(left, right, node.expression)
            self._occurs(right, left, node.this)
        if kind == "boolean" and op not in ("=", "<>"):
            raise Refused("true and false have no order", "use = or <>", offset(node))
        return Compare(op, left, right)

    def _between(self, node: exp.Between, depth: int) -> Expr:
        _only(node, "this", "low", "high")
        term, kind = self._value(node.this, depth)
        low, low_kind = self._value(node.args["low"], depth)
        high, high_kind = self._value(node.args["high"], depth)
        if isinstance(term, Const):
            raise Refused("BETWEEN asks about a column", "", offset(node))
        if kind == "boolean":
            raise Refused("true and false have no order", "use = or <>", offset(node))
        _same(kind, low_kind, node.args["low"])
        _same(kind, high_kind, node.args["high"])
        if isinstance(low, Const) and isinstance(high, Const) and cast(Any, low.value) > cast(Any, high.value):
            raise Refused("nothing lies between these two", "the smaller one comes first", offset(node.args["low"]))
        return And([Compare(">=", term, low), Compare("<=", term, high)])

    def _in(self, node: exp.In, depth: int) -> Expr:
        _only(node, "this", "expressions")
        term, kind = self._value(node.this, depth)
        if isinstance(term, Const):
            raise Refused("IN asks about a column", "", offset(node))
        if not node.expressions:
            raise Refused("IN has nothing in its brackets", "", offset(node))
        if len(node.expressions) > LISTED:
            raise Refused(f"IN lists more than {LISTED} values", "", offset(node))
        values = []
        for item in node.expressions:
            if isinstance(item, exp.Null):
                raise Refused("NULL in a list makes NOT IN never true", "use IS NULL", offset(node))
            value, other = self._value(item, depth)
            if not isinstance(value, Const):
                raise Refused("IN lists constants only", "", offset(item))
            _same(kind, other, item)
            self._occurs(term, value, item)
            values.append(value.value)
        return Among(term, values)

    def _is(self, node: exp.Is, depth: int) -> Expr:
        if not isinstance(node.expression, exp.Null):
            raise Refused(
                "IS TRUE and IS NOT TRUE are refused: engines disagree where the value is missing",
                "write the condition itself, or NOT; IS NULL asks whether it is missing",
                offset(node),
            )
        term, _ = self._value(node.this, depth)
        if isinstance(term, Const):
            raise Refused("IS NULL asks about a column", "", offset(node))
        return IsNull(term)

    def _like(self, node: exp.Like, depth: int) -> Expr:
        _only(node, "this", "expression", "negate")
        term, kind = self._value(node.this, depth)
        pattern = node.expression
        if kind != "text" or isinstance(term, Const):
            raise Refused("LIKE asks about a column of text", "", offset(node))
        if not (isinstance(pattern, exp.Literal) and pattern.is_string):
            raise Refused("LIKE takes one text in single quotes", "for example city LIKE 'San %'", offset(node))
        if len(pattern.name) > PATTERN:
            raise Refused(f"the pattern has more than {PATTERN} characters", "", offset(pattern))
        like = Like(term, pattern.name)
        return Not(like) if node.args.get("negate") else like

    def _segment(self, node: exp.Anonymous, depth: int) -> Expr:
        if node.name.lower() != "segment":
            hint = meant(node.name.lower(), ["segment"]) or "the one function is segment('name')"
            raise Refused(f"there is no function {node.name}()", hint, offset(node))
        arguments = node.expressions
        if len(arguments) != 1 or not (isinstance(arguments[0], exp.Literal) and arguments[0].is_string):
            raise Refused("segment() takes one name in single quotes", "segment('lapsed-customers')", offset(node))
        name = arguments[0].name
        if name not in self.segments:
            raise Refused(f"there is no segment {name!r}", meant(name, self.segments), offset(arguments[0]))
        return InSegment(name)

    def _value(self, node: exp.Expr, depth: int) -> tuple[Expr, Kind]:
        if depth > DEPTH:
            raise Refused("the rule is nested too deeply", f"{DEPTH} levels are the most", offset(node))
        if isinstance(node, exp.Paren):
            return self._value(node.this, depth + 1)
        if isinstance(node, exp.Literal):
            return (Const(node.name), "text") if node.is_string else (Const(_number(node.name)), "number")
        if isinstance(node, exp.Boolean):
            return Const(bool(node.this)), "boolean"
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Neg):
            return self._negative(node, depth)
        if type(node) in _ARITHMETIC:
            return self._arithmetic(cast(exp.Binary, node), depth)
        raise self._no_value(node)

    def _no_value(self, node: exp.Expr) -> Refused:
        if isinstance(node, exp.Null):
            return Refused("nothing is ever equal to NULL", "write IS NULL or IS NOT NULL", offset(node))
        if type(node) in self._predicates and (not isinstance(node, exp.Anonymous) or node.name.lower() == "segment"):
            hint = "join conditions with AND and OR; one comparison has one sign"
            return Refused("a condition stands where a value is needed", hint, offset(node))
        return _strange(node)

    def _negative(self, node: exp.Neg, depth: int) -> tuple[Expr, Kind]:
        value, kind = self._value(node.this, depth + 1)
        _same("number", kind, node.this)
        if isinstance(value, Const):
            return Const(-cast(float, value.value)), "number"
        return Arithmetic("-", Const(0), value), "number"

    def _arithmetic(self, node: exp.Binary, depth: int) -> tuple[Expr, Kind]:
        if sum(1 for _ in node.find_all(*_ARITHMETIC)) > OPERATORS:
            raise Refused(f"more than {OPERATORS} arithmetic signs in one value", "", offset(node))
        left, left_kind = self._value(node.this, depth + 1)
        right, right_kind = self._value(node.expression, depth + 1)
        _same("number", left_kind, node.this)
        _same("number", right_kind, node.expression)
        if isinstance(left, Const) and isinstance(right, Const):
            raise Refused("both sides are constants: engines round them differently", "write the result", offset(node))
        return Arithmetic(_ARITHMETIC[type(node)], left, right), "number"

    def _occurs(self, term: Expr, value: Expr, node: exp.Expr) -> None:
        """A column of a few words is never another one: a slip of the pen that would be true of no one."""
        if not isinstance(term, Column) or not isinstance(value, Const) or value.value is None:
            return
        said = str(value.value)
        if term.name == PERSONA and said not in self.segments:
            hint = meant(said, self.segments) or "a persona has the name of its segment"
            raise Refused(f"there is no persona {said!r}", hint, offset(node))
        known = COLUMNS[term.name].values
        if known and said not in known:
            hint = meant(said.lower(), known) or f"known: {', '.join(known)}"
            raise Refused(f"{term.name} is never {said!r}", hint, offset(node))

    def _column(self, node: exp.Column) -> tuple[Column, Kind]:
        name = node.name.lower()
        if name not in COLUMNS:
            raise Refused(f"there is no column {node.name!r}", meant(name, COLUMNS), offset(node))
        return Column(name), COLUMNS[name].kind


def _flat(node: exp.Expr, joint: type[exp.And] | type[exp.Or]) -> list[exp.Expr]:
    """`a AND b AND c` is one And of three: sqlglot nests them to the left, however long the chain."""
    terms: list[exp.Expr] = []
    while isinstance(node, joint):
        terms.append(node.expression)
        node = node.this
    return [node, *reversed(terms)]


def _same(wanted: Kind, got: Kind, node: exp.Expr) -> None:
    if wanted != got:
        hint = "text goes in single quotes, numbers do not" if {wanted, got} == {"number", "text"} else ""
        raise Refused(f"this is {_A[got]}, where {_A[wanted]} is needed", hint, offset(node))


def _strange(node: exp.Expr) -> Refused:
    hint = "a rule has no functions but segment('name')" if isinstance(node, exp.Func) else ""
    return Refused(f"{node.sql(dialect='duckdb')!r} is not part of the rule language", hint, offset(node))


def _only(node: exp.Expr, *keys: str) -> None:
    extra = [key for key, value in node.args.items() if value and key not in keys]
    if extra:
        raise Refused(f"{node.sql(dialect='duckdb')!r} is not part of the rule language", "", offset(node))


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
