"""Storefronts: they put events on the stream, late, shuffled and more than once, and never give one up."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.simulate.faults import Faults
from local.simulate.oracle import Oracle
from local.world import names
from local.world.clock import Clock
from mailwright.model.event import Event, encode_event
from mailwright.model.times import DAY, MINUTE, SECOND
from mailwright.queue.stream import EventsStream

SLOT = 20 * SECOND  # what a storefront gathers before it sends
PAUSE = 30 * SECOND  # before it tries again
LATEST = 7 * DAY
ORDERS_LATEST = 2 * DAY  # an order that comes later than three days rings no inbox, by design


class Producer:
    """Feeds the life of the shop to the stream, and to the oracle. `puts` counts records, repetitions included."""

    def __init__(
        self,
        clock: Clock,
        life: Iterator[Event],
        stream: EventsStream,
        kinesis: Any,
        oracle: Oracle,
        faults: Faults,
        seed: int,
        injected: Counter[str],
    ) -> None:
        self._clock = clock
        self._life = life
        self._stream = stream
        self._kinesis = kinesis  # the engine's own, for what no adapter would write
        self._oracle = oracle
        self._faults = faults
        self._chance = random.Random(f"{seed}:producer")
        self._injected = injected
        self._slots: dict[int, list[Event]] = defaultdict(list)
        self._raw: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
        self.distinct = self.puts = self.partly = 0
        self.orders: dict[str, str] = {}  # event -> customer
        self.poison: list[bytes] = []
        self.met: Callable[[Event], None] = lambda event: None

    def start(self) -> None:
        """Begin; the rest happens on the clock."""
        self._next()

    def _next(self) -> None:
        """Tell the oracle of one event after the other, and plan when each arrives, until the next slot begins."""
        for event in self._life:
            self._happened(event)
            if event.at > self._clock():
                self._clock.at(event.at, self._next)
                return

    def _happened(self, event: Event) -> None:
        faults, chance = self._faults, self._chance
        self.distinct += 1
        self._oracle.event(event.customer_id, event.at, event.type, event.name, event.data)
        self.met(event)
        if event.name == "Order Completed":
            self.orders[event.id] = event.customer_id
        delay = chance.randrange(5 * SECOND)
        if faults.shuffled:
            delay = chance.randrange(faults.shuffled)
        if faults.late and chance.random() < faults.late:
            most = ORDERS_LATEST if event.name == "Order Completed" else LATEST
            delay = chance.randrange(10 * MINUTE, most)
            self._injected["late event"] += 1
        self._at(event.at + delay, event)
        if faults.repeated and chance.random() < faults.repeated:
            again = chance.choice((0, chance.randrange(MINUTE), chance.randrange(faults.repeated_by)))
            self._at(event.at + delay + again, event)
            self._injected["event sent again"] += 1
        if faults.poison and chance.random() < faults.poison:
            self._poison(event)

    def _at(self, when: int, event: Event) -> None:
        slot = when // SLOT * SLOT + SLOT
        if slot not in self._slots:
            self._clock.at(slot, lambda: self._put(slot))
        self._slots[slot].append(event)

    def _put(self, slot: int) -> None:
        events = self._slots.pop(slot)
        try:
            left = self._stream.put(events)
        except (BotoCoreError, ClientError):
            left = events  # nobody knows what was taken: all of it again
        self.puts += len(events)
        self.partly += len(left)
        for event in left:
            self._at(self._clock() + PAUSE, event)

    def _poison(self, event: Event) -> None:
        """A record that cannot be used, among this customer's own."""
        kind = self._chance.randrange(6)
        data = poisoned(kind, event)
        self.poison.append(data)
        self._injected["poison record"] += 1
        record = {"Data": data, "PartitionKey": event.customer_id}
        when = event.at + self._chance.randrange(MINUTE)
        self._clock.at(when, lambda: self._kinesis.put_records(StreamName=names.STREAM, Records=[record]))


def poisoned(kind: int, event: Event) -> bytes:
    """One of six ways to be of no use: not JSON, NaN, 400 KB of nothing, an unknown type, nonsense, too old."""
    whole = json.loads(encode_event(event)) | {"id": f"bad-{event.id}"}
    match kind:
        case 0:
            return b'{"id": "bad-' + event.id.encode() + b'", "at": '
        case 1:
            return json.dumps(whole | {"data": {"total": float("nan")}}).encode()
        case 2:
            return b"[" + event.id.encode() + b"x" * 400_000
        case 3:
            return json.dumps(whole | {"type": "telepathy"}).encode()
        case 4:
            nonsense = {"type": "track", "name": "Order Completed", "data": {"total": -5}}
            return json.dumps(whole | nonsense).encode()
        case _:
            return json.dumps(whole | {"at": event.at - 40 * DAY}).encode()
