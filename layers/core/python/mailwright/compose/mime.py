"""One rendered email as the bytes SES signs and sends: multipart/alternative, the same bytes for the same input.

The standard library writes whatever header it is given, so every value and address is checked here first: none with a
control character, none that is not an address. SES adds the Message-ID; boundary and Date come from the arguments.
"""

import binascii
import hashlib
import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import formatdate, getaddresses
from typing import Any

from mailwright.compose.address import sendable
from mailwright.compose.render import Rendered
from mailwright.model.problem import Problem

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}")
_LINK = re.compile(r"(?:https://[^\s<>\",]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?/[^\s<>\",]+)")
_OURS = frozenset((
    "from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "return-path", "mime-version",
    "list-unsubscribe", "list-unsubscribe-post", "dkim-signature", "received",
))  # fmt: skip
_LONGEST = 995  # characters of a header value that SES takes


def mime(
    rendered: Rendered,
    *,
    sender: str,
    reply_to: str,
    to: str,
    unsubscribe_url: str,
    at: int,
    boundary_seed: str,
    headers: Mapping[str, str],
) -> bytes:
    """The complete message, CRLF lines, all ASCII.

    `sender` and `reply_to` may be `Name <address>`; `reply_to` and `unsubscribe_url` may be "" (a receipt has no
    one-click link). `at` is the Date in milliseconds UTC. Problem (code `header` or `address`) for anything that could
    become a header of its own, and for an address nothing can be sent to.
    """
    boundary = "=_" + hashlib.sha256(f"{boundary_seed}\x1f{at}".encode()).hexdigest()[:32]
    lines = [_folded("From", _mailbox("From", sender)), _folded("To", _mailbox("To", to))]
    if reply_to:
        lines.append(_folded("Reply-To", _mailbox("Reply-To", reply_to)))
    lines.append(_folded("Subject", _checked("Subject", rendered.subject)))
    lines.append(f"Date: {formatdate(at // 1000, usegmt=True).replace('GMT', '+0000')}\r\n")
    if unsubscribe_url:
        if not _LINK.fullmatch(unsubscribe_url) or len(unsubscribe_url) > _LONGEST - 2:
            raise Problem("header", f"List-Unsubscribe needs an https address, not {unsubscribe_url!r}")
        lines.append(f"List-Unsubscribe: <{unsubscribe_url}>\r\n")
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
    lines += [_extra(name, value) for name, value in headers.items()]
    lines.append("MIME-Version: 1.0\r\n")
    lines.append(f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n')
    head = "".join(lines).encode("ascii")
    parts = (_part("text/plain", rendered.text), _part("text/html", rendered.html))
    mark = f"--{boundary}".encode()
    return head + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _part(kind: str, text: str) -> bytes:
    head = f'Content-Type: {kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    return head.encode() + binascii.b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")


def _checked(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise Problem("header", f"{name} holds a control character and is refused: {value[:80]!r}")
    return value


def _mailbox(name: str, value: str) -> Address:
    """`Name <address>` or an address, exactly one; the name may be in any script."""
    found = getaddresses([_checked(name, value)])
    said, address = found[0] if len(found) == 1 else ("", "")
    spec = sendable(address)
    if not spec:
        raise Problem("address", f"{name}: {value[:80]!r} is not an address that can be sent to")
    return Address(_checked(name, said), addr_spec=spec)


def _folded(name: str, value: Any) -> str:
    """A header in lines of at most 78 characters, words that are not ASCII encoded (RFC 2047)."""
    return str(SMTP.fold(*SMTP.header_store_parse(name, value)))


def _extra(name: str, value: str) -> str:
    if not _NAME.fullmatch(name) or name.lower() in _OURS or name.lower().startswith("content-"):
        raise Problem("header", f"{name[:80]!r} is not a header that can be added")
    if not _checked(name, value).isascii() or len(value) > _LONGEST:
        raise Problem("header", f"{name} must be ASCII and at most {_LONGEST} characters")
    return f"{name}: {value}\r\n"
