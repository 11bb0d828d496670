"""SES feedback, as SNS delivers it: what became of one email; and the Event that tells the profile of it."""

import re
from typing import Any

import msgspec

from mailwright.model.event import Event
from mailwright.model.problem import Problem
from mailwright.sources import fields, limits
from mailwright.sources.fields import Json

# eventType -> (the key of its part of the record, the event's name for the profile; "" when it is no news to it)
TYPES = {
    "Send": ("send", "Email Sent"),
    "Delivery": ("delivery", "Email Delivered"),
    "Open": ("open", "Email Opened"),
    "Click": ("click", "Email Link Clicked"),
    "Bounce": ("bounce", "Email Bounced"),
    "Complaint": ("complaint", "Email Marked as Spam"),
    "Subscription": ("subscription", "Unsubscribed"),
    "Reject": ("reject", ""),
    "Rendering Failure": ("failure", ""),
    "DeliveryDelay": ("deliveryDelay", ""),
}


class Feedback(msgspec.Struct, frozen=True):
    """One SES event. `send_key`, `sealed`, `program`, `template` and `attempt` are our tags; "" or 0 when absent."""

    id: str  # the same for every delivery of this event
    kind: str  # a key of TYPES
    at: int  # when it happened, milliseconds UTC
    message_id: str
    send_key: str = ""
    attempt: int = 0
    sealed: str = ""  # the customer id, sealed for purpose "feedback"
    program: str = ""
    template: str = ""
    addresses: tuple[str, ...] = ()  # the recipients it is about
    permanent: bool = False  # a bounce that will not get better
    subtype: str = ""  # bounceSubType or complaintFeedbackType
    link: str = ""
    agent: str = ""  # user agent of an open or click

    @property
    def name(self) -> str:
        """What the profile calls it; "" when the profile is not told."""
        return TYPES[self.kind][1]


def unwrap(document: Any) -> Any:
    """The SES event inside an SNS notification or an EventBridge envelope; the document itself when it is bare."""
    if isinstance(document, dict):
        if document.get("Type") == "Notification" and isinstance(document.get("Message"), str):
            return limits.decode(document["Message"])
        if document.get("source") == "aws.ses" and isinstance(document.get("detail"), dict):
            return document["detail"]
    return document


def feedback(document: Any) -> Feedback:
    """One SES event in any of its wrappings; Problem when it is not one."""
    record = unwrap(document)
    if not isinstance(record, dict) or not isinstance(record.get("mail"), dict):
        raise Problem("not_ses_feedback", "an SES event has eventType and mail; this record lacks them")
    kind = fields.text(record.get("eventType") or record.get("notificationType"), "eventType")
    if kind not in TYPES:
        raise Problem("unknown_type", f"eventType {str(kind)[:40]!r} is none of {', '.join(TYPES)}")
    mail, part = record["mail"], fields.obj(record.get(TYPES[kind][0]), TYPES[kind][0])
    at = fields.instant(part.get("timestamp"), f"{TYPES[kind][0]}.timestamp") or fields.instant(
        mail.get("timestamp"), "mail.timestamp"
    )
    message_id = fields.text(mail.get("messageId"), "mail.messageId")
    if at is None or message_id is None:
        raise fields.missing("mail.timestamp" if at is None else "mail.messageId")
    tags = {name: _first(value) for name, value in fields.obj(mail.get("tags"), "mail.tags").items()}
    return Feedback(
        id=fields.derived_id("ses", {"message": message_id, "kind": kind, "at": at, "what": part}),
        kind=kind,
        at=at,
        message_id=message_id,
        send_key=tags.get("sk", ""),
        attempt=int(tags["at"]) if re.fullmatch(r"[0-9]{1,3}", tags.get("at", "")) else 0,
        sealed=tags.get("cu", ""),
        program=tags.get("pg", ""),
        template=tags.get("tp", ""),
        addresses=_addresses(kind, part, mail),
        permanent=part.get("bounceType") == "Permanent",
        subtype=fields.text(part.get("bounceSubType") or part.get("complaintFeedbackType"), "bounceSubType") or "",
        link=fields.text(part.get("link"), "click.link") or "",
        agent=fields.text(part.get("userAgent"), "userAgent") or "",
    )


def event(told: Feedback, customer_id: str) -> Event | None:
    """The Event for the profile of the customer the tag `cu` was opened to; None when it is no news to it."""
    if not told.name:
        return None
    data: Json = {"send_key": told.send_key, "program": told.program, "template": told.template}
    if told.link:
        data["link"] = told.link
    return Event(told.id, told.at, customer_id, "track", told.name, "ses", data)


def _first(value: object) -> str:
    # SES gives each tag as a list of values; simulators give text.
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _addresses(kind: str, part: Json, mail: Json) -> tuple[str, ...]:
    listed = {"Bounce": "bouncedRecipients", "Complaint": "complainedRecipients"}.get(kind)
    if listed:
        people = fields.objects(part.get(listed), listed)
        return tuple(address for one in people if (address := fields.text(one.get("emailAddress"), listed)))
    known = part.get("recipients") or mail.get("destination") or []
    return tuple(address for address in known if isinstance(address, str)) if isinstance(known, list) else ()
