"""Problem: what is wrong, where, and what to do about it; and the record that is kept because of it."""

from typing import Any

import msgspec


class Problem(Exception):
    """A user's mistake. `code` is stable and machine-readable, `message` says what, where and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Quarantined(msgspec.Struct, frozen=True):
    """A record that could not be used, whole, with its reason."""

    at: int  # when it was refused, milliseconds UTC
    where: str  # collect, intake, fold, replay, convert ...
    code: str
    reason: str
    record: Any  # as received: JSON where it parsed, text (or base64 of bytes that are not UTF-8) where it did not
