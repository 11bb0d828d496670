"""What the package is like without each of its guards."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from mailwright.fold import dedup
from mailwright.fold.identity import fitting
from mailwright.ledger import claim as claiming
from mailwright.ledger import consent, outcome
from mailwright.ledger.claim import Mine
from mailwright.ledger.states import find
from mailwright.mailer.ses import SesMailer
from mailwright.queue.stream import EventsStream
from mailwright.store.contacts import ContactStore

Patch = tuple[str, Any]
_unseen, _remember, _claim, _send = dedup.unseen, dedup.remember, claiming.claim, SesMailer.send
_may_send, _abandoned, _outcome, _commit = consent.may_send, claiming._abandoned, outcome.outcome, ContactStore.commit
_once = EventsStream._once


def no_profile_version() -> list[Patch]:
    return [("mailwright.store.profiles.versioned", lambda version: {})]


def no_contact_version() -> list[Patch]:
    return [("mailwright.store.contacts.versioned", lambda version: {})]


def no_ring() -> list[Patch]:
    return [("mailwright.fold.dedup.unseen", lambda profile, events, lookup: list(events))]


def no_floor() -> list[Patch]:
    return [("mailwright.fold.dedup.unseen", lambda profile, events, lookup: _unseen(profile, events, lambda day: b""))]


def no_spill() -> list[Patch]:
    return [("mailwright.store.profiles.ProfileStore._spill", lambda self, customer_id, spills: None)]


def spills_its_own() -> list[Patch]:
    """Ids that this very write brings go to the rows too, before it is certain that it will be made."""

    def remember(profile: Any, events: Any, now: int) -> Any:
        leaving = _remember(profile, events, now)
        held = sum(map(len, profile.ids.values())) // dedup.ID_BYTES
        return leaving + (dedup._spill(profile, profile.ids, held, 0) if held > dedup.LOW else [])

    return [("mailwright.fold.dedup.remember", remember)]


def no_window() -> list[Patch]:
    return [("mailwright.fold.dedup.too_old", lambda event, now: False)]


def no_owner() -> list[Patch]:
    def claim(contact: Any, task: Any, owner: str, now: int, cap: int) -> Any:
        slot = find(contact.sent, task.key)
        return Mine(slot.attempt) if slot and slot.state == "claimed" else _claim(contact, task, owner, now, cap)

    return [("mailwright.workflow.deliver.claim", claim)]


def own_claim_unknown() -> list[Patch]:
    """The two places that know a claim whose reply was lost: either alone is enough."""

    def claim(contact: Any, task: Any, owner: str, now: int, cap: int) -> Any:
        return _claim(contact, task, f"not {owner}", now, cap)

    return [
        ("mailwright.workflow.deliver.claim", _forgetful(claim)),
        ("mailwright.store.contacts.ContactStore.commit", _without_recognition),
    ]


def _without_recognition(self: Any, contact: Any) -> bool:
    whole, self._get = self._get, lambda customer_id: None
    try:
        return _commit(self, contact)
    finally:
        self._get = whole


def _forgetful(claim: Callable[..., Any]) -> Callable[..., Any]:
    def asked(contact: Any, task: Any, owner: str, now: int, cap: int) -> Any:
        slot = find(contact.sent, task.key)
        mine = slot is not None and slot.state == "claimed" and slot.owner == owner
        return claim(contact, task, owner, now, cap) if mine else _claim(contact, task, owner, now, cap)

    return asked


def no_rank() -> list[Patch]:
    def raised(contact: Any, key: str, state: Any) -> Any:
        slot = find(contact.sent, key)
        if slot is None or slot.state == state:
            return contact
        return replace(contact, sent=[replace(one, state=state) if one is slot else one for one in contact.sent])

    return [("mailwright.workflow.feedback.raised", raised)]


def no_slot_time() -> list[Patch]:
    return [("mailwright.ledger.cap.KEEP", 0)]


def no_deadline() -> list[Patch]:
    return [("mailwright.ledger.claim.deadline", lambda task: 1 << 60)]


def no_consent() -> list[Patch]:
    return [("mailwright.ledger.claim.may_send", lambda contact, purpose: _may_send(contact, ""))]


def no_suppression() -> list[Patch]:
    return [
        ("mailwright.ledger.claim.may_send", lambda contact, why: _may_send(replace(contact, suppressed=""), why)),
    ]


def no_cap() -> list[Patch]:
    return [("mailwright.ledger.claim.recent", lambda contact, now, besides="": 0)]


def posts_again() -> list[Patch]:
    def send(self: Any, message: Any) -> Any:
        posted = _send(self, message)
        return _send(self, message) if posted.outcome == "unknown" else posted

    return [("mailwright.mailer.ses.SesMailer.send", send)]


def no_resolve() -> list[Patch]:
    return [("mailwright.ledger.claim.RESOLVE", 0)]


def attempts_without_end() -> list[Patch]:
    def abandoned(contact: Any, task: Any, slot: Any, owner: str, now: int) -> Any:
        answer = _abandoned(contact, task, replace(slot, attempt=1), owner, now)
        if task.cls == "T" and isinstance(answer, claiming.Claimed):
            return claiming._take(contact, slot, slot.attempt % 3 + 1, owner, now)
        return answer

    return [("mailwright.ledger.claim._abandoned", abandoned)]


def anyones_outcome() -> list[Patch]:
    def written(contact: Any, key: str, owner: str, result: Any, now: int, again: int = 0) -> Any:
        slot = find(contact.sent, key)
        held = slot.owner if slot else owner
        return _outcome(contact, key, held, result, now, again)

    return [("mailwright.workflow.deliver.outcome", written)]


def journal_forgotten() -> list[Patch]:
    def write_down(records: Any, world: Any, sent: Any) -> None:
        try:
            world.journal.put(list(records.values()))
        except Exception:
            sent.counts["lines lost"] += len(records)

    return [("mailwright.workflow.send._write_down", write_down)]


def late_proof_forgotten() -> list[Patch]:
    return [("mailwright.workflow.feedback._proved", lambda before, after, told: [])]


def no_second_look() -> list[Patch]:
    """T8 without the guards of T0."""

    def again(contact: Any, task: Any, slot: Any, owner: str, now: int, cap: int) -> Any:
        return claiming._take(contact, slot, slot.attempt, owner, now)

    return [("mailwright.ledger.claim._again", again)]


def failed_records_forgotten() -> list[Patch]:
    return [("mailwright.queue.stream.EventsStream._once", lambda self, batch: _once(self, batch) and [])]


def failed_tasks_forgotten() -> list[Patch]:
    def send(self: Any, entries: Any) -> None:
        self._client.send_message_batch(QueueUrl=self._url, Entries=entries)

    return [("mailwright.queue.sends.SendsQueue._send", send)]


def failures_unreported() -> list[Patch]:
    def failed(group: Any, error: Exception, batch: Any) -> None:
        batch.done.counts["failed"] += 1

    return [("mailwright.workflow.fold._failed", failed)]


def no_quarantine() -> list[Patch]:
    return [("mailwright.lake.quarantine.S3Quarantine.put", lambda self, records: None)]


def receipts_passed_over() -> list[Patch]:
    return [("mailwright.workflow.fold._fitting", lambda fresh, content: fitting(fresh))]


def everything_at_once() -> list[Patch]:
    return [("mailwright.workflow.fold.MOST", 1 << 30)]


# name -> (what the guard does, how it is taken away)
ALL: dict[str, tuple[str, Callable[[], list[Patch]]]] = {
    "profile version": ("a profile is written under its version", no_profile_version),
    "contact version": ("a contact is written under its version", no_contact_version),
    "id ring": ("an event whose id is known is not folded", no_ring),
    "floor": ("ids below the floor are looked for in the spilled rows", no_floor),
    "spill": ("ids are in their rows before they leave the ring", no_spill),
    "spill of old ids": ("only ids that an earlier write folded leave the ring", spills_its_own),
    "28 days": ("events older than the memory are refused", no_window),
    "owner": ("a claim belongs to the worker who made it", no_owner),
    "own claim": ("a claim whose reply was lost is recognised", own_claim_unknown),
    "rank": ("feedback raises a state and never lowers it", no_rank),
    "72 h slot": ("a slot is kept while a copy of its task may still come", no_slot_time),
    "last moment": ("nothing is sent after its last moment", no_deadline),
    "consent": ("marketing needs consent", no_consent),
    "suppression": ("a suppressed address gets nothing", no_suppression),
    "cap": ("nobody gets more than the cap", no_cap),
    "one POST": ("an email without an answer is not posted again", posts_again),
    "15 minutes": ("an unanswered claim is left to feedback for 15 minutes", no_resolve),
    "two attempts": ("a receipt is tried twice at most", attempts_without_end),
    "owner of the outcome": ("only who holds the claim says it was not sent", anyones_outcome),
    "journal first": ("a message is acknowledged once its line is written", journal_forgotten),
    "late proof": ("feedback that proves an email corrects the journal", late_proof_forgotten),
    "second look": ("after waiting every check is made anew", no_second_look),
    "failed records": ("records that Kinesis refused are put again", failed_records_forgotten),
    "failed tasks": ("tasks that SQS refused are put again", failed_tasks_forgotten),
    "reported failures": ("a customer that failed is reported and comes again", failures_unreported),
    "receipts owed": ("of many orders in one batch each has its receipt", receipts_passed_over),
    "1000 a write": ("a write takes no more events of one id than fit its item", everything_at_once),
    "quarantine": ("what cannot be used is kept", no_quarantine),
}
