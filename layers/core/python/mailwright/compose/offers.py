"""Which offer an email shows: the first of the step's list whose rule holds for the customer as they are now."""

from collections.abc import Iterable, Mapping

from mailwright.expression.closures import Rule, closure
from mailwright.expression.tree import Scalar
from mailwright.model.content import Content, Offer
from mailwright.model.memo import once


@once
def rules(content: Content) -> dict[str, Rule]:
    """The compiled rules of the offers that have one."""
    return {name: closure(offer.when) for name, offer in content.offers.items() if offer.when is not None}


def pick(names: Iterable[str], content: Content, facts: Mapping[str, Scalar]) -> Offer | None:
    """The first offer without a rule, or whose rule is true; unknown counts as no. None when none is left.

    `facts` are the columns, with membership under "segment:<name>".
    """
    for name in names:
        offer, rule = content.offers.get(name), rules(content).get(name)
        if offer is not None and (rule is None or rule(facts) is True):
            return offer
    return None
