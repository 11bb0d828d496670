"""Changing a contact row: load, a pure transition, a conditional write; again when another writer was first."""

from collections.abc import Callable

from mailwright.model.contact import Contact
from mailwright.workflow.ports import Contacts

CONFLICTS = 10


class Busy(RuntimeError):
    """The contact row changed under every try to write it."""


def change(contacts: Contacts, customer_id: str, transition: Callable[[Contact], Contact]) -> Contact:
    """Apply `transition` and return the contact as it is now; nothing is written when it returns its argument.

    Busy when ten other writers were first.
    """
    for _ in range(CONFLICTS):
        contact = contacts.load(customer_id)
        after = transition(contact)
        if after is contact or contacts.commit(after):
            return after
    raise Busy(f"the contact row changed {CONFLICTS} times while a change was written")
