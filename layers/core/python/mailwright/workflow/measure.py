"""Count what sent mail came to, from the lake into `metrics/dt=<day>.json`. Running it again writes the same."""

from collections.abc import Iterator
from contextlib import suppress

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
_ALL = tuple(f'"{name}"'.encode() for name in (*COUNTED, ORDER))
_CLICKS = (f'"{CLICK}"'.encode(),)


def measure(lake: Lake, now: int) -> list[str]:
    """Write the metrics of today and the two days before; the keys written. A day without mail and orders gets none."""
    written = []
    for number in range(day(now) - DAYS + 1, day(now) + 1):
        counted = daily(number, _records(lake, number), _events(lake, number))
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
    """The events that count, and clicks since five days. Lines are searched before they are decoded: most do not count.

    What is not an event is passed over: the lake copies the stream as it is, and `fold` has put it in quarantine.
    """
    for arrived in range(number - LOOKBACK, number + 2):
        wanted = _ALL if arrived >= number else _CLICKS
        for line in lake.lines(f"events/dt={iso_day(arrived * DAY)}/"):
            if any(name in line for name in wanted):
                with suppress(msgspec.DecodeError):
                    yield decode_event(line)
