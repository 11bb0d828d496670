"""Evaluates conditions and filters of DynamoDB on an item; a missing attribute makes every comparison but <> false."""

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from local.world.memory import syntax, tree
from local.world.memory.values import Invalid, Item, Value, comparable, equal, size

_ORDERED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_MEASURED = {"S", "B", "SS", "NS", "BS", "L", "M"}


class Scope(NamedTuple):
    """What the `#aliases` and `:values` of one request stand for."""

    names: Mapping[str, str]
    values: Mapping[str, Value]

    def check(self, *parsed: "syntax.Parsed[Any]") -> None:
        """Refuse, as DynamoDB does, whatever was given and is not used, or used and not given."""
        for what, given, used in (
            ("Names", self.names.keys(), frozenset[str]().union(*(one.names for one in parsed))),
            ("Values", self.values.keys(), frozenset[str]().union(*(one.values for one in parsed))),
        ):
            if given == used:
                continue
            if missing := sorted(used - given):
                kind = "attribute name" if what == "Names" else "attribute value"
                raise Invalid(
                    f"Invalid expression: An expression {kind} used in expression is not defined; {missing[0]}"
                )
            unused = ", ".join(sorted(given - used))
            raise Invalid(f"Value provided in ExpressionAttribute{what} unused in expressions: keys: {{{unused}}}")


Test = Callable[[Item, Scope], bool]
Fetch = Callable[[Item, Scope], Value | None]


def find(item: Item, location: tree.Location, scope: Scope) -> Value | None:
    """The value at a location; None when nothing is there."""
    first, *rest = location.parts
    value = item.get(scope.names.get(first, first) if isinstance(first, str) else "")
    for part in rest:
        if value is None:
            return None
        if isinstance(part, int):
            inside = value.get("L", ())
            value = inside[part] if part < len(inside) else None
        else:
            value = value.get("M", {}).get(scope.names.get(part, part))
    return value


@lru_cache(maxsize=512)
def test(text: str) -> tuple[Test, syntax.Parsed[tree.Condition]]:
    """A condition ready to be asked, and what it uses."""
    parsed = syntax.condition(text)
    return _test(parsed.tree), parsed


def _fetch(operand: tree.Operand) -> Fetch:
    if isinstance(operand, tree.Placeholder):
        name = operand.name
        return lambda item, scope: scope.values[name]
    if isinstance(operand, tree.Size):
        location = operand.location
        return lambda item, scope: _measure(find(item, location, scope))
    if len(operand.parts) == 1:
        name = str(operand.parts[0])
        return lambda item, scope: item.get(scope.names.get(name, name))
    return lambda item, scope: find(item, operand, scope)


def _measure(value: Value | None) -> Value | None:
    if value is None:
        return None
    ((kind, content),) = value.items()
    if kind not in _MEASURED:
        return None
    return {"N": str(size(value) if kind == "S" else len(content))}


def _test(node: tree.Condition) -> Test:
    match node:
        case tree.And(left, right):
            first, second = _test(left), _test(right)
            return lambda item, scope: first(item, scope) and second(item, scope)
        case tree.Or(left, right):
            first, second = _test(left), _test(right)
            return lambda item, scope: first(item, scope) or second(item, scope)
        case tree.Not(term):
            inner = _test(term)
            return lambda item, scope: not inner(item, scope)
        case tree.Compare(op, a, b):
            return _comparison(op, _fetch(a), _fetch(b))
        case tree.Between(term, low, high):
            above, below = _comparison(">=", _fetch(term), _fetch(low)), _comparison("<=", _fetch(term), _fetch(high))
            return lambda item, scope: above(item, scope) and below(item, scope)
        case tree.Among(term, choices):
            tests = [_comparison("=", _fetch(term), _fetch(choice)) for choice in choices]
            return lambda item, scope: any(each(item, scope) for each in tests)
        case tree.Call():
            return _call(node)


def _comparison(op: str, left: Fetch, right: Fetch) -> Test:
    def compare(item: Item, scope: Scope) -> bool:
        a, b = left(item, scope), right(item, scope)
        if op in ("=", "<>"):
            same = a is not None and b is not None and equal(a, b)
            return same == (op == "=")
        return a is not None and b is not None and ordered(op, a, b)

    return compare


def ordered(op: str, a: Value, b: Value) -> bool:
    """<, <=, > or >= of two values; false between types that have no order or differ."""
    (kind, left), (other, right) = comparable(a), comparable(b)
    return kind == other and kind in ("S", "N", "B") and bool(_ORDERED[op](left, right))


def begins(value: Value, start: Value) -> bool:
    """begins_with, on text and bytes."""
    (kind, content), (other, prefix) = comparable(value), comparable(start)
    return kind == other and kind in ("S", "B") and bool(content.startswith(prefix))


def _call(node: tree.Call) -> Test:
    location = node.location
    if node.function == "attribute_exists":
        return lambda item, scope: find(item, location, scope) is not None
    if node.function == "attribute_not_exists":
        return lambda item, scope: find(item, location, scope) is None
    assert node.argument is not None
    argument = _fetch(node.argument)
    relation = {"attribute_type": _is_type, "begins_with": begins, "contains": _contains}[node.function]

    def ask(item: Item, scope: Scope) -> bool:
        value, other = find(item, location, scope), argument(item, scope)
        return value is not None and other is not None and relation(value, other)

    return ask


def _is_type(value: Value, kind: Value) -> bool:
    if "S" not in kind:
        raise Invalid("Invalid ConditionExpression: Incorrect operand type for operator or function")
    return kind["S"] in value


def _contains(value: Value, member: Value) -> bool:
    ((kind, content),) = value.items()
    ((member_kind, wanted),) = member.items()
    if kind in ("SS", "NS", "BS"):
        return kind[0] == member_kind and any(equal({member_kind: one}, member) for one in content)
    if kind == "L":
        return any(equal(one, member) for one in content)
    return kind == member_kind and kind in ("S", "B") and wanted in content
