"""When a campaign runs: one instant, or the minutes that a five-field cron line names, in UTC.

Each field is `*`, numbers, ranges and steps, in lists: `0 9 * * 1-5`, `*/15 8-17 1,15 * *`. As in crontab(5), Sunday is
0 or 7, and a day runs when either its date or its weekday fits, if both are restricted.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mailwright.model.times import MINUTE, parse_iso

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_PART = re.compile(r"(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")
_YEARS = 8  # 29 February comes round within eight years, also across 2100


class Cron(NamedTuple):
    minutes: frozenset[int]
    hours: frozenset[int]
    dates: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # Sunday is 0
    any_date: bool
    any_weekday: bool

    def runs_on(self, day: datetime) -> bool:
        """Whether any run falls on the date of `day`."""
        if day.month not in self.months:
            return False
        date, weekday = day.day in self.dates, day.isoweekday() % 7 in self.weekdays
        return date and weekday if self.any_date or self.any_weekday else date or weekday


def parse(text: str) -> int | Cron:
    """The instant (milliseconds UTC) or the Cron in a campaign's `at`; ValueError says what is wrong with it."""
    parts = text.split()
    if len(parts) != 5:
        try:
            return parse_iso(text)
        except ValueError:
            raise ValueError(f"{text!r} is neither an instant nor a cron line of five fields") from None
    sets = [_field(part, *field) for part, field in zip(parts, _FIELDS, strict=True)]
    weekdays = frozenset(number % 7 for number in sets[4])
    return Cron(sets[0], sets[1], sets[2], sets[3], weekdays, parts[2].startswith("*"), parts[4].startswith("*"))


def runs(text: str, after: int, until: int) -> list[int]:
    """Every run after one instant and not after another, milliseconds UTC, in order."""
    when = parse(text)
    if isinstance(when, int):
        return [when] if after < when <= until else []
    return list(_from(when, after, until))


def following(text: str, after: int) -> int | None:
    """The first run after an instant; None when there is none, at least not in eight years."""
    when = parse(text)
    if isinstance(when, int):
        return when if when > after else None
    return next(_from(when, after, after + _YEARS * 366 * 1440 * MINUTE), None)


def _from(cron: Cron, after: int, until: int) -> Iterator[int]:
    day = datetime.fromtimestamp(after // 1000, UTC).replace(hour=0, minute=0, second=0)
    while (midnight := round(day.timestamp()) * 1000) <= until:
        if cron.runs_on(day):
            for hour in sorted(cron.hours):
                for minute in sorted(cron.minutes):
                    run = midnight + (hour * 60 + minute) * MINUTE
                    if after < run <= until:
                        yield run
        day += timedelta(days=1)


def _field(text: str, name: str, least: int, most: int) -> frozenset[int]:
    numbers: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is no {name}; write *, 5, 1-5, */15 or a list of such")
        star, first, last, step = match.groups()
        low = least if star else int(first)
        high = most if star or (step and not last) else int(last or first)
        if not least <= low <= high <= most or step == "0" or step == "00":
            raise ValueError(f"{part!r} is no {name}: from {least} to {most}, the smaller first, steps of at least 1")
        numbers.update(range(low, high + 1, int(step or 1)))
    return frozenset(numbers)
