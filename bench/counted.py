"""A small shop's month on the memory engine, through the real functions, with everything counted that AWS would bill.

What depends on how many customers share a batch is not taken from here: a batch closes when it would in the big shop
(`_Steady`), and `bench.bill` scales the calls that customers share.
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from time import process_time
from typing import Any

from bench.shop import EVENTS, HOURS, MONTH, Sdk, body, content, outcomes, requests
from bench.trace import START
from functions.wiring import Function, all_functions
from local.world.invoke import Handler, handler_of
from local.world.memory.engine import MemoryEngine
from local.world.meter import Meter
from local.world.pollers import feed
from local.world.pollers.kinesis import OVERHEAD, KinesisTrigger
from local.world.pollers.shard import PAYLOAD, Shard
from local.world.world import World
from mailwright.model.event import encode_event
from mailwright.model.times import DAY, HOUR, SECOND

_PRODUCTION = json.loads((Path(__file__).parents[1] / "cdk.json").read_text())["context"]["environments"]["production"]
SHARDS: int = _PRODUCTION["shards"]
BY_API: bool = not _PRODUCTION["collectors"]  # storefronts send to the HTTP API, not to collect's own address
WINDOW: int = _PRODUCTION["window"] * SECOND
CLOCKED = ("measure", "recompute")  # read all there is once in a while: computed from what is stored, not run


@dataclass
class Work:
    """What one function did: invocations, processor seconds here, AWS calls and units as the meter has them."""

    invocations: int = 0
    seconds: float = 0.0
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass
class Counted:
    """What happened after the first `warm` days; how much longer rows become in a year is in cost.md."""

    customers: int
    events: int = 0  # that storefronts sent
    requests: int = 0
    held: int = 0  # milliseconds that SDKs held events back, all events together
    emails: int = 0  # that SES took
    tasks: int = 0  # emails that `send` was asked for, those that the cap or a missing consent held back included
    reports: Counter[str] = field(default_factory=Counter)  # of SES, by type
    bytes_out: int = 0  # of those emails
    work: defaultdict[str, Work] = field(default_factory=lambda: defaultdict(Work))
    units: Counter[tuple[str, str]] = field(default_factory=Counter)  # the meter's, pollers and Firehose included
    stored: dict[str, tuple[int, int]] = field(default_factory=dict)  # kind of row -> rows, bytes; at the end
    batches: float = 0.0  # of the stream, a month in the big shop

    def used(self, what: str, *functions: str, of: str = "") -> float:
        """Read or write units that functions used; `of` picks one table or index."""
        return sum(
            units
            for function in functions
            for (kind, name), units in self.work[function].units.items()
            if kind == what and of in ("", name)
        )

    def calls(self, function: str, service: str, operation: str = "") -> int:
        found = self.work[function].calls.items()
        return sum(number for (name, verb), number in found if name == service and operation in ("", verb))


def count(window: int, sdk: Sdk, customers: int, *, shards: int = SHARDS, days: int = 60, warm: int = 30) -> Counted:
    """Live `days` days with a batch window of `window` ms and count those after `warm`.

    Counts are the same on every machine; seconds are not.
    """
    done = Counted(customers)
    fold = next(function for function in all_functions() if function.name == "fold")
    functions = [_unfed(function) for function in all_functions() if function.name not in CLOCKED]
    meters: list[Meter] = []  # the world's, once there is one
    with World("memory", content(), START, functions=functions, handler=partial(_watched, done, meters)) as world:
        meters.append(world.engine.meter)
        wide = widths(window, sdk, shards)
        done.batches = shards * sum(HOUR / each for each in wide) * MONTH / DAY
        _feed(world, fold, wide)
        _listen(world, done)
        begin: int | None = START + warm * DAY
        for at, events in requests(customers, days, sdk):
            if begin is not None and at >= begin:
                world.advance(begin)
                _forget(world, done)
                begin = None
            world.advance(at)
            answer = world.http("POST", "/v1/batch", {"authorization": "Bearer local"}, body(events))
            assert answer.status == 200, answer.body
            done.requests += 1
            done.events += len(events)
            done.held += sum(at - event.at for event in events)
        world.advance(START + days * DAY)
        assert not world.failures, world.failures[0]
        assert not world.quarantined, world.quarantined[0]
        assert isinstance(world.engine, MemoryEngine)
        mail = world.mail[done.emails :]
        done.emails, done.bytes_out = len(mail), sum(len(one.raw) for one in mail)
        done.units.update(world.engine.meter.units)
        done.tasks = int(done.used("requests of 64 KB", "campaign", "dispatch"))  # a task takes less than 64 KB
        done.stored = _stored(world.engine)
    return done


def widths(window: int, sdk: Sdk, shards: int) -> list[int]:
    """How long a batch of the big shop stays open in each hour, milliseconds: a payload holds 6 MB."""
    mean = EVENTS / MONTH / shards  # events a millisecond and shard
    busy = [mean * 24 * hour / sum(HOURS) for hour in HOURS]
    return [max(1, min(window, int(PAYLOAD / (rate * _event_bytes(sdk))))) for rate in busy]


@cache
def _event_bytes(sdk: Sdk) -> float:
    """What an event takes in the function's payload: those of one request share a record."""
    sample = [events for _, events in requests(20, 10, sdk)]
    records = sum(sum(len(encode_event(event)) + 1 for event in events) * 4 / 3 + OVERHEAD for events in sample)
    return records / sum(map(len, sample))


