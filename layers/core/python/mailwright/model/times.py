"""Instants and durations: integers of milliseconds, UTC, everywhere in the package."""

import re
from datetime import UTC, datetime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")


def duration(text: str) -> int:
    """Milliseconds of `90s`, `15m`, `1h`, `7d`, `2w` or a sum like `1d 12h`; ValueError for anything else."""
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError(f"{text!r} is not a duration; write for example 90s, 15m, 1h, 7d, 2w or 1d 12h")
    return round(sum(float(number) * _UNITS[unit] for number, unit in parts))


def day(at: int) -> int:
    """The UTC day number (days since 1970-01-01) of an instant."""
    return at // DAY


def parse_iso(text: str) -> int:
    """Milliseconds of an ISO 8601 instant; without an offset it is UTC. ValueError when it is not one."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    since = parsed - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * DAY + since.seconds * SECOND + since.microseconds // 1_000


def iso(at: int) -> str:
    """`2026-11-22T20:03:07.000Z`: the one way an instant is written for people and files."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at % SECOND:03d}Z"


def iso_day(at: int) -> str:
    """`2026-11-22`: the UTC date of an instant."""
    return iso(at)[:10]
