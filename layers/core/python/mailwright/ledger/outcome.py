"""What one POST came to, written to the slot that claimed it: transitions T1 to T4."""

import zlib
from typing import Literal

from msgspec.structs import replace

from mailwright.ledger.claim import settle
from mailwright.ledger.states import RANK, find
from mailwright.model.contact import Contact

Result = Literal["accepted", "refused", "throttled"]


def outcome(contact: Contact, key: str, owner: str, result: Result, now: int, again: int = 0) -> Contact | None:
    """The contact to write; None when there is nothing left to write.

    An unknown result has no transition (T4): nothing is written, and the redelivered task or feedback finds the claim.
    `again` is the instant a throttled email is due once more.
    """
    slot = find(contact.sent, key)
    if slot is None:
        return None
    if result == "accepted":  # a fact, whoever holds the slot by now
        return settle(contact, key, "accepted", now) if RANK[slot.state] < RANK["accepted"] else None
    if slot.state != "claimed" or slot.owner != owner:
        return None
    if result == "refused":
        return settle(contact, key, "failed", now)
    waiting = replace(slot, state="waiting", owner="", at=again)
    return replace(contact, sent=[waiting if one is slot else one for one in contact.sent])


def backoff(key: str, attempt: int, base: int) -> int:
    """Seconds to wait: `base` to one and a half times that, spread by the email's key so that a crowd held back does
    not return at once.
    """
    return base + zlib.crc32(f"{key}/{attempt}".encode()) % (base // 2 + 1)
