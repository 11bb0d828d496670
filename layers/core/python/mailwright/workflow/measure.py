"""Count what sent mail came to, from the lake into `metrics/dt=<day>.json`. Running it again writes the same."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

import msgspec

from mailwright.metrics.daily import ATTRIBUTION, CLICK, COUNTED, ORDER, daily
from mailwright.model.event import Event, decode_event
from mailwright.model.send import SendRecord
from mailwright.model.times import DAY, day, iso_day
from mailwright.workflow.ports import Lake

DAYS = 3  # today and the two before are counted anew each time: feedback comes late, Firehose writes late
LOOKBACK = ATTRIBUTION // DAY

_encode = msgspec.json.Encoder(order="deterministic").encode
_record = msgspec.json.Decoder(SendRecord).decode
_ALL = re.compile('"(?:{})"'.format("|".join(map(re.escape, (*COUNTED, ORDER)))).encode())
_CLICKS = re.compile(f'"{re.escape(CLICK)}"'.encode())


def measure(lake: Lake, now: int) -> list[str]:
    """Write the metrics of today and the two days before; the keys written. A day without mail and orders gets none."""
    written = []
    clicks: dict[int, list[Event]] = {}  # by day they arrived on: few, and each day of events is asked for by several
    for number in range(day(now) - DAYS + 1, day(now) + 1):
        for arrived in range(number - LOOKBACK, number):
            if arrived not in clicks:
                clicks[arrived] = list(_arrived(lake, arrived, _CLICKS))
        before = chain.from_iterable(clicks[arrived] for arrived in range(number - LOOKBACK, number))
        counted = daily(number, _records(lake, number), chain(before, _events(lake, number)))
        if counted["templates"] or counted["orders"]:
            key = f"metrics/dt={iso_day(number * DAY)}.json"
            lake.write(key, _encode(counted))
            written.append(key)
    return written


def _records(lake: Lake, number: int) -> Iterator[SendRecord]:
    """Journal lines that arrived on the day or the one after: an email of 23:59 is written down past midnight."""
    for arrived in (number, number + 1):
        for line in lake.lines(f"sends/dt={iso_day(arrived * DAY)}/"):
            yield _record(line)


def _events(lake: Lake, number: int) -> Iterator[Event]:
    """The events that count, of those that arrived on the day or the one after."""
    for arrived in (number, number + 1):
        yield from _arrived(lake, arrived, _ALL)


def _arrived(lake: Lake, number: int, wanted: re.Pattern[bytes]) -> Iterator[Event]:
    """Events that are named so. Lines are searched before they are decoded: most do not count.

    What is not an event is passed over: the lake copies the stream as it is, and `fold` has put it in quarantine.
    """
    for line in lake.lines(f"events/dt={iso_day(number * DAY)}/"):
        if wanted.search(line):
            with suppress(msgspec.DecodeError):
                yield decode_event(line)
