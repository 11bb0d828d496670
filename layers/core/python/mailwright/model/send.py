"""SendTask and SendRecord: an email that was decided, and what became of it."""

import hashlib
from typing import Any, Literal

import msgspec

Class = Literal["M", "T"]  # marketing: at most once; transactional: at least once, at most twice


class SendTask(msgspec.Struct, frozen=True, omit_defaults=True):
    """An email decided by a journey or campaign, on its way through the `sends` queue. The key is its identity."""

    key: str
    customer_id: str
    program: str  # "journey:cart-abandoned" or "campaign:win-back"
    step: str
    template: str
    planned_at: int  # milliseconds UTC
    not_after: int  # after this it expires unsent; at most planned_at + 72 h
    cls: Class = "M"
    subject: str = ""  # Jinja2 text that replaces the template's own subject
    offers: list[str] = []  # offers this step may show, in order of preference
    when: Any = None  # compiled rule that must still hold at sending time, else the email is cancelled
    trace: dict[str, Any] = {}  # why: event, segment, rule, branch


class SendRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the journal: the state an email has reached. `held` is the reason when it did not go out."""

    key: str
    customer_id: str
    at: int
    program: str
    template: str
    state: str  # accepted, failed, suppressed, expired, cancelled, unconfirmed, waiting
    held: str = ""  # no_consent, no_address, bounce, complaint, capped, expired, condition, ...
    to: str = ""
    subject: str = ""
    message_id: str = ""
    planned_at: int = 0
    trace: dict[str, Any] = {}


def send_key(customer_id: str, program: str, step: str, entry: int) -> str:
    """16 hex digits that name one email to one person for one pass through one step."""
    text = "\x1f".join((customer_id, program, step, str(entry)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


encode_json = msgspec.json.Encoder().encode
decode_task = msgspec.json.Decoder(SendTask).decode
