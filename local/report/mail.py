"""One email read back from its MIME bytes, as the report shows it."""

import html
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

_HIDDEN = re.compile(r"<div[^>]*display:\s*none[^>]*>(.*?)</div>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
_PADDING = re.compile("[\u034f\u200b-\u200f\u2007\u00ad\ufeff\u00a0\\s]+")


def preview(number: int, at: int, raw: bytes) -> dict[str, Any]:
    """What the reader needs of one message: subject, route, preheader, both parts, every header in order."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    page = _part(message, "html")
    return {
        "n": number,
        "at": at,
        "subject": str(message["Subject"] or ""),
        "from": str(message["From"] or ""),
        "to": str(message["To"] or ""),
        "preheader": _preheader(page),
        "html": page,
        "text": _part(message, "plain"),
        "headers": [[name, str(value)] for name, value in message.items()],
    }


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _preheader(page: str) -> str:
    found = _HIDDEN.search(page)
    return _PADDING.sub(" ", html.unescape(_TAG.sub("", found.group(1)))).strip() if found else ""
