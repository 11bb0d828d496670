"""Key conditions of a query: the partition asked for, and the stretch of the sort key."""

from collections.abc import Callable

from local.world.memory import syntax, tree
from local.world.memory.evaluate import Scope, begins, ordered
from local.world.memory.values import Invalid, Item, Value, equal

Narrow = Callable[[Item], bool]


def key_condition(text: str, names: tuple[str, str], scope: Scope) -> tuple[Value, Narrow]:
    """The partition asked for, and a test on the sort key."""
    node = syntax.condition(text).tree
    parts = [node.left, node.right] if isinstance(node, tree.And) else [node]
    part: Value | None = None
    tests = []
    for one in parts:
        if isinstance(one, tree.Compare) and one.op == "=" and _is(one.left, names[0], scope):
            part = _given(one.right, scope)
        else:
            tests.append(_sort_test(one, names[1], scope))
    if part is None or len(tests) > 1:
        raise Invalid("Query condition missed key schema element: " + names[0])
    return part, tests[0] if tests else _everything


def _everything(item: Item) -> bool:
    return True


def _sort_test(node: tree.Condition, name: str, scope: Scope) -> Narrow:
    match node:
        case tree.Compare(op, left, right) if op != "<>" and _is(left, name, scope):
            bound = _given(right, scope)
            if op == "=":
                return lambda item: equal(item[name], bound)
            return lambda item: ordered(op, item[name], bound)
        case tree.Between(term, low, high) if _is(term, name, scope):
            least, most = _given(low, scope), _given(high, scope)
            return lambda item: ordered(">=", item[name], least) and ordered("<=", item[name], most)
        case tree.Call("begins_with", location, argument) if argument is not None and _is(location, name, scope):
            start = _given(argument, scope)
            return lambda item: begins(item[name], start)
        case _:
            raise Invalid("Query key condition not supported")


def _is(operand: tree.Operand, name: str, scope: Scope) -> bool:
    return isinstance(operand, tree.Location) and [scope.names.get(str(p), p) for p in operand.parts] == [name]


def _given(operand: tree.Operand, scope: Scope) -> Value:
    if not isinstance(operand, tree.Placeholder):
        raise Invalid("Query key condition not supported")
    return scope.values[operand.name]
