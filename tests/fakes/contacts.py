"""Contacts in memory, under their version."""

from collections.abc import Callable

import msgspec

from mailwright.model.contact import Contact, decode_contact, encode_contact
from mailwright.workflow.ports import Unreadable


class FakeContacts:
    """`writes` counts successful commits. `before_commit`, when set, is called with the customer id first: it may
    raise, or write as another writer would.
    """

    def __init__(self) -> None:
        self.rows: dict[str, tuple[int, bytes]] = {}
        self.writes = 0
        self.before_commit: Callable[[str], None] | None = None

    def load(self, customer_id: str) -> Contact:
        if customer_id not in self.rows:
            return Contact(customer_id)
        v, state = self.rows[customer_id]
        try:
            contact = decode_contact(state)
        except msgspec.DecodeError as error:
            raise Unreadable([customer_id]) from error
        contact.v = v
        return contact

    def commit(self, contact: Contact) -> bool:
        if self.before_commit is not None:
            self.before_commit(contact.customer_id)
        stored = self.rows.get(contact.customer_id)
        if (stored[0] if stored else 0) != contact.v:
            return False
        self.writes += 1
        self.rows[contact.customer_id] = (contact.v + 1, encode_contact(contact))
        return True
