"""Event: what happened to one customer, in the one form everything behind the sources reads."""

from typing import Any

import msgspec

# Beginnings of the ids that events about no customer travel under: for the lake, never for a profile.
NOT_CUSTOMERS = ("product#", "order#")


class Forwarded(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an event of an old id came to the id it belongs to now."""

    path: list[str]  # the ids that passed it on, the first one first
    since: int  # milliseconds UTC of the latest of those merges


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fact about one customer. `id` and `at` never change between retries: deduplication rests on that.

    `type` is one of the Segment spec's calls (identify, track, page, screen, group, alias), or one of our own: `timer`,
    the wake-up that `tick` and `recompute` put on the stream, and `link` and `merge`, by which one id becomes another
    (docs/decisions/0031). `name` is the track event's or page's name in the words of
    Segment's ecommerce v2 spec ("Order Completed"), whatever the source called it.
    """

    id: str  # unique within the shop; at most 100 characters
    at: int  # event time, milliseconds UTC
    customer_id: str  # the partition key on the stream and in the table
    type: str
    name: str = ""
    source: str = ""  # segment, shopify, bus, ses, mailwright
    data: dict[str, Any] = {}  # properties (track, page, screen) or traits (identify, group)
    context: dict[str, Any] = {}  # what the source knew of the surroundings: device, locale, timezone, location
    links: list[str] = []  # other ids of the same person that the source named
    forwarded: Forwarded | None = None  # when it came under another id at first


encode_event = msgspec.json.Encoder().encode
decode_event = msgspec.json.Decoder(Event).decode


def lines(data: bytes) -> list[bytes]:
    """The events in a record of the stream, encoded: one, or several as lines. What is neither comes back whole."""
    return data.split(b"\n") if b"}\n{" in data else [data]
