"""How many marketing emails a person gets in any seven days, and which slot a new email may take."""

from mailwright.ledger.states import CAP_WINDOW, KEEP, PERHAPS_SENT, SLOTS, TERMINAL
from mailwright.model.contact import Contact, Slot


def recent(contact: Contact, now: int, besides: str = "") -> int:
    """Marketing emails of the last seven days that were, or may have been, sent; without the one named `besides`."""
    return sum(_counts(slot, now) for slot in contact.sent if slot.key != besides)


def room(contact: Contact, now: int) -> list[Slot] | None:
    """The slots to keep beside a new one; None when every slot is still needed, and nothing may be sent.

    A slot is given up when its email is settled, so old that no copy of its task can still be sent, and no longer
    counted by the cap.
    """
    if len(contact.sent) < SLOTS:
        return contact.sent
    settled = [slot for slot in contact.sent if slot.state in TERMINAL and slot.at < now - KEEP]
    spare = [slot for slot in settled if not _counts(slot, now)]
    if not spare:
        return None
    oldest = min(spare, key=lambda slot: slot.at)
    return [slot for slot in contact.sent if slot is not oldest]


def _counts(slot: Slot, now: int) -> bool:
    return slot.cls == "M" and slot.state in PERHAPS_SENT and slot.at > now - CAP_WINDOW
