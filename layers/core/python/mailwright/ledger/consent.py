"""Address and consent in the contact row: merges that come out the same in any order, and the question they answer.

Two kinds of statement are told apart. One is stated: the person acted here (one click, complaint, preference page), or
the source says when they said it. The other is repeated: a trait that a shop's database sends with every login,
known only by the time of its event. A stated no is never undone by a repeated yes; a repeated no after a stated yes
counts. The newest of each kind is kept, so no order of arrival loses anything.
"""

import msgspec

from mailwright.model.contact import DENIED, GRANTED, Consent, Contact, ContactChange

MARKETING = "marketing"
INHERITED = "merged:"  # before the source of a yes that was said under another id; see ledger.inherit
OWN = frozenset({"one-click", "complaint", "preferences"})  # sources where the person acted, at the time given


def merge(contact: Contact, change: ContactChange) -> Contact:
    """The contact after what an event said of address and consent; the same object when it says nothing new."""
    merged = _address(contact, change)
    stated = change.consent_at is not None
    at = change.at if change.consent_at is None else change.consent_at
    for purpose, state in change.consent.items():
        merged = hear(merged, purpose, Consent(state, at, change.source, stated))
    return merged


def opt_out(contact: Contact, purpose: str, at: int, source: str) -> Contact:
    """The contact after the person said no. It always takes effect: a grant dated in the future does not outlive it,
    and one that lies between two noes and arrives after both does not come in between.
    """
    stated, _ = _kinds(contact, purpose)
    if stated is not None and stated.state == DENIED and stated.at >= at:
        return contact
    at = max(at, stated.at) if stated is not None else at
    return hear(contact, purpose, Consent(DENIED, at, source, stated=True))


def may_send(contact: Contact, purpose: str) -> str:
    """Why nothing may be sent for a purpose: no_address, bounce, complaint, opted_out or no_consent; "" when it may.

    Purpose "" asks about the address alone, as a receipt does.
    """
    if not contact.address:
        return "no_address"
    if contact.suppressed:
        return contact.suppressed
    if not purpose:
        return ""
    said = contact.consent.get(purpose)
    if said is None:
        return "no_consent"
    return "" if said.state == GRANTED else "opted_out"


def _address(contact: Contact, change: ContactChange) -> Contact:
    # The greater address wins a tie, so that two events of one millisecond merge the same way in either order.
    if change.address is None or (change.at, change.address) <= (contact.address_at, contact.address):
        return contact
    fields = {"address": change.address, "address_at": change.at}
    if change.address != contact.address and contact.suppressed == "bounce":
        fields |= {"suppressed": "", "suppressed_at": 0}  # it was the old mailbox that did not exist
    return msgspec.structs.replace(contact, **fields)


def _kinds(contact: Contact, purpose: str) -> tuple[Consent | None, Consent | None]:
    """The newest stated and the newest repeated statement."""
    kept = [said for said in (contact.consent.get(purpose), contact.outranked.get(purpose)) if said is not None]
    stated = next((said for said in kept if _is_stated(said)), None)
    repeated = next((said for said in kept if not _is_stated(said)), None)
    return stated, repeated


def _is_stated(said: Consent) -> bool:
    return said.stated or said.source in OWN


def hear(contact: Contact, purpose: str, said: Consent) -> Contact:
    """The contact after one statement; the same object when it is no news. An inherited yes yields to any other."""
    held = contact.consent.get(purpose)
    if said.source.startswith(INHERITED):
        if held is not None and (not held.source.startswith(INHERITED) or _newer(held, said) == held):
            return contact
        return msgspec.structs.replace(contact, consent={**contact.consent, purpose: said})
    if held is not None and held.source.startswith(INHERITED):
        rest = {name: kept for name, kept in contact.consent.items() if name != purpose}
        contact = msgspec.structs.replace(contact, consent=rest)
    stated, repeated = _kinds(contact, purpose)
    before = (stated, repeated)
    if _is_stated(said):
        stated = _newer(stated, said)
    else:
        repeated = _newer(repeated, said)
    if (stated, repeated) == before:
        return contact
    counts, other = _ranked(stated, repeated)
    outranked = {name: kept for name, kept in contact.outranked.items() if name != purpose}
    if other is not None:
        outranked[purpose] = other
    return msgspec.structs.replace(contact, consent={**contact.consent, purpose: counts}, outranked=outranked)


def _newer(kept: Consent | None, said: Consent) -> Consent:
    """The later statement; at the same instant a no wins, then the name of the source decides."""
    if kept is None:
        return said
    return max(kept, said, key=lambda one: (one.at, one.state == DENIED, one.source, one.stated))


def _ranked(stated: Consent | None, repeated: Consent | None) -> tuple[Consent, Consent | None]:
    if stated is None or repeated is None:
        only = stated or repeated
        assert only is not None  # called with the statement just heard
        return only, None
    if stated.state == GRANTED and repeated.state == DENIED and repeated.at >= stated.at:
        return repeated, stated
    return stated, repeated
