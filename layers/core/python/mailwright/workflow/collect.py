"""Collect: events over HTTP, the Segment API and Shopify's webhooks, checked and put on the stream.

What is wrong with the request is answered with a 4xx; what is wrong with one message of a batch goes to quarantine with
its reason while the others are taken. A client that is told 429 sends the same ids again, so nothing counts twice.
"""

import zlib
from collections.abc import Mapping
from typing import Any

from mailwright.model.event import Event
from mailwright.model.problem import Problem
from mailwright.sources import limits, segment, shopify
from mailwright.workflow import credentials
from mailwright.workflow.http import Reply, Request
from mailwright.workflow.ports import Quarantine, Stream
from mailwright.workflow.refuse import refused

CALLS = {name: name for name in (*segment.CALLS, "batch", "import")}
CALLS |= {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch"}
RETRY_AFTER = 2  # seconds
SHOWN = 20  # refused messages that a reply lists

CORS = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": "authorization, content-type, content-encoding, x-retry-count",
    "access-control-max-age": "86400",
}
# Browsers send text/plain to save the preflight; some clients name nothing.
_JSON = ("", "application/json", "text/plain", "application/octet-stream")
_STATUS = {"unauthorized": 401, "not_found": 404, "method_not_allowed": 405, "body_too_large": 413,
           "event_too_large": 413, "unsupported_media_type": 415, "throttled": 429}  # fmt: skip


def collect(request: Request, stream: Stream, quarantine: Quarantine, secrets: Mapping[str, str], now: int) -> Reply:
    """Answer one request. `secrets` is the ingest secret: write_key, shopify_secret. Never a 5xx for what was sent;
    what the stream or the quarantine raises is raised.
    """
    try:
        if request.path == "/shopify":
            _method(request, "POST")
            return _shopify(request, stream, quarantine, secrets.get("shopify_secret", ""), now)
        call = CALLS.get(request.path.removeprefix("/v1/")) if request.path.startswith("/v1/") else None
        if call is None:
            raise Problem("not_found", f"there is no {request.path[:60]}; the calls are /v1/{{{','.join(CALLS)}}}")
        if request.method == "OPTIONS":
            return Reply(204, None, CORS)
        _method(request, "POST")
        return _segment(request, call, stream, quarantine, secrets.get("write_key", ""), now)
    except Problem as problem:
        return _error(problem)


def _segment(request: Request, call: str, stream: Stream, quarantine: Quarantine, write_key: str, now: int) -> Reply:
    body = _plain(request)
    trusted = credentials.same(credentials.write_key(request.headers), write_key)
    try:
        document = limits.decode(body)
        if not trusted:
            _key_in(document, write_key)
        many = call in ("batch", "import")
        messages = segment.messages(document) if many else [document]
    except Problem as problem:
        if trusted:  # a stranger's broken bytes are answered, not kept
            quarantine.put([refused(body, problem, "collect", now)])
        raise
    limit = limits.LARGE_EVENT_BYTES if call == "import" else limits.EVENT_BYTES
    events: list[Event] = []
    wrong: list[tuple[int, Any, Problem]] = []
    for index, message in enumerate(messages):
        try:
            events.append(segment.event(message, now, call="" if many else call, limit=limit))
        except Problem as problem:
            wrong.append((index, message, problem))
    _put(stream, events)
    if wrong:
        quarantine.put([refused(_without_key(message), problem, "collect", now) for _, message, problem in wrong])
    if wrong and not events:
        return _error(wrong[0][2], accepted=0, rejected=len(wrong))
    listed = [{"index": index, "code": each.code, "message": each.message} for index, _, each in wrong[:SHOWN]]
    return Reply(
        200,
        {"success": True, "rejected": listed} if listed else {"success": True},
        CORS,
        {"accepted": len(events), "rejected": len(wrong)},
    )


def _shopify(request: Request, stream: Stream, quarantine: Quarantine, secret: str, now: int) -> Reply:
    if len(request.body) > limits.BATCH_BYTES:
        raise _too_large()
    if not credentials.shopify_signed(request.headers, request.body, secret):
        raise Problem("unauthorized", "X-Shopify-Hmac-Sha256 is not the signature of this body under the app's secret")
    said = {name: value for name, value in request.headers.items() if name.removeprefix("x-").startswith("shopify-")}
    record: Any = request.body
    try:
        payload = limits.decode(request.body)
        # Kept as the envelope EventBridge would have brought, so that it can be replayed.
        record = {"source": "shopify", "detail-type": "shopifyWebhook",
                  "detail": {"metadata": said, "payload": payload}}  # fmt: skip
        events = shopify.events(shopify.delivery(said, payload), now)
    except Problem as problem:
        # Told anything but 200 Shopify repeats the webhook, and after eight such answers unsubscribes us.
        quarantine.put([refused(record, problem, "collect", now)])
        shown = {"index": 0, "code": problem.code, "message": problem.message}
        return Reply(200, {"success": True, "rejected": [shown]}, {}, {"accepted": 0, "rejected": 1})
    _put(stream, events)
    return Reply(200, {"success": True}, {}, {"accepted": len(events), "rejected": 0})


def _plain(request: Request) -> bytes:
    """The body as JSON text, unpacked: at most BATCH_BYTES of it, however small it was packed."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _JSON and not kind.endswith("+json"):
        raise Problem("unsupported_media_type", f"content-type {kind[:60]} is not read; send application/json")
    coding = request.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise Problem("unsupported_media_type", f"content-encoding {coding[:60]} is not read; send gzip or none")
    body = _unpack(request.body) if "gzip" in coding else request.body
    if len(body) > limits.BATCH_BYTES:
        raise _too_large()
    return body


def _unpack(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        body = unpacker.decompress(packed, limits.BATCH_BYTES + 1)
    except zlib.error as error:
        raise Problem("malformed_gzip", f"the body says it is gzip and is not: {error}") from error
    if not unpacker.eof and len(body) <= limits.BATCH_BYTES:
        raise Problem("malformed_gzip", "the gzip body ends before its end")
    return body


def _key_in(document: Any, write_key: str) -> None:
    given = document.get("writeKey") if isinstance(document, dict) else None
    if not isinstance(given, str) or not credentials.same(given, write_key):
        raise Problem(
            "unauthorized", "the write key is missing or wrong: send it as Basic user, Bearer token or writeKey"
        )


def _put(stream: Stream, events: list[Event]) -> None:
    if events and (left := stream.put(events)):
        raise Problem("throttled", f"{len(left)} of {len(events)} events could not be taken now; send them all again")


def _method(request: Request, wanted: str) -> None:
    if request.method != wanted:
        raise Problem("method_not_allowed", f"{request.method[:20]} is not answered here; use {wanted}")


def _too_large() -> Problem:
    return Problem("body_too_large", f"the body has more than {limits.BATCH_BYTES:,} bytes; split the batch")


def _without_key(message: Any) -> Any:
    if isinstance(message, dict) and "writeKey" in message:
        return {name: value for name, value in message.items() if name != "writeKey"}
    return message


def _error(problem: Problem, **counts: int) -> Reply:
    status = _STATUS.get(problem.code, 400)
    headers = dict(CORS)
    if status == 405:
        headers["allow"] = "POST, OPTIONS"
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="write key"'  # Basic would make browsers ask their user
    if status == 429:
        headers["retry-after"] = str(RETRY_AFTER)
    return Reply(status, {"code": problem.code, "message": problem.message}, headers, {"code": problem.code, **counts})