class _Steady(Shard):
    """A shard of the big shop: a batch is always open, and closes with the window or the payload that fills first."""

    widths: list[int]

    def _set(self) -> None:
        if self.waiting and (self._timer is None or not self._timer.live):
            now = self.clock()
            wide = self.widths[now % DAY // HOUR]
            phase = wide * 2 // 5  # `tick` comes on the minute, batches do not
            self._timer = self.clock.at(((now - phase) // wide + 1) * wide + phase, self._next)


class _SteadyTrigger(KinesisTrigger):
    widths: list[int]

    def _shard(self, name: str, lane: int) -> Shard:
        if (name, lane) not in self._lanes:
            made = super()._shard(name, lane)
            steady = _Steady(made.clock, made.rules, made.invoke, made.give_up)
            steady.widths = self.widths
            self._lanes[name, lane] = steady
        return self._lanes[name, lane]


def _unfed(function: Function) -> Function:
    return replace(function, triggers=tuple(one for one in function.triggers if one.kind != "kinesis"))


def _feed(world: World, fold: Function, wide: list[int]) -> None:
    trigger = next(one for one in fold.triggers if one.kind == "kinesis")
    steady = _SteadyTrigger(world.engine, fold, trigger, world.invoker)
    steady.widths = wide
    stream = feed.of_stream(world.engine)
    stream.consumers.append(steady.take)
    world._looks.append(stream.look)


def _listen(world: World, done: Counted) -> None:
    """Have mail come to what `bench.shop` says, and count what SES says of it."""
    world.ses_feedback.outcomes = outcomes
    deliver = world.ses_feedback._deliver

    def told(text: str) -> None:
        done.reports[text[: text.index(",")].rpartition(":")[2].strip('"')] += 1
        deliver(text)

    world.ses_feedback._deliver = told


def _watched(done: Counted, meters: list[Meter], name: str) -> Handler:
    """The handler, with what it does added to its Work."""
    run = handler_of(name)

    def handler(event: Any, context: Any) -> Any:
        meter = meters[0]
        work = done.work[name]
        calls, units, start = meter.calls.copy(), meter.units.copy(), process_time()
        answer = run(event, context)
        work.seconds += process_time() - start
        work.invocations += 1
        for now, before, mine in ((meter.calls, calls, work.calls), (meter.units, units, work.units)):
            for key, number in now.items():
                if number != before[key]:
                    mine[key] += number - before[key]
        return answer

    return handler


def _forget(world: World, done: Counted) -> None:
    """Begin to count."""
    world.engine.meter.calls.clear()
    world.engine.meter.units.clear()
    done.events = done.requests = done.held = 0
    done.emails = len(world.mail)  # those to leave out
    done.reports.clear()
    done.work.clear()


def _stored(engine: MemoryEngine) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for rows in engine.dynamodb.tables["customers"].partitions.values():
        for name, row in rows.items():
            kind = bytes(name).decode().partition("#")[0]
            number, size = found.get(kind, (0, 0))
            found[kind] = (number + 1, size + row.size)
    return found
