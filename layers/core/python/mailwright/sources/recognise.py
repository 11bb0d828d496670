"""Which format a decoded JSON value is, by what it contains: for files that mix them."""

from typing import Any, Literal

from mailwright.model.problem import Problem
from mailwright.sources import segment
from mailwright.sources.ses import TYPES

Format = Literal["segment", "batch", "envelope", "ses"]


def recognise(document: Any) -> Format:
    """`segment` (one message), `batch` (a body with `batch`), `envelope` (EventBridge) or `ses` (feedback, bare or in
    an SNS notification or EventBridge envelope). Problem `unknown_format` when it is none of them.
    """
    if not isinstance(document, dict):
        raise Problem("unknown_format", "a record must be a JSON object")
    if "detail" in document and ("detail-type" in document or "source" in document):
        return "ses" if document.get("source") == "aws.ses" else "envelope"
    if document.get("Type") == "Notification" and "Message" in document:
        return "ses"
    if "mail" in document and str(document.get("eventType") or document.get("notificationType")) in TYPES:
        return "ses"
    if "batch" in document:
        return "batch"
    if "type" in document or "userId" in document or "anonymousId" in document:
        return "segment"
    raise Problem(
        "unknown_format",
        "not a Segment message (type), a batch (batch), an EventBridge envelope (detail-type, detail) or SES feedback "
        f"(eventType, mail); the types of message are {', '.join(segment.CALLS)}",
    )
