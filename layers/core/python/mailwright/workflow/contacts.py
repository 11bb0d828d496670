"""Changing a contact row: load, a pure transition, a conditional write; again when another writer was first.

Who comes by an old id is led to the row of the id it became, and sees there what was said and sent under both.
"""

from collections.abc import Callable, Container

from mailwright.ledger.inherit import inherit
from mailwright.model.contact import Contact
from mailwright.workflow.ports import Contacts

CONFLICTS = 10


class Busy(RuntimeError):
    """The contact row changed under every try to write it."""


def person(contacts: Contacts, customer_id: str, needed: Container[str] = ()) -> Contact:
    """The contact that stands for a customer: their own, or that of the id they became, joined with those on the way.

    `needed` are keys of emails about to be decided on. Of ids that became each other the smallest one stands, as in
    `fold.identity`.
    """
    row = contacts.load(customer_id)
    if not row.merged_into:
        return row
    way = {customer_id: row}
    while row.merged_into and row.merged_into not in way:
        row = contacts.load(row.merged_into)
        way[row.customer_id] = row
    if row.merged_into:
        round_trip = list(way)[list(way).index(row.merged_into) :]
        row = way[min(round_trip)]
    for old in way.values():
        if old.customer_id != row.customer_id:
            row = inherit(row, old, needed)
    return row


def change(
    contacts: Contacts,
    customer_id: str,
    transition: Callable[[Contact], Contact],
    needed: Container[str] = (),
    *,
    own: bool = False,
) -> Contact:
    """Apply `transition` and return the contact as it is now; nothing is written when it returns its argument.

    `own`: to this very row, also when its customer became another. Busy when ten other writers were first.
    """
    for _ in range(CONFLICTS):
        contact = contacts.load(customer_id) if own else person(contacts, customer_id, needed)
        after = transition(contact)
        if after is contact or contacts.commit(after):
            return after
    raise Busy(f"the contact row changed {CONFLICTS} times while a change was written")
