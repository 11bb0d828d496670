"""May this email be sent now, by this worker? Transitions T0, T5, T7, T8 and the part of T9 that looks at the clock.

The answer is computed from one version of the contact row, which holds consent, suppression, cap and ledger, and
counts only once that version has been written back: whoever commits first decides.
"""

from typing import NamedTuple

from msgspec.structs import replace

from mailwright.ledger.cap import recent, room
from mailwright.ledger.consent import MARKETING, may_send
from mailwright.ledger.states import RESOLVE, SKEW, TERMINAL, deadline, find
from mailwright.model.contact import Contact, Slot, State
from mailwright.model.send import SendTask
from mailwright.model.times import SECOND

LONGEST_DELAY = 900  # seconds


class Claimed(NamedTuple):
    """Write `contact`; once that has succeeded, and only then, the email is this worker's to post."""

    contact: Contact
    attempt: int


class Mine(NamedTuple):
    """The claim is already stored under this worker's name: its reply was lost. Post."""

    attempt: int


class Wait(NamedTuple):
    """Not now. Look again after `seconds`. `why` is SES's own error code, when SES said so."""

    seconds: int
    why: str = ""


class Held(NamedTuple):
    """The email is settled and must not be posted. `contact` is to be written first, where it is given."""

    state: str  # a state of the ledger, or "suppressed", which needs no slot
    reason: str = ""
    at: int = 0  # when it was settled, if that was before now
    contact: Contact | None = None


Answer = Claimed | Mine | Wait | Held


def claim(contact: Contact, task: SendTask, owner: str, now: int, cap: int) -> Answer:
    """What `owner` may do with `task` at `now`; `cap` is the shop's limit of marketing emails in seven days."""
    slot = find(contact.sent, task.key)
    if slot is None:
        return _first(contact, task, owner, now, cap)
    if slot.state in TERMINAL:
        return Held(slot.state, at=slot.at)
    if slot.state == "claimed":
        return Mine(slot.attempt) if slot.owner == owner else _abandoned(contact, task, slot, owner, now)
    return _again(contact, task, slot, owner, now, cap)


def settle(contact: Contact, key: str, state: State, now: int) -> Contact:
    """The contact with a slot in a terminal state. A second attempt that ends unsent leaves the first one's doubt."""

    def end(slot: Slot) -> Slot:
        unsent = state in ("failed", "expired", "cancelled")
        return replace(slot, state="unconfirmed" if unsent and slot.attempt > 1 else state, owner="", at=now)

    return replace(contact, sent=[end(slot) if slot.key == key else slot for slot in contact.sent])


def _first(contact: Contact, task: SendTask, owner: str, now: int, cap: int) -> Answer:
    """T0."""
    if now >= deadline(task):
        return Held("expired", "expired")
    if task.planned_at > now + SKEW:
        return _wait(task.planned_at - now)
    if reason := _refusal(contact, task, now, cap):
        return Held("suppressed", reason)
    kept = room(contact, now)
    if kept is None:
        return Held("suppressed", "ledger_full")
    slot = Slot(task.key, "claimed", 1, owner, now, task.cls)
    return Claimed(replace(contact, sent=[*kept, slot]), 1)


def _again(contact: Contact, task: SendTask, slot: Slot, owner: str, now: int, cap: int) -> Answer:
    """T8 with every guard of T0 asked anew, or T9."""
    if now >= deadline(task):
        return _end(contact, slot, "expired", "expired", now)
    if reason := _refusal(contact, task, now, cap):
        return _end(contact, slot, "cancelled", reason, now)
    if now < slot.at:
        return _wait(slot.at - now)
    return _take(contact, slot, slot.attempt, owner, now)


def _abandoned(contact: Contact, task: SendTask, slot: Slot, owner: str, now: int) -> Answer:
    """T5 and T7: another worker claimed it and has not said what came of it.

    It never expires or is cancelled, because it may have been sent: docs/decisions/0010.
    """
    if now < slot.at + RESOLVE:
        return _wait(slot.at + RESOLVE - now)
    once_more = task.cls == "T" and slot.attempt == 1 and now < deadline(task) and not may_send(contact, "")
    if once_more:
        return _take(contact, slot, 2, owner, now)
    return _end(contact, slot, "unconfirmed", "no_outcome", now)


def _wait(span: int) -> Wait:
    """Whole seconds, rounded up, and no longer than a queue can hold a message back."""
    return Wait(min(LONGEST_DELAY, -(-span // SECOND)))


def _refusal(contact: Contact, task: SendTask, now: int, cap: int) -> str:
    if reason := may_send(contact, MARKETING if task.cls == "M" else ""):
        return reason
    return "capped" if task.cls == "M" and recent(contact, now, besides=task.key) >= cap else ""


def _take(contact: Contact, slot: Slot, attempt: int, owner: str, now: int) -> Claimed:
    taken = replace(slot, state="claimed", attempt=attempt, owner=owner, at=now)
    return Claimed(replace(contact, sent=[taken if one is slot else one for one in contact.sent]), attempt)


def _end(contact: Contact, slot: Slot, state: State, reason: str, now: int) -> Held:
    after = settle(contact, slot.key, state, now)
    ended = find(after.sent, slot.key)
    assert ended is not None  # settle changes slots and drops none
    return Held(ended.state, reason, contact=after)
