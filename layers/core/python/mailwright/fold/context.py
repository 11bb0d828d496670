"""Context: device, country, city, time zone and locale as the latest event knew them, and the hours of the day.

Hours are counted in UTC and turned into the customer's own when they are read: a time zone that becomes known later
then holds for what came before it, whatever the order of arrival.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from mailwright.fold.registers import Registers, write
from mailwright.fold.traits import trait
from mailwright.model.columns import DEVICES
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.times import HOUR, SECOND

_LONGEST = 64


def surroundings(profile: Profile, event: Event) -> None:
    """Write what an event knew of its surroundings. Nothing here is refused: what is not text is not looked at. Its
    traits are read by `reduce` with those of the event, because they can be.
    """
    context, registers, at = event.context, profile.context, event.at
    timezone, locale, where = context.get("timezone"), context.get("locale"), context.get("location")
    if timezone:
        _hear(registers, "timezone", at, timezone)
    if locale:
        _hear(registers, "locale", at, locale)
    if isinstance(where, dict):
        _hear(registers, "country", at, where.get("country"))
        _hear(registers, "city", at, where.get("city"))
    if context.get("device") in DEVICES:
        _hear(registers, "device", at, context["device"])


def _hear(registers: Registers, name: str, at: int, value: Any) -> None:
    held = registers.get(name)
    if value and isinstance(value, str) and (held is None or at >= held[0]):
        write(registers, name, at, value[:_LONGEST])


def clock_in(profile: Profile, at: int) -> None:
    """Count an hour at which the customer was up and about."""
    if not profile.hours:
        profile.hours = [0] * 24
    profile.hours[at // HOUR % 24] += 1


def local_hours(profile: Profile, now: int, fallback: str = "UTC") -> list[int]:
    """Events by hour of the customer's own day: 24 counts, by the offset their time zone has now."""
    if not profile.hours:
        return [0] * 24
    shift = offset(trait(profile.context, "timezone") or fallback, now)
    return [profile.hours[(hour - shift) % 24] for hour in range(24)]


def offset(timezone: str, now: int) -> int:
    """Whole hours a time zone is ahead of UTC at an instant; 0 when the name is none."""
    zone = _zone(timezone)
    ahead = datetime.fromtimestamp(now // SECOND, UTC).astimezone(zone).utcoffset() if zone else None
    return round(ahead.total_seconds() / 3600) if ahead else 0


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found, or not a name at all
        return None
