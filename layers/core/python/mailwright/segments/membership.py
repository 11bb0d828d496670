"""Which segments a profile is in, from its columns. A segment may ask for another: that one is settled first.

Segments with a rank are personas: the first that holds, by rank, is the column `persona`. A rule that names that column
asks for all of them.
"""

from collections.abc import Callable, Iterator, Mapping

from mailwright.expression.closures import SEGMENT, Rule, closure
from mailwright.expression.tree import Column, Expr, InSegment, Scalar
from mailwright.model.content import Content, Segment
from mailwright.model.memo import once

PERSONA = "persona"

Facts = dict[str, Scalar]  # columns, and "segment:<name>": True for each segment the customer is in
Members = Callable[[Facts], list[str]]


def members(columns: Mapping[str, Scalar], content: Content) -> list[str]:
    """Sorted names of the segments whose rule is true for these columns; unknown is not a member."""
    return compiled(content)(dict(columns))


def nodes(expr: Expr) -> Iterator[Expr]:
    """A rule's tree, every node of it."""
    yield expr
    for field in expr.__struct_fields__:
        value = getattr(expr, field)
        for term in value if isinstance(value, list) else [value]:
            if isinstance(term, Expr):
                yield from nodes(term)


def named(expr: Expr, segments: Mapping[str, Segment]) -> set[str]:
    """The segments a rule asks for; those of `segments` that are personas when it asks for the persona."""
    found = {node.name for node in nodes(expr) if isinstance(node, InSegment)}
    if any(isinstance(node, Column) and node.name == PERSONA for node in nodes(expr)):
        found |= {segment.name for segment in segments.values() if segment.persona}
    return found


def personas(segments: Mapping[str, Segment]) -> list[str]:
    """The names of the personas, first to last."""
    ranked = [segment for segment in segments.values() if segment.persona]
    return [segment.name for segment in sorted(ranked, key=lambda one: (one.persona, one.name))]


def in_order(segments: Mapping[str, Segment]) -> list[Segment]:
    """Segments, each after those it asks for; ValueError names a circle."""
    ordered: dict[str, Segment] = {}

    def settle(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ValueError(" -> ".join((*path[path.index(name) :], name)))
        if name in ordered or name not in segments:
            return
        for other in sorted(named(segments[name].when, segments)):
            settle(other, (*path, name))
        ordered[name] = segments[name]

    for name in sorted(segments):
        settle(name, ())
    return list(ordered.values())


@once
def compiled(content: Content) -> Members:
    """A function that adds `segment:<name>` to facts for every segment they are in, sets the persona, and returns the
    sorted names.
    """
    places = {name: place for place, name in enumerate(personas(content.segments))}
    rules: list[tuple[str, str, Rule, int | None]] = [
        (segment.name, SEGMENT + segment.name, closure(segment.when), places.get(segment.name))
        for segment in in_order(content.segments)
    ]

    def settled(row: Facts) -> list[str]:
        names = []
        first = len(places)
        for name, key, rule, place in rules:
            if rule(row) is True:
                row[key] = True
                names.append(name)
                if place is not None and place < first:
                    row[PERSONA], first = name, place
        return sorted(names)

    return settled
