"""Counting: one sum for life and one for the day it happened on.

Sums add in any order. A day more than 400 days before the newest day of the profile is left out; the newest day only
ever rises, so what is left out never depends on the order of arrival.
"""

from itertools import zip_longest

from mailwright.model.profile import COUNTERS, Profile
from mailwright.model.times import DAY

DAYS_KEPT = 400

PLACE = {name: place for place, name in enumerate(COUNTERS)}


def bump(profile: Profile, at: int, counter: str, by: int = 1) -> None:
    """Add to a counter's lifetime sum and to the day of `at`."""
    if by == 0:
        return  # a zero at the end of a list would make equal facts look different
    place = PLACE[counter]
    totals = profile.totals
    if place >= len(totals):
        totals.extend([0] * (place + 1 - len(totals)))
    totals[place] += by
    day = at // DAY
    if day <= profile.last_seen // DAY - DAYS_KEPT:
        return
    counts = profile.days.get(day)
    # A new list each time: the old one belongs to the profile this one was made from.
    counts = [0] * (place + 1) if counts is None else counts + [0] * (place + 1 - len(counts))
    counts[place] += by
    profile.days[day] = counts


def added(mine: list[int], theirs: list[int]) -> list[int]:
    """The sums of two lists of counts."""
    return [one + other for one, other in zip_longest(mine, theirs, fillvalue=0)]


def forget_old_days(profile: Profile) -> None:
    """Drop the days that have fallen out of the 400 kept."""
    oldest = profile.last_seen // DAY - DAYS_KEPT
    for day in [day for day in profile.days if day <= oldest]:
        del profile.days[day]
