"""What is derived from published content once, and kept as long as that content is in use."""

from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")
Given = TypeVar("Given")

KEPT = 4  # contents alive at once: a laptop's replay holds one, a test a few


def once(make: Callable[[Given], Made]) -> Callable[[Given], Made]:
    """`make`, remembered for the last few objects it was called with; they are told apart by identity."""
    kept: list[tuple[Given, Made]] = []

    def remembered(given: Given) -> Made:
        for known, made in kept:
            if known is given:
                return made
        made = make(given)
        kept.insert(0, (given, made))
        del kept[KEPT:]
        return made

    return remembered
