"""Engagement with what was sent and written, and everything that has a name outside the vocabulary."""

from collections.abc import Callable

from mailwright.fold.counters import bump
from mailwright.fold.registers import lot
from mailwright.model.event import Event
from mailwright.model.profile import Profile

CUSTOM_KEPT = 16
NAME_CHARACTERS = 64


def counting(counter: str) -> Callable[[Profile, Event], None]:
    """A reducer that only counts."""

    def counted(profile: Profile, event: Event) -> None:
        bump(profile, event.at, counter)

    return counted


opened = counting("opens")
clicked = counting("clicks")
bounced = counting("bounces")
complained = counting("complaints")
unsubscribed = counting("unsubscribes")
downloaded = counting("downloads")
reviewed = counting("reviews")


def noted(profile: Profile, event: Event) -> None:
    """Part of the vocabulary, says nothing that is counted: the customer was there."""


def custom(profile: Profile, event: Event) -> None:
    """An event of the shop's own making: counted by name, for at most 16 names (those first by lot)."""
    bump(profile, event.at, "custom")
    name = event.name[:NAME_CHARACTERS]
    profile.custom[name] = profile.custom.get(name, 0) + 1
    if len(profile.custom) > CUSTOM_KEPT:
        del profile.custom[max(profile.custom, key=lot)]
