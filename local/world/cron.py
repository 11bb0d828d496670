"""AWS schedule expressions: `rate`-like periods and the six-field cron of EventBridge Scheduler, in UTC.

docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html. L, W and # are not supported and say so.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from mailwright.model.times import DAY, MINUTE, duration

_FIELDS = (("minutes", 0, 59), ("hours", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 1, 7))
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}
_MONTHS = {name: number for number, name in enumerate(
    ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=1)}  # fmt: skip
_HORIZON = 4 * 366  # days to look ahead for a day that matches
Next = Callable[[int], int | None]  # the first slot strictly after an instant; None when there is none


def every(text: str) -> Next:
    """Slots of a period such as `5m`, counted from 1970 so that they do not depend on when a world starts."""
    period = duration(text)
    return lambda after: after // period * period + period


def cron(text: str) -> Next:
    """Slots of `minutes hours day-of-month month day-of-week year`; ValueError for what is none."""
    fields = text.split()
    if len(fields) != 6 or (fields[2] == "?") == (fields[4] == "?"):
        raise ValueError(f"cron {text!r}: six fields, with ? for either day of month or day of week")
    names: tuple[dict[str, int], ...] = ({}, {}, {}, _MONTHS, _DAYS)
    sets = [
        _set(field, name, low, high, known)
        for field, (name, low, high), known in zip(fields[:5], _FIELDS, names, strict=True)
    ]
    years = _set(fields[5], "year", 1970, 2199, {})
    minutes = sorted(hour * 60 + minute for hour in sets[1] for minute in sets[0])

    def fits(day: date) -> bool:
        weekday = day.isoweekday() % 7 + 1  # Sunday is 1
        return day.year in years and day.month in sets[3] and day.day in sets[2] and weekday in sets[4]

    def following(after: int) -> int | None:
        for day in _days_from(after):
            if fits(day):
                start = (day - date(1970, 1, 1)).days * DAY
                for minute in minutes:
                    if start + minute * MINUTE > after:
                        return start + minute * MINUTE
        return None

    return following


def _days_from(at: int) -> Iterator[date]:
    first = datetime.fromtimestamp(at // 1000, UTC).date()
    return (first + timedelta(days=number) for number in range(_HORIZON))


def _set(text: str, field: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    found: set[int] = set()
    for part in text.upper().split(","):
        match = re.fullmatch(r"(\*|\?|(\w+)(?:-(\w+))?)(?:/(\d+))?", part)
        if match is None:
            raise ValueError(f"{part!r} is not understood as {field} of a cron expression")
        start, end = (low, high) if match[2] is None else _range(match[2], match[3], match[4], high, names, field)
        if not low <= start <= end <= high:
            raise ValueError(f"{part!r}: {field} goes from {low} to {high}")
        found.update(range(start, end + 1, int(match[4] or 1)))
    return found


def _range(
    first: str, last: str | None, step: str | None, high: int, names: dict[str, int], field: str
) -> tuple[int, int]:
    start = _number(first, names, field)
    if last is not None:
        return start, _number(last, names, field)
    return start, high if step else start


def _number(text: str, names: dict[str, int], field: str) -> int:
    if text in names:
        return names[text]
    if not text.isdecimal():
        raise ValueError(f"{text!r} is not understood as {field} of a cron expression")
    return int(text)
