"""Count what sent mail came to, from the lake into `metrics/dt=<day>.json`. Running it again writes the same."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

import msgspec

from mailwright.metrics.daily import ATTRIBUTION, CLICK, COUNTED, ORDER, daily
from mailwright.model.event import Event, decode_event
from mailwright.model.run import CLICKS
from mailwright.model.send import SendRecord
from mailwright.model.times import DAY, HOUR, day, iso_day
from mailwright.workflow.ports import Lake

DAYS = 3  # today and the two before are counted anew: feedback comes late, Firehose writes late
OFTEN = 6  # hours after which the two before are
LOOKBACK = ATTRIBUTION // DAY

_encode = msgspec.json.Encoder(order="deterministic").encode
_record = msgspec.json.Decoder(SendRecord).decode
_ALL = re.compile('"(?:{})"'.format("|".join(map(re.escape, (*COUNTED, ORDER)))).encode())
_CLICKS = re.compile(f'"{re.escape(CLICK)}"'.encode())


class Kept(msgspec.Struct):
    """The clicks of a day that is over, and the objects of the lake that they were read from."""

    objects: list[str]
    clicks: list[Event]


_kept = msgspec.json.Decoder(Kept).decode


def measure(lake: Lake, now: int) -> list[str]:
    """Write the metrics of today, and every six hours those of the two days before; the keys written.

    A day without mail and orders gets none.
    """
    written = []
    clicks: dict[int, list[Event]] = {}  # by day they arrived on: several days ask for each
    days = DAYS if now // HOUR % OFTEN == 0 else 1
    for number in range(day(now) - days + 1, day(now) + 1):
        for arrived in range(number - LOOKBACK, number):
            if arrived not in clicks:
                clicks[arrived] = _clicks(lake, arrived)
        before = chain.from_iterable(clicks[arrived] for arrived in range(number - LOOKBACK, number))
        counted = daily(number, _records(lake, number), chain(before, _events(lake, number)))
        if counted["templates"] or counted["orders"]:
            key = f"metrics/dt={iso_day(number * DAY)}.json"
            lake.write(key, _encode(counted))
            written.append(key)
    return written


def _clicks(lake: Lake, arrived: int) -> list[Event]:
    """Clicks that arrived on a day that is over: read once and kept, and read again when another object has come since.

    They are few, and the day they are among is long: reading it every hour for five days costs more than all the rest.
    """
    key = f"{CLICKS}dt={iso_day(arrived * DAY)}.json"
    objects = list(
        lake.keys(_folder(arrived))
    )  # listed first: what comes while it is read makes another list next time
    body = lake.read(key)
    if body is not None:
        with suppress(msgspec.DecodeError):
            kept = _kept(body)
            if kept.objects == objects:
                return kept.clicks
    clicks = list(_arrived(lake, arrived, _CLICKS))
    if objects:
        lake.write(key, _encode(Kept(objects, clicks)))
    return clicks


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
    for line in lake.lines(_folder(number)):
        if wanted.search(line):
            with suppress(msgspec.DecodeError):
                yield decode_event(line)


def _folder(number: int) -> str:
    return f"events/dt={iso_day(number * DAY)}/"
