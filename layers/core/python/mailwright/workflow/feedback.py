"""Take in what SES says of sent mail: raise the ledger, suppress dead addresses, tell the profile.

Any of it may come twice, late, out of order or not at all. The ledger is raised by rank, suppression keeps the first
report, and the event for the profile has an id of its own, so none of that matters.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailwright.compose.tokens import open_sealed
from mailwright.ledger.feedback import bounced, complained, raised
from mailwright.ledger.states import TAKEN, accounted, find
from mailwright.model.contact import Contact, State
from mailwright.model.problem import Problem, Quarantined
from mailwright.model.send import SendRecord
from mailwright.sources import ses
from mailwright.sources.limits import decode
from mailwright.sources.ses import Feedback
from mailwright.workflow.contacts import change
from mailwright.workflow.ports import Contacts, Journal, Quarantine, Stream
from mailwright.workflow.tags import program

# What each SES event proves of an email. An open or click proves delivery, should that event itself be lost.
PROVES: dict[str, State] = {
    "Send": "accepted",
    "DeliveryDelay": "accepted",
    "Delivery": "delivered",
    "Open": "delivered",
    "Click": "delivered",
    "Bounce": "bounced",
    "Reject": "bounced",
    "Complaint": "complained",
}


@dataclass(frozen=True)
class Listening:
    """What taking in feedback needs of the world; `keys` open the sealed customer id."""

    contacts: Contacts
    stream: Stream
    journal: Journal
    quarantine: Quarantine
    keys: Mapping[str, str]


@dataclass
class Heard:
    """`left`: ids of the messages that must come again. `counts`: SES events by kind, for one log line."""

    left: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def feedback(messages: Sequence[tuple[str, str]], world: Listening, now: int) -> Heard:
    """Take in queue messages, given as (message id, body): an SES event each, bare or as SNS wraps it.

    One write a customer and batch, and none for what is no news. Bad messages are kept whole and acknowledged.
    """
    heard = Heard()
    by_customer: dict[str, list[tuple[str, Feedback]]] = {}
    for name, told, customer_id in _read(messages, world, now, heard):
        heard.counts[told.kind] += 1
        by_customer.setdefault(customer_id, []).append((name, told))
    known: list[tuple[str, str, Feedback]] = []
    for customer_id, items in by_customer.items():
        try:
            _learn(customer_id, [told for _, told in items], world)
        except Exception as error:  # this customer's messages come again; the others go on
            heard.left.extend(name for name, _ in items)
            heard.errors.append(error)
            continue
        known.extend((name, customer_id, told) for name, told in items)
    _tell(known, world, heard)
    return heard


def _read(
    messages: Sequence[tuple[str, str]], world: Listening, now: int, heard: Heard
) -> list[tuple[str, Feedback, str]]:
    good: list[tuple[str, Feedback, str]] = []
    bad: list[Quarantined] = []
    for name, body in messages:
        try:
            told = ses.feedback(decode(body))
            customer_id = open_sealed(world.keys, "feedback", told.sealed)
            if not customer_id or not told.send_key:
                raise Problem(
                    "untagged", "the tags sk and cu are missing or not ours: sent by another system, or forged"
                )
        except Problem as problem:
            bad.append(Quarantined(now, "feedback", problem.code, problem.message, _kept(body)))
            continue
        good.append((name, told, customer_id))
    if bad:
        world.quarantine.put(bad)
        heard.counts["quarantined"] += len(bad)
    return good


def _kept(body: str) -> object:
    try:
        return decode(body)
    except Problem:
        return body


def _learn(customer_id: str, told: list[Feedback], world: Listening) -> None:
    def transition(contact: Contact) -> Contact:
        after = contact
        for one in told:
            after = _heard(after, one)
        # Before the write: if the write then fails the line is written again, and readers count an email once.
        if late := _proved(contact, after, told):
            world.journal.put(late)
        return after

    change(world.contacts, customer_id, transition, {one.send_key for one in told})


def _heard(contact: Contact, told: Feedback) -> Contact:
    if told.kind in PROVES:
        contact = raised(contact, told.send_key, PROVES[told.kind])
    if told.kind == "Bounce" and told.permanent:
        contact = bounced(contact, told.addresses, told.at)
    if told.kind == "Complaint":
        contact = complained(contact, told.addresses, told.at)
    return contact


def _proved(before: Contact, after: Contact, told: list[Feedback]) -> list[SendRecord]:
    """Lines for emails without a known outcome that SES turns out to have taken."""
    records = []
    for one in {one.send_key: one for one in told}.values():
        old, new = find(before.sent, one.send_key), find(after.sent, one.send_key)
        if old is None or new is None or old.state in TAKEN or new.state not in TAKEN:
            continue
        records.append(
            SendRecord(
                key=one.send_key,
                customer_id=after.customer_id,
                at=new.at,
                program=program(one.program),
                template=one.template,
                state=accounted(new.state),
                to=after.address,
                message_id=one.message_id,
            )
        )
    return records


def _tell(known: list[tuple[str, str, Feedback]], world: Listening, heard: Heard) -> None:
    """Put the events on the stream, each once; the messages of those it does not take come again."""
    events = {}
    for _, customer_id, told in known:
        if event := ses.event(told, customer_id):
            events[event.id] = event
    if not events:
        return
    try:
        left = {event.id for event in world.stream.put(list(events.values()))}
    except Exception as error:  # the ledger is written; only the profile has not been told
        left = set(events)
        heard.errors.append(error)
    heard.left.extend(name for name, _, told in known if told.id in left)
