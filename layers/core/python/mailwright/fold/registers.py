"""Registers: the last writer by event time wins, and the greater value when two wrote in the same millisecond."""

from typing import Any
from zlib import crc32

from mailwright.fold.values import canonical

Registers = dict[str, tuple[int, Any]]


def write(registers: Registers, name: str, at: int, value: Any) -> None:
    """Let an event's statement count if it is the latest."""
    held = registers.get(name)
    if held is None or at > held[0] or (at == held[0] and canonical(value) > canonical(held[1])):
        registers[name] = (at, value)


def lot(name: str) -> tuple[int, str]:
    """A fixed order of names that has nothing to do with them: who stays when there are too many.

    Bounds must not depend on the order of arrival. "The `n` names first in a fixed order" does not: whoever is among
    them at the end was among them from its first event on, so nothing of it was ever dropped.
    """
    return crc32(name.encode("utf-8", "surrogatepass")), name
