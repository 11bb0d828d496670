"""Messages of the Segment spec (identify, track, page, screen, group, alias; one or a batch) to Events."""

from typing import Any

from mailwright.model.event import Event
from mailwright.model.problem import Problem
from mailwright.sources import commerce, context, fields, limits, names, traits
from mailwright.sources.fields import Json

CALLS = ("identify", "track", "page", "screen", "group", "alias")
_VOLATILE = ("sentAt", "receivedAt", "writeKey")  # differ between retries of one message


def messages(document: Any) -> list[Any]:
    """The messages of a `batch` body, unchecked, each with the body's own `context` where it has none."""
    body = fields.obj(document, "the body")
    batch = body.get("batch")
    if batch is None:
        raise fields.missing("batch", "a batch body holds its messages in a list under batch")
    if not isinstance(batch, list):
        raise fields.wrong("batch", "a list of messages", batch)
    shared = body.get("context")
    if not isinstance(shared, dict):
        return batch
    return [{"context": shared, **one} if isinstance(one, dict) else one for one in batch]


def event(message: Any, now: int, *, call: str = "", source: str = "segment", limit: int = limits.EVENT_BYTES) -> Event:
    """One message as an Event.

    `call` is the type when the message's address says it (POST /v1/track). `now` is the time of receipt: what a message
    without a timestamp gets, and what one may lie ten minutes ahead of. Problem when it cannot be used.
    """
    if not isinstance(message, dict):
        raise Problem("invalid_message", f"a message must be an object, not {fields.shown(message)}")
    limits.check(message, limit)
    kind = _type(message, call)
    at = _time(message, now)
    common: dict[str, Any] = {
        "id": fields.message_id(message.get("messageId"), "messageId") or _derived_id(source, message),
        "at": at,
        "customer_id": _customer(message, kind),
        "type": kind,
        "source": source,
    }
    if kind != "alias":
        common["links"] = fields.other_id(message.get("anonymousId"), common["customer_id"])
    surroundings = context.flat(message.get("context"))
    name, data = _READ[kind](message, now)
    if kind == "alias" and data["previousId"] == common["customer_id"]:
        raise Problem("self_alias", f"previousId is the customer itself, {data['previousId'][:60]!r}")
    if kind == "identify" and "location" not in surroundings:
        surroundings |= context.known(country=traits.country(data))
    return Event(**common, name=name, data=data, context=surroundings)


def _type(message: Json, call: str) -> str:
    given = fields.text(message.get("type"), "type") or call
    if not given:
        raise fields.missing("type", f"one of {', '.join(CALLS)}")
    if given not in CALLS:
        raise Problem("unknown_type", f"type {given[:40]!r} is not a call; the calls are {', '.join(CALLS)}")
    return given


def _time(message: Json, now: int) -> int:
    for field in ("timestamp", "originalTimestamp"):
        at = fields.instant(message.get(field), field, now)
        if at is not None:
            return at
    return now


def _customer(message: Json, kind: str) -> str:
    who = fields.customer(message.get("userId"), "userId")
    if who is None:
        who = fields.customer(message.get("anonymousId"), "anonymousId")
    if who is None and kind == "alias":
        raise fields.missing("userId", "an alias call says who previousId is from now on")
    if who is None:
        raise fields.missing("userId", "every message needs userId or anonymousId")
    return who


def _derived_id(source: str, message: Json) -> str:
    return fields.derived_id(source, {key: value for key, value in message.items() if key not in _VOLATILE})


def _track(message: Json, now: int) -> tuple[str, Json]:
    given = fields.text(message.get("event"), "event")
    if given is None or not given.strip():
        raise fields.missing("event", "a track call needs the name of what happened")
    name = names.canonical(_short(given.strip(), "event"))
    return name, commerce.normalise(name, fields.obj(message.get("properties"), "properties"))


def _page(message: Json, now: int) -> tuple[str, Json]:
    name = fields.text(message.get("name"), "name") or ""
    return _short(name, "name"), fields.obj(message.get("properties"), "properties")


def _identify(message: Json, now: int) -> tuple[str, Json]:
    return "", traits.normalise(fields.obj(message.get("traits"), "traits"), now)


def _group(message: Json, now: int) -> tuple[str, Json]:
    group = fields.customer(message.get("groupId"), "groupId")
    if group is None:
        raise fields.missing("groupId", "a group call needs the id of the group")
    return "", {**fields.obj(message.get("traits"), "traits"), "groupId": group}


def _alias(message: Json, now: int) -> tuple[str, Json]:
    previous = fields.customer(message.get("previousId"), "previousId")
    if previous is None:
        raise fields.missing("previousId", "an alias call needs the id used before")
    if fields.names_nobody(previous):
        raise Problem("invalid_field", f"previousId {previous!r} is nobody's id: thousands would become one person")
    return "", {"previousId": previous}


def _short(name: str, field: str) -> str:
    if len(name) > limits.NAME_CHARACTERS:
        raise Problem(
            "invalid_field", f"{field} has {len(name)} characters; at most {limits.NAME_CHARACTERS} are taken"
        )
    return name


_READ = {
    "track": _track,
    "page": _page,
    "screen": _page,
    "identify": _identify,
    "group": _group,
    "alias": _alias,
}
