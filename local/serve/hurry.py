"""Moves the instants that clients send onto a hurried clock, which has left theirs behind.

At 60 times the speed the world is an hour ahead after a minute; an event stamped by a client's own clock would come an
hour late. Shopify's webhooks stay as they are: their signature is over the very bytes.
"""

import gzip
import json
import zlib
from typing import Any

from local.exchange import Request
from mailwright.model.times import iso, parse_iso

_INSTANTS = ("timestamp", "originalTimestamp", "sentAt")
_LATEST = 253_000_000_000_000  # milliseconds: the year 9987


def hurried(request: Request, ahead: int) -> Request:
    """The request with every instant of a Segment message `ahead` milliseconds later; as it is when it is not one."""
    if not ahead or request.method != "POST" or not request.target.startswith("/v1/"):
        return request
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        packed = headers.get("content-encoding", "").strip().lower() == "gzip"
        document = json.loads(gzip.decompress(request.body) if packed else request.body)
    except (ValueError, RecursionError, EOFError, OSError, zlib.error):
        return request  # the gateway says what is wrong with it
    messages = document.get("batch") if isinstance(document, dict) else None
    for message in (document, *(messages if isinstance(messages, list) else ())):
        if isinstance(message, dict):
            _move(message, ahead)
    kept = {name: value for name, value in headers.items() if name not in ("content-encoding", "content-length")}
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return request._replace(headers=kept, body=body)


def _move(message: dict[str, Any], ahead: int) -> None:
    for name in _INSTANTS:
        given = message.get(name)
        try:
            if isinstance(given, str) and 0 < (moved := parse_iso(given) + ahead) < _LATEST:
                message[name] = iso(moved)
        except (ValueError, OverflowError):
            continue  # collect refuses it, and says why
