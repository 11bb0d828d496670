"""Event: what happened to one customer, in the one form everything behind the sources reads."""

from typing import Any

import msgspec

# Beginnings of the ids that events about no customer travel under: for the lake, never for a profile.
NOT_CUSTOMERS = ("product#", "order#")


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """One fact about one customer. `id` and `at` never change between retries: deduplication rests on that.

    `type` is one of the Segment spec's calls (identify, track, page, screen, group, alias) or `timer`, the
    wake-up that `tick` and `recompute` put on the stream. `name` is the track event's or page's name in the words of
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


encode_event = msgspec.json.Encoder().encode
decode_event = msgspec.json.Decoder(Event).decode
