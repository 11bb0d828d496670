"""One email read back from its MIME bytes, as the report shows it."""

import html
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from local.placeholders import with_pictures
from local.world.ses import Mail

_HIDDEN = re.compile(r"<div[^>]*display:\s*none[^>]*>(.*?)</div>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
_PADDING = re.compile("[\u034f\u200b-\u200f\u2007\u00ad\ufeff\u00a0\\s]+")


def preview(mail: Mail) -> dict[str, Any]:
    """What the reader needs: subject, route, preheader, both parts, every header in order.

    Pictures that live on the web are drawings here, for there is no network; the message itself is as it was.
    """
    message = message_from_bytes(mail.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    page = _part(message, "html")
    return {
        "n": mail.number,
        "at": mail.at,
        "subject": str(message["Subject"] or ""),
        "from": str(message["From"] or ""),
        "to": str(message["To"] or ""),
        "preheader": _preheader(page),
        "html": with_pictures(page),
        "text": _part(message, "plain"),
        "headers": [[name, str(value)] for name, value in message.items()],
    }


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _preheader(page: str) -> str:
    found = _HIDDEN.search(page)
    return _PADDING.sub(" ", html.unescape(_TAG.sub("", found.group(1)))).strip() if found else ""
