"""Event logs to events, without a world: what the doors would have put on the stream, or the lake's copy of it."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from local.replay.read import Entry, read
from mailwright.model.event import Event, decode_event
from mailwright.model.problem import Problem
from mailwright.sources import bus, segment
from mailwright.sources.limits import LARGE_EVENT_BYTES

LAKE = b'"customer_id"'  # in our own events, and in no other format at its top


def events(files: Sequence[str]) -> tuple[list[Event], Counter[str]]:
    """By event time; and how many records could not be used, by reason. Unreadable when a file cannot be read.

    SES's own feedback names nobody whom one could know without the emails it is about: a lake has it as events.
    """
    found: list[Event] = []
    unused = Counter[str]()
    for entry in read(files):
        try:
            found += _events(entry)
        except Problem as problem:
            unused[problem.code] += 1
    found.sort(key=lambda event: (event.at, event.customer_id, event.id))
    return found, unused


def _events(entry: Entry) -> Iterable[Event]:
    if entry.refused is not None:
        raise Problem(entry.refused.code, entry.refused.reason)
    if LAKE in entry.body and (ours := _ours(entry.body)) is not None:
        return [] if ours.type in ("timer", "link", "merge") or ours.forwarded else [ours]
    if entry.kind == "ses":
        raise Problem("ses_feedback", "SES feedback names an email, not a customer")
    document = json.loads(entry.body)
    if entry.kind == "segment":
        return [segment.event(document, entry.at, limit=LARGE_EVENT_BYTES)]
    return bus.events(document, entry.at)


def _ours(body: bytes) -> Event | None:
    try:
        return decode_event(body)
    except msgspec.MsgspecError:
        return None
