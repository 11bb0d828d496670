"""Each event once: the ring of ids in the profile row, its floor, and the spills that leave it.

An accepted event's id is remembered until it is 28 days old, and older events are refused, so no event counts twice
and none is dropped unsaid. The memory commits in the same write as the effect. One id has one event time
(docs/events.md), so it can be looked for by the day of that time:

- a day above `floor`: in the ring only;
- a day at or below it: in the ring, or in a `seen#<day>` row.

The ring holds 6-byte hashes by UTC day. Above 96 ids whole days leave it, oldest first, until 16 are left; the newest
day stays unless it alone holds more than 256. Only ids that an earlier write left in the ring may leave: what a spilled
row says was folded, was folded, even if the write that was to follow never came. So the row is written first and the
profile after it, without a transaction. Spilled ids go to rows of 28 days each, a new row a spill: nothing has to
be read to write one, and none outgrows the 400 KB of an item however busy a customer is. An event that comes late
joins the ring whatever its day: no spill of its own.
"""

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import NamedTuple

from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.times import DAY, MINUTE

WINDOW = 28 * DAY
AHEAD = 10 * MINUTE
ON_THE_WAY = DAY // 2  # the ring keeps a day more than the window
ID_BYTES = 6
HIGH, LOW, CROWDED = 96, 16, 256
SPAN = 28  # days in one `seen#<day>` row
KEPT_DAYS = 58  # seen rows may go once the last day of their span left the window; two days of slack

Lookup = Callable[[int], bytes]  # first day of a span -> the ids spilled for it


class Leaving(NamedTuple):
    """Ids that leave the ring together: for `seen#<day>#...`, where `day` is the first of its span."""

    day: int
    ids: bytes


def too_old(event: Event, now: int) -> bool:
    """Whether an event lies before the window of memory: it cannot be told from a repetition any more.

    What is passed on from an old id was taken there, and has some time to arrive.
    """
    return event.at < now - WINDOW - (ON_THE_WAY if event.forwarded else 0)


def too_early(event: Event, now: int) -> bool:
    """Whether an event is dated more than 10 minutes ahead."""
    return event.at > now + AHEAD


def fingerprint(event_id: str) -> bytes:
    """Six bytes of an event id. Two different ids of one customer, day and ring collide once in 10**12."""
    return blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).digest()


def _named(event: Event) -> str:
    """What an event is remembered as: its id. One that this very row passed on and that came round to it again is
    another, or it would be taken for its own repetition.
    """
    if event.forwarded is None:
        return event.id
    rounds = event.forwarded.path.count(event.customer_id)
    return f"{event.id}\x1f{rounds}" if rounds else event.id


def unseen(profile: Profile, events: Iterable[Event], lookup: Lookup) -> list[Event]:
    """The events that were not folded before, each once. `lookup` is asked for days at or below the floor only."""
    fresh: list[Event] = []
    days: dict[int, set[bytes]] = {}
    for event in events:
        day = event.at // DAY
        seen = days.get(day)
        if seen is None:
            seen = days[day] = _split(profile.ids.get(day, b""))
            if day <= profile.floor:
                seen |= _split(lookup(span(day)))
        one = fingerprint(_named(event))
        if one not in seen:
            seen.add(one)
            fresh.append(event)
    return fresh


def remember(profile: Profile, events: Iterable[Event], now: int) -> list[Leaving]:
    """Put the ids of events into the ring of `profile` (which is changed) and give those that leave it, of the ones
    that were in it before. Those must be in their rows before the profile is written.
    """
    added: dict[int, list[bytes]] = {}
    for event in events:
        added.setdefault(event.at // DAY, []).append(fingerprint(_named(event)))
    oldest = (now - WINDOW) // DAY - 1  # a day of slack: another worker's clock may be behind this one's
    ids = {day: profile.ids[day] for day in sorted(profile.ids) if day >= oldest}
    held = sum(map(len, ids.values())) // ID_BYTES + sum(map(len, added.values()))
    leaving = _spill(profile, ids, held, max(added, default=0)) if held > HIGH else []
    for day, new in added.items():
        if day >= oldest:
            ids[day] = b"".join(sorted([*_split(ids.get(day, b"")), *new]))
    profile.ids = {day: ids[day] for day in sorted(ids)}
    return leaving


def _spill(profile: Profile, ids: dict[int, bytes], held: int, newest: int) -> list[Leaving]:
    """Take days out of `ids`, which are those of earlier writes; `held` counts the new ones too."""
    leaving: dict[int, bytes] = {}
    newest = max(newest, *ids, 0)
    for day in list(ids):
        if held <= LOW or (day == newest and held <= CROWDED):
            break
        gone = ids.pop(day)
        held -= len(gone) // ID_BYTES
        leaving[span(day)] = leaving.get(span(day), b"") + gone
        profile.floor = max(profile.floor, day)
    return [Leaving(day, ids) for day, ids in leaving.items()]


def span(day: int) -> int:
    """The first day of the fourteen that share a `seen#<day>` row."""
    return day - day % SPAN


def _split(ids: bytes) -> set[bytes]:
    return {ids[start : start + ID_BYTES] for start in range(0, len(ids), ID_BYTES)}
