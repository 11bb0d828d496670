"""A queue, a table and an SES that fail in every way AWS may, on a virtual clock and one seed, for the tests here."""

import heapq
import itertools
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from mailwright.ledger.states import find
from mailwright.model.contact import Consent, Contact, decode_contact, encode_contact
from mailwright.model.content import Content, Shop
from mailwright.model.profile import Profile
from mailwright.model.send import SendTask, encode_json
from mailwright.model.times import iso
from mailwright.workflow.composing import Composed
from mailwright.workflow.deliver import Sending
from mailwright.workflow.feedback import Listening, feedback
from mailwright.workflow.ports import Message, Posted
from mailwright.workflow.send import Sent, send
from mailwright.workflow.tags import tags
from tests.fakes.journal import FakeJournal
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.stream import FakeStream

START = 1_700_000_000_000
KEYS = {"current": "a", "a": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODkrLw=="}
CONTENT = Content(Shop("Shop", "https://shop.example.com", "Shop <hello@shop.example.com>", "1 Street", cap=3))
VISIBILITY = 360_000


class Crash(BaseException):
    """The function is gone: no except clause, no return value, the whole batch comes again."""


class Table:
    """Contacts by customer as their rows. `fault(place)` is asked before and after each write."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.fault: Callable[[str], str] = lambda place: ""
        self.log: list[tuple[str, Contact]] = []
        self.writes = 0

    def load(self, customer_id: str) -> Contact:
        if self.fault("load") == "crash":
            raise Crash("load")
        return decode_contact(self.rows[customer_id]) if customer_id in self.rows else Contact(customer_id)

    def commit(self, contact: Contact) -> bool:
        fault = self.fault("commit")
        if fault == "crash before":
            raise Crash(fault)
        stored = decode_contact(self.rows[contact.customer_id]).v if contact.customer_id in self.rows else 0
        if fault == "conflict" or stored != contact.v:
            return False
        self.writes += 1
        after = decode_contact(encode_contact(contact))
        after.v += 1
        self.rows[contact.customer_id] = encode_contact(after)
        self.log.append((contact.customer_id, after))
        if fault == "crash after":
            raise Crash(fault)
        return fault != "reply lost"  # the client's own retry then fails its condition


class World:
    """One shop's outbox, end to end: tasks in, emails at SES, feedback back."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)
        self.now = START
        self.contacts = Table()
        self.journal = FakeJournal()
        self.quarantine = FakeQuarantine()
        self.stream = FakeStream()
        self.taken: list[tuple[int, Message]] = []  # (writes seen before it, message)
        self.posts = 0
        self.told: list[tuple[int, int, str]] = []  # feedback on its way: (at, number, body)
        self.queue: list[tuple[int, int, str, str]] = []  # (visible at, number, message id, body)
        self.fault: Callable[[str], str] = lambda place: ""
        self.feedback_lost = 0.0
        self.number = itertools.count()
        self.counts: Counter[str] = Counter()
        self.sending = Sending(
            self, self.contacts, self, self, self.journal, self.quarantine, CONTENT, self.compose,
            lambda: f"w{next(self.number)}",
        )  # fmt: skip
        self.listening = Listening(self.contacts, self.stream, self.journal, self.quarantine, KEYS)

    def person(self, customer_id: str, **fields: Any) -> None:
        usual = {"address": f"{customer_id}@example.com", "consent": {"marketing": Consent("granted", 1, "identify")}}
        self.contacts.rows[customer_id] = encode_contact(Contact(customer_id, 1, **{**usual, **fields}))

    def load(self, customer_ids: Sequence[str]) -> dict[str, Profile]:
        return {name: Profile(name) for name in customer_ids}

    def seen(self, *_: Any) -> bytes:
        raise AssertionError("send reads no dedup rows")

    due = scan = commit = seen  # type: ignore[assignment]

    def compose(self, profile: Profile, contact: Contact, task: SendTask, now: int) -> Composed:
        message = Message("Shop <hello@shop.example.com>", contact.address, b"mail", tags(task, KEYS))
        return Composed(message, "Hello")

    def put(self, tasks: Sequence[SendTask], delay: int = 0) -> None:
        if self.fault("requeue") == "crash":
            raise Crash("requeue")
        for task in tasks:
            number = next(self.number)
            body = encode_json(task).decode()
            heapq.heappush(self.queue, (self.now + delay * 1000, number, f"m{number}", body))

    def send(self, message: Message) -> Posted:
        self.posts += 1
        fault = self.fault("post")
        if fault == "crash before":
            raise Crash(fault)
        if fault in ("throttled", "refused", "unknown, not sent"):
            return Posted(fault.split(",")[0], reason=fault)  # type: ignore[arg-type]
        self.taken.append((len(self.contacts.log), message))
        for kind in ("Send", "Delivery"):
            for _ in range(self.random.choice((1, 1, 1, 3))):
                if self.random.random() >= self.feedback_lost:
                    at = self.now + self.random.randrange(1_000, 1_500_000)
                    heapq.heappush(
                        self.told, (at, next(self.number), ses_event(kind, message, len(self.taken), self.now))
                    )
        if fault == "crash after":
            raise Crash(fault)
        if fault == "unknown, sent":
            return Posted("unknown", reason="ReadTimeoutError")
        return Posted("accepted", f"ses-{len(self.taken)}")

    def step(self, batch: int = 1) -> Sent | None:
        """Deliver the next messages to `send`, in SQS's terms; None when the function crashed."""
        self.now = max(self.now, self.queue[0][0])
        self.hear()
        got = []
        while self.queue and len(got) < batch and self.queue[0][0] <= self.now:
            got.append(heapq.heappop(self.queue))
        for _, _, name, body in got:  # in flight: hidden, not gone
            heapq.heappush(self.queue, (self.now + VISIBILITY, next(self.number), name, body))
        try:
            sent = send([(name, body) for _, _, name, body in got], self.sending, self.now, lambda: 60_000)
        except Crash:
            self.counts["crashes"] += 1
            return None
        done = {name for _, _, name, _ in got} - set(sent.left)
        self.queue = [entry for entry in self.queue if entry[2] not in done]
        heapq.heapify(self.queue)
        return sent

    def hear(self) -> None:
        """Take in the feedback that has arrived, four messages at a time; what fails comes again later."""
        arrived = []
        while self.told and self.told[0][0] <= self.now:
            arrived.append(heapq.heappop(self.told))
        for start in range(0, len(arrived), 4):
            batch = arrived[start : start + 4]
            try:
                heard = feedback([(str(number), body) for _, number, body in batch], self.listening, self.now)
                again = set(heard.left)
            except Crash:
                again = {str(number) for _, number, _ in batch}
            for _, number, body in batch:
                if str(number) in again:
                    heapq.heappush(self.told, (self.now + VISIBILITY, number, body))

    def run(self, batch: int = 1, most: int = 100_000) -> None:
        """Until the queue is empty, and then until all feedback is in."""
        for _ in range(most):
            if not self.queue:
                break
            self.step(batch)
        assert not self.queue, "tasks still go round"
        while self.told:
            self.now = max(self.now, self.told[0][0])
            self.hear()

    @property
    def copies(self) -> Counter[str]:
        return Counter(message.tags["sk"] for _, message in self.taken)

    def claims(self) -> dict[str, list[tuple[int, Contact]]]:
        """Every write that claimed an email: key -> (place in the log, the contact as it was written)."""
        found: dict[str, list[tuple[int, Contact]]] = defaultdict(list)
        before: dict[str, Contact] = {}
        for place, (customer_id, after) in enumerate(self.contacts.log):
            for slot in after.sent:
                old = find(before[customer_id].sent, slot.key) if customer_id in before else None
                if slot.state == "claimed" and slot != old:
                    found[slot.key].append((place, after))
            before[customer_id] = after
        return found


def ses_event(kind: str, message: Message, number: int, at: int, **part: Any) -> str:
    """SES's own JSON for one thing that became of a message."""
    key = {"Send": "send", "Delivery": "delivery", "Bounce": "bounce", "Complaint": "complaint"}[kind]
    mail = {
        "timestamp": iso(at),
        "messageId": f"ses-{number}",
        "destination": [message.to],
        "tags": {name: [value] for name, value in message.tags.items()},
    }
    return json.dumps({"eventType": kind, "mail": mail, key: {"timestamp": iso(at + 900), **part}})
