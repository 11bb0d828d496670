"""A record that cannot be used, made fit to be kept whole."""

import base64
import json
from typing import Any

import msgspec

from mailwright.model.problem import Problem, Quarantined

_encode = msgspec.json.Encoder().encode


def refused(record: Any, problem: Problem, where: str, now: int) -> Quarantined:
    """The quarantine record of a foreign value or of the bytes it came in."""
    return Quarantined(now, where, problem.code, problem.message, _kept(record))


def _kept(record: Any) -> Any:
    if isinstance(record, bytes):
        try:
            return record.decode()
        except UnicodeDecodeError:
            return base64.b64encode(record).decode()
    try:
        text = _encode(record)
    except (UnicodeEncodeError, RecursionError):
        # Half a surrogate pair has no UTF-8; written as escapes it is kept and can be seen for what it is.
        return json.dumps(record)
    # NaN and Infinity would be written as null: keep what was there.
    return json.dumps(record) if b"null" in text and _has_nan(record) else record


def _has_nan(value: Any) -> bool:
    if isinstance(value, float):
        return value != value or value in (float("inf"), float("-inf"))
    if isinstance(value, dict):
        return any(map(_has_nan, value.values()))
    return isinstance(value, list) and any(map(_has_nan, value))
