"""SES and the people behind it: takes emails, and reports what became of them, late, shuffled, twice or not at all."""

import random
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec

from local.simulate.faults import Faults
from local.simulate.oracle import Oracle
from local.simulate.ports import refusal
from local.world.clock import Clock
from local.world.ses import bare
from mailwright.model.contact import State
from mailwright.model.times import DAY, HOUR, SECOND, iso
from mailwright.workflow.feedback import PROVES

_encode = msgspec.json.Encoder().encode
NAMES = {
    "Open": "Email Opened",
    "Click": "Email Link Clicked",
    "Bounce": "Email Bounced",
    "Complaint": "Email Marked as Spam",
}
PARTS = {"Delivery": "delivery", "Open": "open", "Click": "click", "Bounce": "bounce", "Complaint": "complaint"}


class Taken(NamedTuple):
    """One email SES accepted. `after`: how many changes the table had seen by then."""

    key: str
    attempt: int
    after: int


class Mailbox:
    """The sesv2 client. `copies` counts emails by send key: the only place where that is known for certain."""

    service = "sesv2"
    meta = SimpleNamespace(config=SimpleNamespace(retries={"total_max_attempts": 1, "mode": "standard"}))

    def __init__(self, clock: Clock, faults: Faults, seed: int, oracle: Oracle, injected: Counter[str]) -> None:
        self._clock = clock
        self._faults = faults
        self._chance = random.Random(f"{seed}:mailbox")
        self._oracle = oracle
        self._injected = injected
        self.copies: Counter[str] = Counter()
        self.posts = 0
        self.told: dict[str, list[str]] = {}  # what was reported of each email
        self.accepted: Callable[[str, int], None] = lambda key, attempt: None
        self.deliver: Callable[[str], None] = lambda body: None  # SNS to the queue
        self.customer: Callable[[str], str] = lambda key: ""

    def send_email(self, **request: Any) -> dict[str, str]:
        """SendEmail."""
        self.posts += 1
        if self._faults.quota and self._clock() % DAY < self._faults.quota * DAY:
            self._injected["quota used up or sending paused"] += 1
            if self._clock() % HOUR < HOUR // 2:
                raise refusal("LimitExceededException", "Daily message quota exceeded", "SendEmail", 400)
            raise refusal("SendingPausedException", "Sending paused for this account", "SendEmail", 400)
        tags = {tag["Name"]: tag["Value"] for tag in request["EmailTags"]}
        key, attempt = tags["sk"], int(tags["at"])
        self.copies[key] += 1
        message_id = f"ses-{key}-{self.copies[key]}"
        self.accepted(key, attempt)
        self._becomes(message_id, bare(request["Destination"]["ToAddresses"][0]), tags)
        return {"MessageId": message_id}

    def _becomes(self, message_id: str, to: str, tags: dict[str, str]) -> None:
        chance = self._chance.random()
        kinds = ["Bounce"] if chance < 0.001 else ["Delivery"]  # infra/mail.py asks for no Send
        if kinds[-1] == "Delivery" and chance < 0.08:
            kinds += ["Open"]
            kinds += ["Click"] if chance < 0.04 else []
            kinds += ["Complaint"] if chance < 0.0015 else []
        latest = 0
        for step, kind in enumerate(kinds):
            latest = self._report(kind, message_id, to, tags, self._clock() + step * SECOND, latest)

    def _report(self, kind: str, message_id: str, to: str, tags: dict[str, str], at: int, latest: int) -> int:
        """Report one thing; when the last report of this email so far arrives. `latest`: the same, before this one."""
        faults, chance = self._faults, self._chance
        if faults.feedback_lost and chance.random() < faults.feedback_lost:
            self._injected["feedback lost"] += 1
            return latest
        copies = 1
        if faults.tripled and chance.random() < faults.tripled:
            copies = 3
            self._injected["feedback three times"] += 1
        self.told.setdefault(tags["sk"], []).append(kind)
        customer = self.customer(tags["sk"])
        if kind in NAMES:
            self._oracle.email(customer, at, NAMES[kind])
        if kind == "Complaint":
            self._oracle.said_no(customer, at)
        body = told(kind, message_id, to, tags, at)
        for _ in range(copies):
            when = at + chance.randrange(1, faults.feedback_spread)
            if when < latest:
                self._injected["feedback overtook earlier feedback"] += 1
            latest = max(when, latest)
            self._clock.at(when, lambda: self.deliver(body))
        return latest

    def expected(self, key: str) -> list[State]:
        """The states that what was reported of an email proves."""
        return [PROVES[kind] for kind in self.told.get(key, ())]


def told(kind: str, message_id: str, to: str, tags: dict[str, str], at: int) -> str:
    """SES's own JSON for one thing that became of an email."""
    detail: dict[str, Any] = {"timestamp": iso(at)}
    if kind == "Bounce":
        detail |= {"bounceType": "Permanent", "bounceSubType": "General"}
        detail |= {"bouncedRecipients": [{"emailAddress": to}]}
    if kind == "Complaint":
        detail |= {"complainedRecipients": [{"emailAddress": to}]}
    mail = {
        "timestamp": iso(at),
        "messageId": message_id,
        "destination": [to],
        "tags": {name: [value] for name, value in tags.items()},
    }
    return _encode({"eventType": kind, "mail": mail, PARTS[kind]: detail}).decode()
