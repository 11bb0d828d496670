"""What a message may be: its size, depth, keys and characters; and JSON bytes to such a value."""

import math
from typing import Any

import msgspec

from mailwright.model.problem import Problem

EVENT_BYTES = 32 * 1024  # one message over HTTP
LARGE_EVENT_BYTES = 256 * 1024  # one message from a trusted source: /v1/import, EventBridge (its own limit), Shopify
BATCH_BYTES = 500 * 1024  # one HTTP body after decompression
DEPTH = 8  # objects and lists inside each other
KEYS = 256  # in one object
ID_CHARACTERS = 100  # message id
CUSTOMER_ID_BYTES = 160  # sealed and base64-encoded it must fit an SES tag (256 characters)
NAME_CHARACTERS = 200  # event and page names
AHEAD = 10 * 60_000  # milliseconds a timestamp may lie in the future

_INTEGER = 2**63

_size = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def decode(body: bytes | str) -> Any:
    """The JSON value in UTF-8 bytes or text; Problem `malformed_json` or `too_deep`."""
    try:
        return _decode(body)
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise Problem("malformed_json", f"the body is not UTF-8 text: {error.reason}") from error
    except msgspec.MsgspecError as error:
        raise Problem("malformed_json", f"the body is not JSON: {error}") from error
    except RecursionError as error:
        raise Problem("too_deep", f"the body nests deeper than {DEPTH} objects and lists") from error


def check(message: Any, limit: int = EVENT_BYTES) -> None:
    """Problem unless the value keeps to depth, keys, finite numbers, clean text and `limit` bytes of JSON."""
    _walk(message, None, 1)
    size = len(_size(message))
    if size > limit:
        raise Problem("event_too_large", f"the event has {size:,} bytes of JSON; at most {limit:,} are taken")


_Place = tuple[Any, str | int] | None  # (place of the parent, key in it): spelled out only when something is wrong


def _walk(value: Any, place: _Place, depth: int) -> None:
    if isinstance(value, str):
        _text(value, place)
    elif isinstance(value, dict):
        _room(depth, place)
        if len(value) > KEYS:
            raise Problem("too_many_keys", f"{_spell(place)} has {len(value)} keys; at most {KEYS} are taken")
        for key, below in value.items():
            _text(key, place)
            _walk(below, (place, key), depth + 1)
    elif isinstance(value, list):
        _room(depth, place)
        for index, below in enumerate(value):
            _walk(below, (place, index), depth + 1)
    else:
        _number(value, place)


def _text(text: str, place: _Place) -> None:
    # What JSON, DynamoDB or an email cannot hold.
    if "\x00" in text:
        raise Problem("invalid_text", f"{_spell(place)} contains a NUL character")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise Problem("invalid_text", f"{_spell(place)} contains half a surrogate pair, which is not a character")


def _room(depth: int, place: _Place) -> None:
    if depth > DEPTH:
        raise Problem("too_deep", f"{_spell(place)} is nested deeper than {DEPTH} objects and lists")


def _number(value: Any, place: _Place) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise Problem("invalid_number", f"{_spell(place)} is {value}, which is not a number JSON knows")
    if isinstance(value, int) and not -_INTEGER <= value < _INTEGER:
        raise Problem("invalid_number", f"{_spell(place)} is an integer of more than 64 bits")


def _spell(place: _Place) -> str:
    parts: list[str] = []
    while place is not None:
        place, key = place
        parts.append(f"[{key}]" if isinstance(key, int) else f".{key}")
    spelled = "".join(reversed(parts)).lstrip(".")
    return spelled.encode("utf-8", "replace").decode()[:120] or "the message"
