"""Content made ready to decide by: closures, and which journeys an event can touch. Made once per published content."""

from collections.abc import Iterable
from typing import NamedTuple

from mailwright.decide.turns import Numbers, asked
from mailwright.expression.tree import Expr
from mailwright.journeys.plan import Plan, plan
from mailwright.model.content import Content
from mailwright.model.memo import once
from mailwright.segments.membership import Members, compiled, named


class Program(NamedTuple):
    members: Members
    turning: dict[str, Numbers]  # what the segments that journeys wait for depend on
    plans: dict[str, Plan]  # by journey, sorted by name
    touched: dict[str, tuple[str, ...]]  # event name, "segment:<name>" or "left:<name>" -> journeys
    owed: frozenset[str]  # event names that begin a journey of class T: none of them may be passed over


@once
def program(content: Content) -> Program:
    """The Program of a Content; the same object again for the same Content."""
    plans = {name: plan(content.journeys[name]) for name in sorted(content.journeys)}
    names = {trigger for each in plans.values() for trigger in each.enter | each.exit}
    touched = {
        name: tuple(journey for journey, each in plans.items() if name in each.enter or name in each.exit)
        for name in sorted(names)
    }
    owed = frozenset().union(*(each.enter for each in plans.values() if each.journey.cls == "T"))
    return Program(compiled(content), asked(_gates(content, names)), plans, touched, owed)


def _gates(content: Content, triggers: Iterable[str]) -> list[Expr]:
    """The rules of the segments that make customers enter or leave a journey, and of those that they ask for."""
    found: dict[str, Expr] = {}
    wanted = [name for kind, _, name in (trigger.partition(":") for trigger in triggers) if kind in ("segment", "left")]
    while wanted:
        segment = content.segments.get(wanted.pop())
        if segment is not None and segment.name not in found:
            found[segment.name] = segment.when
            wanted += named(segment.when, content.segments)
    return list(found.values())
