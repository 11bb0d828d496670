"""The functions behind the outbox as AWS calls them, over fakes: what tests of send, dispatch and feedback share."""

import base64
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from functions.dispatch.handler import handler as dispatch_handler
from functions.feedback.handler import handler as feedback_handler
from functions.send.handler import handler as send_handler
from mailwright import bootstrap
from mailwright.model.contact import Consent, Contact, encode_contact
from mailwright.model.content import Content, Shop, Template
from mailwright.model.outbox import Pending, encode_pending
from mailwright.model.send import SendTask, encode_json, send_key
from mailwright.model.times import HOUR, parse_iso
from mailwright.settings import Settings
from tests.fakes.contacts import FakeContacts
from tests.fakes.journal import FakeJournal
from tests.fakes.mailer import FakeMailer
from tests.fakes.profiles import FakeProfiles
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.queue import FakeQueue
from tests.fakes.stream import FakeStream

NOW = parse_iso("2026-11-22T20:00:00Z")
KEYS = {"current": "a", "a": base64.b64encode(bytes(range(64))).decode()}
SHOP = Shop("Shop", "https://shop.example.com", "Shop <hello@shop.example.com>", "1 Street, Town", cap=3)
WELCOME = Template(
    "welcome",
    "Hello {{ customer.first_name | default('you') }}",
    "Good to see you",
    '<html><body>Hello <a href="{{ unsubscribe_url }}">stop</a></body></html>',
    "Hello\n{{ unsubscribe_url }}",
)
GRANTED = {"marketing": Consent("granted", 1, "identify")}


def task(number: int = 1, customer: str = "c1", **fields: Any) -> SendTask:
    given = {"planned_at": NOW, "not_after": NOW + 24 * HOUR, "template": "welcome", **fields}
    return SendTask(
        send_key(customer, "journey:x", "a", number),
        customer,
        program="journey:x",
        step="a",
        trace={"event": "e1"},
        **given,
    )


@dataclass
class Outbox:
    """`send`, `dispatch` and `feedback` call the handlers; the rest is what they left behind."""

    contacts: FakeContacts = field(default_factory=FakeContacts)
    profiles: FakeProfiles = field(default_factory=FakeProfiles)
    sends: FakeQueue = field(default_factory=FakeQueue)
    stream: FakeStream = field(default_factory=FakeStream)
    mailer: FakeMailer = field(default_factory=FakeMailer)
    journal: FakeJournal = field(default_factory=FakeJournal)
    quarantine: FakeQuarantine = field(default_factory=FakeQuarantine)
    content: Content = field(default_factory=lambda: Content(SHOP, templates={"welcome": WELCOME}))
    now: int = NOW
    left: int = 60_000  # milliseconds the invocation has
    nonces: int = 0

    def __post_init__(self) -> None:
        app = bootstrap.App(
            Settings({"PUBLIC_URL": "https://mail.example.com"}), clock=lambda: self.now, nonce=self.nonce
        )
        names = ("contacts", "profiles", "sends", "stream", "mailer", "journal", "quarantine", "content")
        app.__dict__.update({name: getattr(self, name) for name in names})
        app.secret = lambda variable: KEYS  # type: ignore[method-assign]
        bootstrap.use(app)

    def nonce(self) -> str:
        self.nonces += 1
        return f"n{self.nonces}"

    def person(self, customer: str = "c1", **fields: Any) -> None:
        usual = {"address": f"{customer}@example.com", "consent": GRANTED}
        self.contacts.rows[customer] = (1, encode_contact(Contact(customer, 1, **{**usual, **fields})))

    def send(self, *tasks: SendTask | str) -> list[str]:
        """Ids of the messages that must come again: "0" is the first."""
        bodies = [encode_json(one).decode() if isinstance(one, SendTask) else one for one in tasks]
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: self.left)
        return self._ids(send_handler(self._sqs(bodies), context))  # type: ignore[arg-type]

    def feedback(self, *bodies: dict[str, Any] | str) -> list[str]:
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        return self._ids(feedback_handler(self._sqs(texts), SimpleNamespace()))  # type: ignore[arg-type]

    def dispatch(self, *outbox: Pending | bytes | None) -> list[str]:
        """Sequence numbers from which the stream must come again: "s0" is the first record."""
        records = []
        for number, pending in enumerate(outbox):
            body = encode_pending(pending) if isinstance(pending, Pending) else pending
            image: dict[str, Any] = {"customer_id": {"S": "c1"}, "row": {"S": "profile"}}
            if body is not None:
                image["pend"] = {"B": base64.b64encode(body).decode()}
            stream = {"SequenceNumber": f"s{number}", "NewImage": image}
            records.append({"eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": stream})
        return self._ids(dispatch_handler({"Records": records}, SimpleNamespace()))  # type: ignore[arg-type]

    @property
    def ends(self) -> list[tuple[str, str]]:
        return [(record.state, record.held) for record in self.journal.records]

    @staticmethod
    def _sqs(bodies: list[str]) -> dict[str, Any]:
        return {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}

    @staticmethod
    def _ids(reply: dict[str, Any]) -> list[str]:
        assert reply.keys() == {"batchItemFailures"}
        assert all(failure.keys() == {"itemIdentifier"} for failure in reply["batchItemFailures"])
        return [failure["itemIdentifier"] for failure in reply["batchItemFailures"]]
