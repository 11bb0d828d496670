"""Carries out a DynamoDB update expression: a new item from an old one, which is left as it was."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

from local.world.memory import syntax, tree
from local.world.memory.evaluate import Scope, find
from local.world.memory.values import Invalid, Item, Value, number, spelled


def updated(item: Item, parsed: "syntax.Parsed[tuple[tree.Action, ...]]", scope: Scope) -> Item:
    """`item` after all actions. Every right-hand side sees the item as it was before, as on DynamoDB."""
    targets = [_named(action.location, scope) for action in parsed.tree]
    _refuse_overlap(targets)
    new = dict(item)
    for action, target in zip(parsed.tree, targets, strict=True):
        match action.clause:
            case "SET":
                assert action.value is not None
                _put(new, target, _value(action.value, item, scope))
            case "REMOVE":
                _put(new, target, None)
            case _:
                assert isinstance(action.value, tree.Placeholder)
                merge = _add if action.clause == "ADD" else _subtract
                _put(new, target, merge(find(item, action.location, scope), scope.values[action.value.name]))
    return new


def _named(location: tree.Location, scope: Scope) -> tuple[str | int, ...]:
    return tuple(scope.names.get(part, part) if isinstance(part, str) else part for part in location.parts)


def _refuse_overlap(targets: list[tuple[str | int, ...]]) -> None:
    for index, one in enumerate(targets):
        for other in targets[index + 1 :]:
            shared = min(len(one), len(other))
            if one[:shared] == other[:shared]:
                raise Invalid(
                    "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one "
                    f"of these paths; path one: {list(one)}, path two: {list(other)}"
                )


def _value(expression: tree.Expression, item: Item, scope: Scope) -> Value:
    match expression:
        case tree.Placeholder(name):
            return scope.values[name]
        case tree.IfNotExists(location, otherwise):
            return find(item, location, scope) or _value(otherwise, item, scope)
        case tree.ListAppend(left, right):
            return {"L": [*_typed(left, "L", item, scope), *_typed(right, "L", item, scope)]}
        case tree.Arithmetic(op, left, right):
            a, b = number(_typed(left, "N", item, scope)), number(_typed(right, "N", item, scope))
            return {"N": spelled(_sum(a, b) if op == "+" else _sum(a, -b))}
        case tree.Location():
            value = find(item, expression, scope)
            if value is None:
                raise Invalid("The provided expression refers to an attribute that does not exist in the item")
            return value


def _sum(a: int | Decimal, b: int | Decimal) -> int | Decimal:
    return a + b if isinstance(a, int) and isinstance(b, int) else Decimal(a) + Decimal(b)


def _typed(expression: tree.Expression, kind: str, item: Item, scope: Scope) -> Any:
    value = _value(expression, item, scope)
    if kind not in value:
        raise Invalid("An operand in the update expression has an incorrect data type")
    return value[kind]


def _add(old: Value | None, more: Value) -> Value:
    ((kind, content),) = more.items()
    if kind not in ("N", "SS", "NS", "BS"):
        raise Invalid("Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD")
    if old is None:
        return more
    if kind not in old:
        raise Invalid("An operand in the update expression has an incorrect data type")
    if kind == "N":
        return {"N": spelled(_sum(number(old["N"]), number(content)))}
    return {kind: sorted({*old[kind], *content})}


def _subtract(old: Value | None, less: Value) -> Value | None:
    ((kind, content),) = less.items()
    if kind not in ("SS", "NS", "BS"):
        raise Invalid("Invalid UpdateExpression: Incorrect operand type for operator or function; operator: DELETE")
    if old is None:
        return None
    if kind not in old:
        raise Invalid("An operand in the update expression has an incorrect data type")
    left = sorted(set(old[kind]) - set(content))
    return {kind: left} if left else None


def _put(item: dict[str, Any], path: tuple[str | int, ...], value: Value | None) -> None:
    """Set or, with None, remove what is at a path; containers on the way are copied, never changed in place."""
    here: Any = item
    for part, below in pairwise(path):
        kind = "L" if isinstance(below, int) else "M"
        known = (isinstance(part, str) and part in here) or (isinstance(part, int) and part < len(here))
        if not known or kind not in here[part]:
            raise Invalid("The document path provided in the update expression is invalid for update")
        inside = here[part][kind].copy()
        here[part] = {kind: inside}
        here = inside
    last: Any = path[-1]
    if isinstance(last, str):
        if value is None:
            here.pop(last, None)
        else:
            here[last] = value
    elif value is None:
        del here[last : last + 1]
    elif last < len(here):
        here[last] = value
    else:
        here.append(value)
