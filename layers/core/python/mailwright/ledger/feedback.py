"""What SES reports of an email, written to its slot: transition T6. By rank only, so order and copies do not matter."""

from collections.abc import Sequence

from msgspec.structs import replace

from mailwright.compose.address import sendable
from mailwright.ledger.consent import MARKETING, opt_out
from mailwright.ledger.states import RANK, find
from mailwright.model.contact import Contact, State


def raised(contact: Contact, key: str, state: State) -> Contact:
    """The contact with an email's state raised; the same object when that is no news, or the slot is long gone.

    That an accepted email was delivered is no news here: no decision asks for it, the lake has it, and it would be a
    third write for every email. The slot keeps its time: caps and the forgetting of slots count from when the email
    was posted.
    """
    slot = find(contact.sent, key)
    if slot is None or RANK[state] <= RANK[slot.state] or (slot.state, state) == ("accepted", "delivered"):
        return contact
    higher = replace(slot, state=state, owner="")
    return replace(contact, sent=[higher if one is slot else one for one in contact.sent])


def bounced(contact: Contact, addresses: Sequence[str], at: int) -> Contact:
    """The contact after a permanent bounce; the same object when the address is not, or no longer, theirs."""
    return suppressed(contact, "bounce", at) if _is_theirs(contact, addresses) else contact


def complained(contact: Contact, addresses: Sequence[str], at: int) -> Contact:
    """The contact after a complaint: consent to marketing is withdrawn, and the address is not written to again.

    Some mailbox providers do not say who complained; the email's tag does, so no address means theirs.
    """
    without = opt_out(contact, MARKETING, at, "complaint")
    return suppressed(without, "complaint", at) if not addresses or _is_theirs(contact, addresses) else without


def _is_theirs(contact: Contact, addresses: Sequence[str]) -> bool:
    """Compared as they are sent to: an address of a moved customer must not silence the new one."""
    theirs = sendable(contact.address).casefold()
    return bool(theirs) and any(sendable(address).casefold() == theirs for address in addresses)


def suppressed(contact: Contact, why: str, at: int) -> Contact:
    """A complaint outranks a bounce, and otherwise the first report stays: copies and disorder change nothing."""
    if contact.suppressed == why and contact.suppressed_at <= at:
        return contact
    if contact.suppressed == "complaint" and why == "bounce":
        return contact
    return replace(contact, suppressed=why, suppressed_at=at)
