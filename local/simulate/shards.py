"""The stream's shards and the fold behind them, split and merged while events flow, the children read first."""

from collections import Counter
from typing import Any

from functions.wiring import Function
from local.simulate.shop import SPAN
from local.world import names
from local.world.invoke import Invoker
from local.world.memory.engine import MemoryEngine
from local.world.memory.kinesis import RANGE, Shard
from local.world.pollers.feed import Feed, of_stream
from local.world.pollers.kinesis import KinesisTrigger
from mailwright.model.times import HOUR

COUNTS = (4, 2, 1, 2)  # shards after the first reshard, the second, ...: every one split in two, or two merged
UNREAD = 8 * HOUR  # of events the parents hold when they are closed: a small life is a quiet one
HELD = 14 * HOUR  # how long the parents are not read while the children are; records are kept for 24


class Shards:
    """Reads every shard there is and was. The parents of a reshard are looked at only once their children were."""

    def __init__(
        self, engine: MemoryEngine, fold: Function, invoker: Invoker, reshards: int, injected: Counter[str]
    ) -> None:
        self._engine = engine
        self._fold = KinesisTrigger(engine, fold, fold.triggers[0], invoker)
        self._reshards = reshards
        self._feeds = [of_stream(engine)]
        self._feeds[0].consumers.append(self._fold.take)
        self._injected = injected
        self._closed: list[Feed] = []

    def start(self) -> None:
        """Plan the reshards, evenly over the life of the shop."""
        now = self._engine.clock()
        for number in range(self._reshards):
            when = now + SPAN * (number + 1) // (self._reshards + 1)
            count = COUNTS[number % len(COUNTS)]
            self._engine.clock.at(when, lambda count=count: self._pause(count))  # type: ignore[misc]

    def look(self) -> None:
        """Hand on what is new. Nobody writes to a closed shard: once read it need not be looked at again."""
        for feed in self._feeds:
            feed.look()
        self._feeds = [feed for feed in self._feeds if feed not in self._closed]

    def _pause(self, count: int) -> None:
        parents, self._feeds = self._feeds, []
        self._closed = parents
        clock = self._engine.clock
        clock.at(clock() + UNREAD, lambda: self._reshard(count))
        clock.at(clock() + UNREAD + HELD, lambda: self._feeds.extend(parents))

    def _reshard(self, count: int) -> None:
        """Close every shard to new records and open others in their place; what is in the old ones stays there."""
        shards = self._engine.kinesis.streams[names.STREAM]
        parents = [shard for shard in shards if shard.low <= shard.high]
        children = [
            Shard(f"shardId-{len(shards) + n:012d}", RANGE * n // count, RANGE * (n + 1) // count - 1)
            for n in range(count)
        ]
        for parent in parents:
            heirs = sum(child.low <= parent.high and parent.low <= child.high for child in children)
            self._injected["shard split" if heirs > 1 else "shard merged with another"] += 1
            parent.low, parent.high = RANGE, 0
        shards.extend(children)
        where = {"StreamName": names.STREAM}
        feed = Feed(self._engine, "kinesis", "kinesis", [child.name for child in children], where)
        read: set[str] = set()

        def of_child(shard: str, records: list[dict[str, Any]]) -> None:
            read.add(shard)
            self._fold.take(shard, records)

        def of_parent(shard: str, records: list[dict[str, Any]]) -> None:
            if read:
                self._injected["record of a parent read after its children's"] += len(records)
            self._fold.take(shard, records)

        for closed in self._closed:
            closed.consumers[:] = [of_parent]
        feed.consumers.append(of_child)
        self._feeds.append(feed)
