"""Timelines and emails packed for the page: JSON in compressed blocks, of which the browser opens what it shows.

Emails of one template differ little, so a block of many takes hardly more room than one of few.
"""

import json
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

MOST_LIVES = 10_000
MOST_MAILS = 3_000
BLOCK = 400_000  # characters of JSON after which a block ends


class Packed(NamedTuple):
    """`blocks` are base64 of raw deflate; `first` has the position in the list at which each block begins."""

    blocks: list[str]
    first: list[int]
    lives: int
    mails: int


def pack(ids: Iterable[str], life: Callable[[str], dict[str, Any]], mail: Callable[[int], dict[str, Any]]) -> Packed:
    """As many customers as fit, in their order, each with their emails: [[life, {number: mail}], ...] a block."""
    blocks: list[str] = []
    first: list[int] = []
    waiting: list[str] = []
    mails = count = 0
    for count, name in enumerate(ids, 1):
        if count > MOST_LIVES:
            count -= 1
            break
        if not waiting:
            first.append(count - 1)
        told = life(name)
        numbers = [item["mail"] for item in told["timeline"] if item.get("mail")][: MOST_MAILS - mails]
        mails += len(numbers)
        waiting.append(_json([told, {str(number): mail(number) for number in numbers}]))
        if sum(map(len, waiting)) > BLOCK:
            blocks.append(_squeezed(waiting))
            waiting = []
    if waiting:
        blocks.append(_squeezed(waiting))
    return Packed(blocks, first, count, mails)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _squeezed(parts: list[str]) -> str:
    press = zlib.compressobj(6, zlib.DEFLATED, -15)
    return b64encode(press.compress(f"[{','.join(parts)}]".encode("utf-8", "replace")) + press.flush()).decode()
