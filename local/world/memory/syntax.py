"""Reads DynamoDB's expression language: conditions, keys, filters, projections and updates; nothing outside of it.

Grammar: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html and
Expressions.UpdateExpressions.html.
"""

import importlib.util
import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from local.world.memory import tree
from local.world.memory.values import Invalid

_TOKEN = re.compile(r"\s*(?:(<>|<=|>=|[=<>(),.\[\]+-])|([#:]?[A-Za-z0-9_]+))")
_WORDS = {"AND", "OR", "NOT", "BETWEEN", "IN"}
_CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")
_PREDICATES = {"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2}
T = TypeVar("T")


class Parsed(NamedTuple, Generic[T]):
    """A tree with the aliases and placeholders it uses, so that one left over can be refused as DynamoDB does."""

    tree: T
    names: frozenset[str]
    values: frozenset[str]


@cache
def _reserved() -> frozenset[str]:
    """Words that must be aliased; moto carries AWS's list as a text file, read here without importing moto."""
    spec = importlib.util.find_spec("moto")
    assert spec is not None
    assert spec.origin is not None
    words = Path(spec.origin).parent / "dynamodb" / "parsing" / "reserved_keywords.txt"
    return frozenset(words.read_text().upper().split())


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        self.place = 0
        self.names: set[str] = set()
        self.values: set[str] = set()
        at = 0
        stripped = text.rstrip()
        while at < len(stripped):
            match = _TOKEN.match(stripped, at)
            if match is None:
                raise Invalid(f'Invalid expression: Syntax error; near: "{stripped[at : at + 20]}"')
            self.tokens.append(match.group(1) or match.group(2))
            at = match.end()
        if not self.tokens:
            raise Invalid("Invalid expression: The expression can not be empty;")

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def word(self) -> str:
        return self.next.upper()

    def take(self, *expected: str) -> str:
        token = self.next
        if expected and token.upper() not in expected:
            raise Invalid(f'Invalid expression: Syntax error; token: "{token or "<EOF>"}", in: "{self.text}"')
        self.place += 1
        return token

    def done(self) -> None:
        if self.next:
            self.take("<EOF>")

    def many(self, one: Callable[[], T]) -> tuple[T, ...]:
        found = [one()]
        while self.next == ",":
            self.take(",")
            found.append(one())
        return tuple(found)

    def location(self) -> tree.Location:
        parts: list[str | int] = [self.name()]
        while self.next in (".", "["):
            if self.take() == ".":
                parts.append(self.name())
            else:
                index = self.take()
                if not index.isdecimal():
                    raise Invalid(f'Invalid expression: Syntax error; token: "{index}"')
                parts.append(int(index))
                self.take("]")
        return tree.Location(tuple(parts))

    def name(self) -> str:
        token = self.take()
        if token.startswith("#"):
            self.names.add(token)
        elif not token or not (token[0].isalpha() or token[0] == "_"):
            raise Invalid(f'Invalid expression: Syntax error; token: "{token or "<EOF>"}", in: "{self.text}"')
        elif token.upper() in _reserved():
            raise Invalid(f"Invalid expression: Attribute name is a reserved keyword; reserved keyword: {token}")
        return token

    def placeholder(self) -> tree.Placeholder:
        token = self.take()
        if not token.startswith(":"):
            raise Invalid(f'Invalid expression: Syntax error; token: "{token or "<EOF>"}", in: "{self.text}"')
        self.values.add(token)
        return tree.Placeholder(token)

    # Conditions, loosest binding first.

    def condition(self) -> tree.Condition:
        left = self.conjunction()
        while self.word() == "OR":
            self.take()
            left = tree.Or(left, self.conjunction())
        return left

    def conjunction(self) -> tree.Condition:
        left = self.negation()
        while self.word() == "AND":
            self.take()
            left = tree.And(left, self.negation())
        return left

    def negation(self) -> tree.Condition:
        if self.word() == "NOT":
            self.take()
            return tree.Not(self.negation())
        if self.next == "(":
            self.take()
            inner = self.condition()
            self.take(")")
            return inner
        return self.predicate()

    def predicate(self) -> tree.Condition:
        if self.next in _PREDICATES:
            return self.call()
        left = self.operand()
        if self.word() == "BETWEEN":
            self.take()
            low = self.operand()
            self.take("AND")
            return tree.Between(left, low, self.operand())
        if self.word() == "IN":
            self.take()
            self.take("(")
            choices = self.many(self.operand)
            self.take(")")
            return tree.Among(left, choices)
        return tree.Compare(self.take("=", "<>", "<", "<=", ">", ">="), left, self.operand())

    def call(self) -> tree.Call:
        function = self.take()
        self.take("(")
        location = self.location()
        argument = None
        if _PREDICATES[function] == 2:
            self.take(",")
            argument = self.operand()
        self.take(")")
        return tree.Call(function, location, argument)

    def operand(self) -> tree.Operand:
        if self.next.startswith(":"):
            return self.placeholder()
        if self.next == "size":
            self.take()
            self.take("(")
            location = self.location()
            self.take(")")
            return tree.Size(location)
        return self.location()

    # Updates.

    def update(self) -> tuple[tree.Action, ...]:
        actions: list[tree.Action] = []
        seen: set[str] = set()
        while self.next:
            clause = self.take(*_CLAUSES).upper()
            if clause in seen:
                raise Invalid(f'Invalid UpdateExpression: The "{clause}" section can only be used once')
            seen.add(clause)
            actions.extend(self.many(lambda clause=clause: self.action(clause)))  # type: ignore[misc]
        return tuple(actions)

    def action(self, clause: str) -> tree.Action:
        location = self.location()
        if clause == "REMOVE":
            return tree.Action(clause, location, None)
        if clause == "SET":
            self.take("=")
            return tree.Action(clause, location, self.sum())
        return tree.Action(clause, location, self.placeholder())

    def sum(self) -> tree.Expression:
        left = self.term()
        if self.next in ("+", "-"):
            return tree.Arithmetic(self.take(), left, self.term())
        return left

    def term(self) -> tree.Expression:
        if self.next.startswith(":"):
            return self.placeholder()
        if self.next == "if_not_exists":
            self.take()
            self.take("(")
            location = self.location()
            self.take(",")
            otherwise = self.term()
            self.take(")")
            return tree.IfNotExists(location, otherwise)
        if self.next == "list_append":
            self.take()
            self.take("(")
            left = self.term()
            self.take(",")
            right = self.term()
            self.take(")")
            return tree.ListAppend(left, right)
        return self.location()


def _parsed(text: str, read: Callable[[_Reader], T]) -> Parsed[T]:
    reader = _Reader(text)
    result = read(reader)
    reader.done()
    return Parsed(result, frozenset(reader.names), frozenset(reader.values))


@lru_cache(maxsize=512)
def condition(text: str) -> Parsed[tree.Condition]:
    """A condition, key condition or filter; Invalid where DynamoDB would say ValidationException."""
    return _parsed(text, _Reader.condition)


@lru_cache(maxsize=512)
def update(text: str) -> Parsed[tuple[tree.Action, ...]]:
    """An update expression, as the actions in it."""
    return _parsed(text, _Reader.update)


@lru_cache(maxsize=512)
def projection(text: str) -> Parsed[tuple[tree.Location, ...]]:
    """A projection, as the locations in it."""
    return _parsed(text, lambda reader: reader.many(reader.location))
