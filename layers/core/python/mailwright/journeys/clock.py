"""The customer's clock: when a wait ends, in their own time zone."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailwright.model.times import SECOND


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, None when there is none: what a browser reports is not always one."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a name that is a directory, "Europe"
        return None


def wait_ends(start: int, wait: int, until: str, zones: tuple[str, ...]) -> int:
    """`start` + `wait` milliseconds, then on to the next `until` (HH:MM) on the clock of the first known zone."""
    earliest = start + wait
    if not until:
        return earliest
    where = next((found for name in zones if name and (found := zone(name))), UTC)
    local = datetime.fromtimestamp(earliest / 1_000, UTC).astimezone(where)
    hour, minute = (int(part) for part in until.split(":"))
    for days in (0, 1, 2):
        at = local.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0) + timedelta(days=days)
        instant = int(at.timestamp()) * SECOND
        if instant >= earliest:
            return instant
    return earliest  # a zone whose clock skipped two days does not exist
