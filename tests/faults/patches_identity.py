"""What the package is like without the guards that keep several ids of one person one person."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mailwright.fold import identity
from mailwright.ledger import inherit
from mailwright.workflow import merged
from tests.faults.patches import Patch

_leave, _consent, _onward = identity.leave, inherit._consent, merged._onward


def no_memory() -> list[Patch]:
    def leave(profile: Any, to: str, now: int) -> Any:
        sign, given = _leave(profile, to, now)
        return replace(sign, ids={}, floor=0), given

    return [("mailwright.fold.identity.leave", leave)]


def facts_stay() -> list[Patch]:
    def leave(profile: Any, to: str, now: int) -> Any:
        sign, given = _leave(profile, to, now)
        return replace(profile, merged_into=sign.merged_into, merged_at=now), given

    return [("mailwright.fold.identity.leave", leave)]


def all_comes_along() -> list[Patch]:
    """What the batch brings with the link is counted under the old id, where nothing is decided any more."""

    def onward(sign: Any, fresh: Any, first: Any, kept: Any, group: Any, batch: Any) -> Any:
        events = [event for event in fresh if event.name != "Order Completed"] if kept else fresh
        return _onward(sign, events, first, kept, group, batch)

    return [("mailwright.workflow.merged._onward", onward)]


def no_signpost() -> list[Patch]:
    def pass_on(sign: Any, event: Any, now: int) -> Any:
        return []

    return [("mailwright.fold.identity.pass_on", pass_on)]


def later_link_wins() -> list[Patch]:
    def repointed(sign: Any, link: Any) -> Any:
        to = str(link.data.get("to"))
        return sign if to == sign.customer_id else replace(sign, merged_into=to)

    return [("mailwright.fold.identity.repointed", repointed)]


def nobody_stands_up() -> list[Patch]:
    return [("mailwright.fold.identity.stands_up", lambda sign, events: False)]


def way_without_end() -> list[Patch]:
    return [("mailwright.fold.identity.MOST_HOPS", 1 << 30)]


def no_pointer() -> list[Patch]:
    return [("mailwright.workflow.dispatch.freeze", lambda contact, to, at: contact)]


def pointer_not_followed() -> list[Patch]:
    return [
        ("mailwright.workflow.contacts.person", lambda contacts, customer_id, needed=(): contacts.load(customer_id))
    ]


def old_no_forgotten() -> list[Patch]:
    def heard(contact: Any, purpose: str, said: Any, merged_at: int) -> Any:
        return contact if said.state == "denied" else _consent(contact, purpose, said, merged_at)

    return [("mailwright.ledger.inherit._consent", heard)]


def old_no_at_its_own_time() -> list[Patch]:
    return [
        ("mailwright.ledger.inherit._consent", lambda contact, why, said, at: _consent(contact, why, said, said.at))
    ]


def old_yes_as_good() -> list[Patch]:
    def heard(contact: Any, purpose: str, said: Any, merged_at: int) -> Any:
        if said.state == "denied":
            return _consent(contact, purpose, said, merged_at)
        return inherit.hear(contact, purpose, said)

    return [("mailwright.ledger.inherit._consent", heard)]


def old_suppression_forgotten() -> list[Patch]:
    return [("mailwright.ledger.inherit.suppressed", lambda contact, why, at: contact)]


def old_ledger_forgotten() -> list[Patch]:
    return [("mailwright.ledger.inherit._sent", lambda mine, theirs, needed: mine)]


def no_wait_for_facts() -> list[Patch]:
    return [("mailwright.workflow.deliver.ARRIVAL", 0)]


def no_wait_for_contacts() -> list[Patch]:
    return [("mailwright.workflow.deliver._unjoined", lambda delivery, contact: False)]


def passes_forgotten() -> list[Patch]:
    """Of two passes the one that comes over goes on, whatever the other has sent."""
    return [("mailwright.decide.merging.join", lambda mine, theirs, again: theirs or mine)]


ALL: dict[str, tuple[str, Callable[[], list[Patch]]]] = {
    "old ring": ("a merged id still knows what it has counted", no_memory),
    "facts leave": ("what a merged id knew is in one row only", facts_stay),
    "comes with the link": ("what comes with the link is decided on under the new id", all_comes_along),
    "signpost": ("what still comes under a merged id is passed on", no_signpost),
    "first link": ("an id that became another stays that", later_link_wins),
    "ring of links": ("of ids that became each other one stands up again", nobody_stands_up),
    "16 hops": ("no event travels without end", way_without_end),
    "pointer first": ("the old contact row is frozen before it is joined", no_pointer),
    "pointer followed": ("who comes by an old id decides on the joined row", pointer_not_followed),
    "old no": ("a no under one id is a no of the person", old_no_forgotten),
    "old no as of the merge": ("a no under the old id counts as said at the merge", old_no_at_its_own_time),
    "old yes yields": ("a yes under the old id yields to what was said under the new one", old_yes_as_good),
    "old suppression": ("a complaint under one id suppresses the person", old_suppression_forgotten),
    "old ledger": ("what was sent under the old id is known under the new one", old_ledger_forgotten),
    "five minutes": ("an email waits until the facts of a merge have arrived", no_wait_for_facts),
    "contacts joined": ("an email of a merged id waits until both contacts are one", no_wait_for_contacts),
    "passes joined": ("of two passes the one that has sent counts", passes_forgotten),
}
