"""HTTP as the functions behind the API see it: API Gateway's payload format 2.0 to a Request, and a Reply back."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """`headers` have lower-case names; `body` is the bytes that were sent, before any decoding."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to answer: `body` as JSON, `html` as a page, or nothing. `log` is what the handler's one log line says."""

    status: int
    body: dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    log: Mapping[str, Any] = field(default_factory=dict)
    html: str = ""


def request(event: Mapping[str, Any]) -> Request:
    """A Request from payload format 2.0."""
    text = event.get("body") or ""
    if event.get("isBase64Encoded"):
        try:
            body = base64.b64decode(text)
        except binascii.Error:  # only a caller that is not API Gateway can do this; the text then fails as JSON does
            body = text.encode()
    else:
        body = text.encode("utf-8", "surrogatepass")
    http = event["requestContext"]["http"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return Request(http["method"].upper(), event.get("rawPath") or http["path"], headers, body)


def response(reply: Reply) -> dict[str, Any]:
    """The response object API Gateway takes."""
    if reply.html:
        page = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store", **reply.headers}
        return {"statusCode": reply.status, "headers": page, "body": reply.html, "isBase64Encoded": False}
    headers = {"content-type": "application/json", "cache-control": "no-store"} if reply.body is not None else {}
    body = "" if reply.body is None else json.dumps(reply.body, ensure_ascii=True, separators=(",", ":"))
    return {"statusCode": reply.status, "headers": {**headers, **reply.headers}, "body": body, "isBase64Encoded": False}
