"""What a contact takes over from an old id of the same person: the stricter wins, and what was sent is not forgotten.

Joining is idempotent, and commutes with whatever the person says before and after, because what is inherited is marked:
an inherited no counts as said when the ids were merged, so only a yes stated after that undoes it; an inherited yes has
`INHERITED` before its source and counts only where the person said nothing under the new id. An inherited
address has no time, so any address of the new id's own replaces it.
"""

from collections.abc import Container
from operator import attrgetter

from msgspec.structs import replace

from mailwright.compose.address import sendable
from mailwright.ledger.consent import INHERITED, hear, merge
from mailwright.ledger.feedback import suppressed
from mailwright.ledger.states import SLOTS
from mailwright.model.contact import DENIED, Consent, Contact, ContactChange, Slot


def freeze(contact: Contact, to: str, at: int) -> Contact:
    """The contact with its pointer to the id it became; the same object when it has that one or a later one."""
    if (at, to) <= (contact.merged_at, contact.merged_into):
        return contact
    return replace(contact, merged_into=to, merged_at=at)


def inherit(contact: Contact, old: Contact, needed: Container[str] = ()) -> Contact:
    """`contact` joined with the frozen contact of an old id; the same object when nothing is new.

    `needed`: keys of emails that are about to be decided on; their slots come along whatever else there is.
    """
    if old.customer_id == contact.customer_id:
        return contact
    after = contact
    for purpose, said in old.consent.items():
        after = _consent(after, purpose, said, old.merged_at)
    if old.address:
        after = merge(after, ContactChange(contact.customer_id, 0, "", address=old.address))
    if old.suppressed == "complaint" or (old.suppressed and _same_mailbox(after, old)):
        after = suppressed(after, old.suppressed, old.suppressed_at)
    sent = _sent(after.sent, old.sent, needed)
    return contact if after is contact and sent is contact.sent else replace(after, sent=sent)


def said_before(contact: Contact, change: ContactChange) -> Contact:
    """A statement that was made under an old id before the merge, and comes after it: the same as if inherited."""
    old = merge(Contact(""), change)
    return inherit(contact, replace(old, merged_at=change.inherited))


def _consent(contact: Contact, purpose: str, said: Consent, merged_at: int) -> Contact:
    if said.state == DENIED:
        return hear(contact, purpose, Consent(DENIED, max(said.at, merged_at), said.source, stated=True))
    source = said.source if said.source.startswith(INHERITED) else INHERITED + said.source
    return hear(contact, purpose, replace(said, source=source))


def _same_mailbox(contact: Contact, old: Contact) -> bool:
    return bool(old.address) and sendable(contact.address).casefold() == sendable(old.address).casefold()


def _sent(mine: list[Slot], theirs: list[Slot], needed: Container[str]) -> list[Slot]:
    """Both ledgers. Where both know an email, the new id's entry is the later one. The newest of the old id's are taken
    as far as there is room: the cap counts by them; what is left out is found in the old row when it is needed.
    """
    known = {slot.key for slot in mine}
    new = sorted((slot for slot in theirs if slot.key not in known), key=attrgetter("at", "key"), reverse=True)
    room = max(0, SLOTS - len(mine))
    taken = [slot for place, slot in enumerate(new) if place < room or slot.key in needed]
    return sorted([*mine, *taken], key=attrgetter("at", "key")) if taken else mine
