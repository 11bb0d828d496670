"""Key conditions of a query: the partition asked for, and the stretch of the sort key, found by bisection."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from local.world.memory import syntax, tree
from local.world.memory.evaluate import Scope
from local.world.memory.values import Invalid, Value, comparable


class Stretch(NamedTuple):
    """Where a stretch of the order begins and ends; a bound is (sort key, whether equal keys are before it)."""

    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None

    def of(self, order: Sequence[Any], sort_key: Callable[[Any], Any]) -> tuple[int, int]:
        """First place and the place after the last, in something sorted by `sort_key`."""
        first = 0 if self.low is None else _place(order, self.low, sort_key)
        last = len(order) if self.high is None else _place(order, self.high, sort_key)
        return first, last


def _place(order: Sequence[Any], bound: tuple[Any, bool], sort_key: Callable[[Any], Any]) -> int:
    value, after_equals = bound
    return (bisect_right if after_equals else bisect_left)(order, value, key=sort_key)


def key_condition(text: str, names: tuple[str, str], kind: str, scope: Scope) -> tuple[Value, Stretch]:
    """The partition and the stretch; `names` are its keys and `kind` the type of the sort key."""
    node = syntax.condition(text).tree
    parts = [node.left, node.right] if isinstance(node, tree.And) else [node]
    part: Value | None = None
    stretches = []
    for one in parts:
        if isinstance(one, tree.Compare) and one.op == "=" and _is(one.left, names[0], scope):
            part = _given(one.right, scope)
        else:
            stretches.append(_stretch(one, names[1], kind, scope))
    if part is None or len(stretches) > 1:
        raise Invalid("Query condition missed key schema element: " + names[0])
    return part, stretches[0] if stretches else Stretch()


def _stretch(node: tree.Condition, name: str, kind: str, scope: Scope) -> Stretch:
    match node:
        case tree.Compare(op, left, right) if op != "<>" and _is(left, name, scope):
            bound = _bound(right, kind, scope)
            return {
                "=": Stretch((bound, False), (bound, True)),
                "<": Stretch(None, (bound, False)),
                "<=": Stretch(None, (bound, True)),
                ">": Stretch((bound, True), None),
                ">=": Stretch((bound, False), None),
            }[op]
        case tree.Between(term, low, high) if _is(term, name, scope):
            return Stretch((_bound(low, kind, scope), False), (_bound(high, kind, scope), True))
        case tree.Call("begins_with", location, argument) if argument is not None and _is(location, name, scope):
            start = _bound(argument, kind, scope)
            end = _after(start)
            return Stretch((start, False), None if end is None else (end, False))
        case _:
            raise Invalid("Query key condition not supported")


def _after(start: bytes) -> bytes | None:
    """The first bytes that no longer begin with `start`."""
    if not isinstance(start, bytes):
        raise Invalid("Incorrect operand type for operator or function; operator or function: begins_with")
    head = start.rstrip(b"\xff")
    return head[:-1] + bytes([head[-1] + 1]) if head else None


def _is(operand: tree.Operand, name: str, scope: Scope) -> bool:
    return isinstance(operand, tree.Location) and [scope.names.get(str(p), p) for p in operand.parts] == [name]


def _bound(operand: tree.Operand, kind: str, scope: Scope) -> Any:
    given, bound = comparable(_given(operand, scope))
    if given != kind:
        raise Invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
    return bound


def _given(operand: tree.Operand, scope: Scope) -> Value:
    if not isinstance(operand, tree.Placeholder):
        raise Invalid("Query key condition not supported")
    return scope.values[operand.name]
