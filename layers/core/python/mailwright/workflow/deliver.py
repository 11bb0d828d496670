"""One email from its task to an end: checked, composed, claimed, posted once, and the outcome written.

The order is the promise. Composing comes before the claim, so its failures cost nothing; the claim is committed
before the post, so no second worker posts; what is lost after that is found again by the redelivered task.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from msgspec.structs import replace

from mailwright.compose.address import sendable
from mailwright.ledger.claim import Claimed, Held, Mine, Wait, claim, settle
from mailwright.ledger.outcome import backoff, outcome
from mailwright.ledger.states import TAKEN, TERMINAL, accounted, find
from mailwright.model.contact import Contact, State
from mailwright.model.content import Content
from mailwright.model.problem import Problem
from mailwright.model.profile import Profile
from mailwright.model.send import SendRecord, SendTask
from mailwright.workflow.composing import Composed
from mailwright.workflow.condition import holds
from mailwright.workflow.contacts import CONFLICTS, Busy, person
from mailwright.workflow.ports import Contacts, Journal, Mailer, Posted, Profiles, Quarantine, Queue

TO_CLAIM = 20_000  # milliseconds the invocation must still have to claim an email, and to post it
TO_POST = 15_000
ARRIVAL = 300_000  # milliseconds that the facts of a merged id are given to arrive before an email rests on them
UNJOINED = 60  # seconds until it is looked whether the contacts of a merged id have been joined
SOON = 20  # seconds until a throttled email is tried again
LATER = 600  # the same when SES has stopped for longer
STOPPED = frozenset({"DailyQuota", "SendingPausedException", "LimitExceededException"})


@dataclass(frozen=True)
class Sending:
    """What sending needs of the world. `compose` raises Problem; `nonce` gives a new name at every call."""

    profiles: Profiles
    contacts: Contacts
    sends: Queue
    mailer: Mailer
    journal: Journal
    quarantine: Quarantine
    content: Content
    compose: Callable[[Profile, Contact, SendTask, int], Composed]
    nonce: Callable[[], str]


class Left(NamedTuple):
    """Nothing can be said yet: the task must be delivered again."""

    why: str


@dataclass(frozen=True)
class _Delivery:
    task: SendTask
    profile: Profile
    since: int
    world: Sending
    owner: str
    now: int
    remaining: Callable[[], int]


def deliver(
    task: SendTask, profile: Profile, world: Sending, now: int, remaining: Callable[[], int], *, since: int = 0
) -> SendRecord | Wait | Left:
    """What became of one email: its line for the journal, or how long to wait, or that nobody knows yet.

    `remaining()` is what the invocation has left, in milliseconds. `since` is when the task's customer became the one
    of `profile`; 0 when they are the same. Raises what the ports raise, and Busy.
    """
    delivery = _Delivery(task, profile, since, world, world.nonce(), now, remaining)
    for _ in range(CONFLICTS):
        step = _step(delivery)
        if step is not None:
            return step
    raise Busy(f"the contact row changed {CONFLICTS} times while an email was decided")


def _step(delivery: _Delivery) -> SendRecord | Wait | Left | None:
    """One try on one version of the contact row; None when another writer was first."""
    task, world, now = delivery.task, delivery.world, delivery.now
    contact = _contact(delivery)
    answer = claim(contact, task, delivery.owner, now, world.content.shop.cap)
    if isinstance(answer, Wait):
        return answer
    if isinstance(answer, Held):
        return _end(delivery, answer, contact)
    if now < delivery.since + ARRIVAL:
        return Wait(-(-(delivery.since + ARRIVAL - now) // 1_000))
    if _unjoined(delivery, contact):
        return Wait(UNJOINED)
    composed = _compose(delivery, contact)
    if isinstance(composed, Held):
        return _end(delivery, _give_up(contact, answer, composed, delivery), contact)
    if delivery.remaining() < TO_CLAIM:
        return Left("out_of_time")
    if isinstance(answer, Claimed):
        if not world.contacts.commit(answer.contact):
            return None
        contact = _written(contact, answer.contact)
    return _post(delivery, composed, contact, answer.attempt)


def _contact(delivery: _Delivery) -> Contact:
    """Who is to be written to. An id that never had an address is not followed: its journeys begin anew elsewhere."""
    task, contacts = delivery.task, delivery.world.contacts
    row = contacts.load(task.customer_id)
    return person(contacts, task.customer_id, (task.key,)) if row.merged_into and row.address else row


def _unjoined(delivery: _Delivery, contact: Contact) -> bool:
    """Whether dispatch is behind: the profiles are one, and what was said under the new id is not known here yet."""
    return bool(delivery.since) and contact.customer_id == delivery.task.customer_id and not contact.merged_into


def _compose(delivery: _Delivery, contact: Contact) -> Composed | Held:
    task, world = delivery.task, delivery.world
    if not sendable(contact.address):
        return Held("suppressed", "invalid_address")
    try:
        if not holds(task, delivery.profile, world.content, delivery.now):
            return Held("cancelled", "condition")
        return world.compose(delivery.profile, contact, task, delivery.now)
    except Problem as problem:
        return Held("failed", problem.code)


def _give_up(contact: Contact, answer: Claimed | Mine, held: Held, delivery: _Delivery) -> Held:
    """An email that may not or cannot be composed ends where it stands; a new one needs no slot for that."""
    if find(contact.sent, delivery.task.key) is None:
        return held
    base = answer.contact if isinstance(answer, Claimed) else contact
    state: State = "failed" if held.state == "failed" else "cancelled"
    after = settle(base, delivery.task.key, state, delivery.now)
    slot = find(after.sent, delivery.task.key)
    assert slot is not None  # settle drops none
    return held._replace(state=slot.state, contact=after)


def _end(delivery: _Delivery, held: Held, contact: Contact) -> SendRecord | None:
    if held.contact is not None and not delivery.world.contacts.commit(held.contact):
        return None
    return _record(delivery.task, held.at or delivery.now, held.state, held.reason, to=contact.address)


def _post(delivery: _Delivery, composed: Composed, contact: Contact, attempt: int) -> SendRecord | Wait | Left:
    task = delivery.task
    message = composed.message._replace(tags={**composed.message.tags, "at": str(attempt)})
    enough = delivery.remaining() >= TO_POST
    posted = delivery.world.mailer.send(message) if enough else Posted("throttled", reason="out_of_time")
    if posted.outcome == "unknown":
        return Left("unknown")
    delay = backoff(task.key, attempt, LATER if posted.reason in STOPPED else SOON)
    state = _write_outcome(delivery, contact, posted, delay)
    if posted.outcome == "throttled" and state == "waiting":
        return Wait(delay, posted.reason)
    if state not in TERMINAL:
        return Left("claim_lost")
    return _record(
        task,
        delivery.now,
        state,
        "" if state in TAKEN else posted.reason,
        to=message.to,
        subject=composed.subject,
        message_id=posted.message_id,
    )


def _write_outcome(delivery: _Delivery, contact: Contact, posted: Posted, delay: int) -> State:
    """Commit what SES answered; the state the ledger is in afterwards."""
    task, contacts = delivery.task, delivery.world.contacts
    assert posted.outcome != "unknown"  # T4: no write
    for _ in range(CONFLICTS):
        again = delivery.now + delay * 1_000
        after = outcome(contact, task.key, delivery.owner, posted.outcome, delivery.now, again)
        current = find((after or contact).sent, task.key)
        if after is None or contacts.commit(after):
            return current.state if current is not None else "unconfirmed"
        contact = _contact(delivery)
    raise Busy(f"the contact row changed {CONFLICTS} times while an outcome was written")


def _written(before: Contact, after: Contact) -> Contact:
    """The contact as the table now holds it."""
    return replace(after, v=before.v + 1)


def _record(
    task: SendTask, at: int, state: str, held: str, to: str = "", subject: str = "", message_id: str = ""
) -> SendRecord:
    return SendRecord(
        key=task.key,
        customer_id=task.customer_id,
        at=at,
        program=task.program,
        template=task.template,
        state=accounted(state),
        held=held,
        to=to,
        subject=subject,
        message_id=message_id,
        planned_at=task.planned_at,
        trace=task.trace,
    )
