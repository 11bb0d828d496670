"""Which segments a profile is in, from its columns. A segment may ask for another: that one is settled first."""

from collections.abc import Callable, Iterator, Mapping

from mailwright.expression.closures import SEGMENT, Rule, closure
from mailwright.expression.tree import Expr, InSegment, Scalar
from mailwright.model.content import Content, Segment
from mailwright.model.memo import once

Facts = dict[str, Scalar]  # columns, and "segment:<name>": True for each segment the customer is in
Members = Callable[[Facts], list[str]]


def facts(columns: Mapping[str, Scalar], names: list[str]) -> Facts:
    """Columns and known membership as rules read them."""
    return {**columns, **dict.fromkeys((SEGMENT + name for name in names), True)}


def members(columns: Mapping[str, Scalar], content: Content) -> list[str]:
    """Sorted names of the segments whose rule is true for these columns; unknown is not a member."""
    return compiled(content)(dict(columns))


def named(expr: Expr) -> Iterator[str]:
    """The segments a rule asks for."""
    if isinstance(expr, InSegment):
        yield expr.name
    for field in expr.__struct_fields__:
        value = getattr(expr, field)
        for term in value if isinstance(value, list) else [value]:
            if hasattr(term, "__struct_fields__"):
                yield from named(term)


def in_order(segments: Mapping[str, Segment]) -> list[Segment]:
    """Segments, each after those it asks for; ValueError names a circle."""
    ordered: dict[str, Segment] = {}

    def settle(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ValueError(" -> ".join((*path[path.index(name) :], name)))
        if name in ordered or name not in segments:
            return
        for other in sorted(set(named(segments[name].when))):
            settle(other, (*path, name))
        ordered[name] = segments[name]

    for name in sorted(segments):
        settle(name, ())
    return list(ordered.values())


@once
def compiled(content: Content) -> Members:
    """A function that adds `segment:<name>` to facts for every segment they are in, and returns the sorted names."""
    rules: list[tuple[str, str, Rule]] = [
        (segment.name, SEGMENT + segment.name, closure(segment.when)) for segment in in_order(content.segments)
    ]

    def settled(row: Facts) -> list[str]:
        names = []
        for name, key, rule in rules:
            if rule(row) is True:
                row[key] = True
                names.append(name)
        return sorted(names)

    return settled
