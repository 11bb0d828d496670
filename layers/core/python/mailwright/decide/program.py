"""Content made ready to decide by: closures, and which journeys an event can touch. Made once per published content."""

from typing import NamedTuple

from mailwright.journeys.plan import Plan, plan
from mailwright.model.content import Content
from mailwright.model.memo import once
from mailwright.segments.membership import Members, compiled


class Program(NamedTuple):
    members: Members
    plans: dict[str, Plan]  # by journey, sorted by name
    touched: dict[str, tuple[str, ...]]  # event name, "segment:<name>" or "left:<name>" -> journeys


@once
def program(content: Content) -> Program:
    """The Program of a Content; the same object again for the same Content."""
    plans = {name: plan(content.journeys[name]) for name in sorted(content.journeys)}
    names = {trigger for each in plans.values() for trigger in each.enter | each.exit}
    touched = {
        name: tuple(journey for journey, each in plans.items() if name in each.enter or name in each.exit)
        for name in sorted(names)
    }
    return Program(compiled(content), plans, touched)
