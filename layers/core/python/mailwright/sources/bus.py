"""EventBridge envelopes to Events: Shopify's partner source in either shape, and the shop's own bus."""

from typing import Any

from mailwright.model.event import Event
from mailwright.model.problem import Problem
from mailwright.sources import fields, limits, segment, shopify
from mailwright.sources.fields import Json

PARTNER = "aws.partner/shopify.com/"


def events(envelope: Any, now: int) -> list[Event]:
    """The Events in one envelope: Shopify's when it comes from there, else what `detail` says happened.

    `detail` is a Segment message. What it lacks the envelope gives: `messageId` its id, `timestamp` its time, the name
    of the event its detail-type. Problem when it cannot be used.
    """
    outer = fields.obj(envelope, "the envelope")
    detail = outer.get("detail")
    if not isinstance(detail, dict):
        raise fields.wrong("detail", "an object", detail)
    if is_shopify(outer):
        return shopify.events(_delivery(detail), now)
    message = _message(outer, detail)
    return [segment.event(message, now, source="bus", limit=limits.LARGE_EVENT_BYTES)]


def is_shopify(envelope: Json) -> bool:
    """Whether an envelope holds a Shopify webhook."""
    return str(envelope.get("source", "")).startswith(PARTNER) or envelope.get("detail-type") == "shopifyWebhook"


def _delivery(detail: Json) -> shopify.Delivery:
    if isinstance(detail.get("metadata"), dict):
        return shopify.delivery(detail["metadata"], detail.get("payload"))
    # The flat variant: header names beside the payload's own fields.
    headers = {name: value for name, value in detail.items() if name.lower().removeprefix("x-").startswith("shopify-")}
    if not headers:
        raise fields.missing("detail.metadata", "it holds the webhook's headers, X-Shopify-Topic among them")
    rest = {name: value for name, value in detail.items() if name not in headers}
    payload = rest["payload"] if isinstance(rest.get("payload"), dict) else rest
    return shopify.delivery(headers, payload)


def _message(envelope: Json, detail: Json) -> Json:
    message = dict(detail)
    if not message.get("type"):
        name = envelope.get("detail-type")
        if name in segment.CALLS:
            message["type"] = name
        elif _names_someone(message):
            message = {"type": "track", "event": name, **message}
        else:
            raise Problem(
                "not_an_event",
                "detail has no type and no userId or anonymousId: put a Segment message in detail, or keep other "
                "traffic off this bus",
            )
    if not message.get("messageId") and isinstance(envelope.get("id"), str):
        message["messageId"] = envelope["id"]
    if not message.get("timestamp") and isinstance(envelope.get("time"), str):
        message["timestamp"] = envelope["time"]
    return message


def _names_someone(message: Json) -> bool:
    return any(message.get(name) not in (None, "") for name in ("userId", "anonymousId"))
