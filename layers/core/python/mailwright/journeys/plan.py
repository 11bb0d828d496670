"""A journey made ready to run: its rules as closures, the events that touch it as sets."""

from typing import Any, NamedTuple

import msgspec

from mailwright.expression.closures import Rule, closure
from mailwright.expression.tree import And, Expr, IsNull, Not, Or
from mailwright.model.content import Journey


class Plan(NamedTuple):
    """`enter` and `exit` hold event names, `segment:<name>` and `left:<name>`."""

    journey: Journey
    program: str  # "journey:<name>"
    enter: frozenset[str]
    exit: frozenset[str]
    enter_rule: Rule | None
    exit_rule: Rule | None
    rules: dict[str, Rule]  # step id -> its condition
    guards: dict[str, Any]  # send step id -> what must still hold when the email goes out, as plain data


def plan(journey: Journey) -> Plan:
    """Compile one journey; done once per published content."""
    return Plan(
        journey,
        f"journey:{journey.name}",
        frozenset(journey.enter_on),
        frozenset(journey.exit_on),
        closure(journey.enter_when) if journey.enter_when else None,
        closure(journey.exit_when) if journey.exit_when else None,
        {step.id: closure(step.when) for step in journey.steps.values() if step.when},
        {step.id: _guard(journey, step.when) for step in journey.steps.values() if step.op == "send"},
    )


def _guard(journey: Journey, when: Expr | None) -> Any:
    """The step's own condition, and that the journey's exit condition is not true (false or unknown)."""
    terms: list[Expr] = [when] if when else []
    if journey.exit_when:
        terms.append(Or([Not(journey.exit_when), IsNull(journey.exit_when)]))
    if not terms:
        return None
    return msgspec.to_builtins(terms[0] if len(terms) == 1 else And(terms))
