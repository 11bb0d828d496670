"""What becomes of a mail, as SES says it: event publishing JSON on the `feedback` queue, as SNS delivers it raw.

docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html. Addresses of SES's mailbox simulator
(docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html) bounce and complain here as they do there.
"""

import json
from collections.abc import Callable
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Any

from local.world.clock import Clock
from local.world.ses import Mail, bare
from mailwright.model.times import MINUTE, iso
from mailwright.sources.ses import TYPES

SIMULATOR = "simulator.amazonses.com"
LATENCY = MINUTE  # from acceptance to what the receiving server says
Outcome = tuple[int, str, dict[str, Any]]  # milliseconds after acceptance, event type, detail


def outcomes(mail: Mail) -> list[Outcome]:
    """What the mailbox simulator does with a mail, by its first address; any other address gets it delivered."""
    address = bare(mail.to[0])
    local, _, domain = address.lower().partition("@")
    local = local.partition("+")[0] if domain == SIMULATOR else ""
    send: Outcome = (0, "Send", {})
    if local in ("bounce", "suppressionlist"):
        return [send, (LATENCY, "Bounce", bounce(address, "Suppressed" if local == "suppressionlist" else "General"))]
    delivered: Outcome = (LATENCY, "Delivery", delivery(mail.to))
    if local == "complaint":
        return [send, delivered, (2 * LATENCY, "Complaint", complaint(mail.to))]
    return [send, delivered]


def bounce(address: str, subtype: str = "General", kind: str = "Permanent") -> dict[str, Any]:
    """The `bounce` object of a bounce; times are filled in when it is played."""
    said = {"emailAddress": address, "action": "failed", "status": "5.1.1"}
    return {
        "bounceType": kind,
        "bounceSubType": subtype,
        "bouncedRecipients": [said | {"diagnosticCode": "smtp; 550 5.1.1 user unknown"}],
        "reportingMTA": "dsn; a8-50.smtp-out.amazonses.com",
    }


def delivery(to: tuple[str, ...]) -> dict[str, Any]:
    """The `delivery` object of a delivery."""
    return {
        "processingTimeMillis": LATENCY,
        "recipients": [bare(address) for address in to],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "a8-50.smtp-out.amazonses.com",
    }


def complaint(to: tuple[str, ...]) -> dict[str, Any]:
    """The `complaint` object of a complaint."""
    return {
        "complainedRecipients": [{"emailAddress": bare(address)} for address in to],
        "complaintFeedbackType": "abuse",
        "userAgent": "Amazon SES Mailbox Simulator",
    }


class Feedback:
    """Plays the outcomes of each mail on the clock. `outcomes` may be replaced to tell another story."""

    def __init__(self, clock: Clock, deliver: Callable[[str], None]) -> None:
        self._clock = clock
        self._deliver = deliver
        self.outcomes: Callable[[Mail], list[Outcome]] = outcomes

    def accepted(self, mail: Mail) -> None:
        """Set off what becomes of a mail."""
        for delay, kind, detail in self.outcomes(mail):
            self.play(mail, kind, detail, mail.at + delay)

    def play(self, mail: Mail, kind: str, detail: dict[str, Any], at: int) -> None:
        """Let SES say at `at` that `kind` (Delivery, Bounce, Open, Click ...) happened to a mail."""
        self._clock.at(at, lambda: self._deliver(json.dumps(event(mail, kind, detail, at), separators=(",", ":"))))


def event(mail: Mail, kind: str, detail: dict[str, Any], at: int) -> dict[str, Any]:
    """One SES event as JSON has it."""
    timed = {} if kind == "Send" else {"timestamp": iso(at)}
    return {"eventType": kind, "mail": envelope(mail), TYPES[kind][0]: {**detail, **timed}}


def envelope(mail: Mail) -> dict[str, Any]:
    """The `mail` object that every event of a mail carries."""
    headers = BytesHeaderParser(policy=compat32).parsebytes(mail.raw)
    source = bare(mail.sender)
    own = {
        "ses:operation": ["SendEmail"],
        "ses:configuration-set": [mail.configuration_set],
        "ses:from-domain": [source.partition("@")[2]],
        "ses:caller-identity": ["mailwright-send"],
    }
    return {
        "timestamp": iso(mail.at),
        "source": mail.sender,
        "sendingAccountId": "123456789012",
        "messageId": mail.message_id,
        "destination": list(mail.to),
        "headersTruncated": False,
        "headers": [{"name": name, "value": str(value)} for name, value in headers.items()],
        "commonHeaders": {
            "from": [str(headers.get("From", ""))],
            "to": [str(headers.get("To", ""))],
            "messageId": mail.message_id,
            "subject": str(headers.get("Subject", "")),
        },
        "tags": own | {name: [value] for name, value in mail.tags.items()},
    }
