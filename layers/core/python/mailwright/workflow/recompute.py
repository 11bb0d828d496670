"""Find profiles that time alone has changed, and wake them: a stage that was reached, a segment entered or left."""

from collections.abc import Iterator

from mailwright.fold.view import columns
from mailwright.model.content import Content
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.times import DAY
from mailwright.segments.membership import members
from mailwright.workflow.ports import Profiles, Stream
from mailwright.workflow.wake import Throttled, timer, wake


def recompute(profiles: Profiles, stream: Stream, content: Content, now: int, segments: int = 1) -> dict[str, int]:
    """Scan every profile; {"profiles": n, "woken": n}. Throttled when the stream did not take them all: run it again.

    Unchanged profiles cost a read and nothing else. A run that comes twice on one day makes the same timers, and a
    profile that was moved on in between is not woken again.
    """
    counted = {"profiles": 0}

    def changed() -> Iterator[Event]:
        for part in range(segments):
            for profile in profiles.scan(part, segments):
                counted["profiles"] += 1
                if moved(profile, content, now):
                    yield timer(profile.customer_id, now // DAY * DAY, "recompute")

    woken, left = wake(changed(), stream)
    if left:
        raise Throttled(left, now)
    return counted | {"woken": woken}


def moved(profile: Profile, content: Content, now: int) -> bool:
    """Whether stage or segments are no longer those of the last fold."""
    row = columns(profile, now, content.shop.scale)
    return row["lifecycle_stage"] != profile.stage or members(row, content) != profile.segments
