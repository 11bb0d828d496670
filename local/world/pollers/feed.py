"""Reads what is new on a stream's shards and hands it to whoever consumes the stream, each with its own checkpoint.

Records are stamped with the virtual instant they were read at, which is the one they were written at: the world looks
after every step.
"""

from collections.abc import Callable, Iterator
from typing import Any

from local.world import names
from local.world.engine import Engine

Take = Callable[[str, list[dict[str, Any]]], None]


class Feed:
    """One stream. `service` is its client; `consumers` are called in order with (shard, new records)."""

    def __init__(self, engine: Engine, service: str, writer: str, shards: list[str], where: dict[str, str]) -> None:
        self._engine = engine
        self._client = engine.client(service)
        self._writer = writer  # the service whose calls put records on the stream
        self._seen = -1
        self.consumers: list[Take] = []
        self._iterators = {
            shard: self._client.get_shard_iterator(**where, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
                "ShardIterator"
            ]
            for shard in shards
        }

    def look(self) -> None:
        """Hand on what is new, if anything was written since the last look."""
        writes = self._engine.writes(self._writer)
        if writes == self._seen:
            return
        self._seen = writes
        for shard in self._iterators:
            for records in self._new(shard):
                for consumer in self.consumers:
                    consumer(shard, records)

    def _new(self, shard: str) -> Iterator[list[dict[str, Any]]]:
        while True:
            answer = self._client.get_records(ShardIterator=self._iterators[shard])
            self._iterators[shard] = answer["NextShardIterator"]
            if not answer["Records"]:
                return
            now = self._engine.clock()
            for record in answer["Records"]:
                record["at"] = now
            yield answer["Records"]


def of_stream(engine: Engine) -> Feed:
    """The feed of the Kinesis stream."""
    shards = engine.client("kinesis").list_shards(StreamName=names.STREAM)["Shards"]
    return Feed(engine, "kinesis", "kinesis", [one["ShardId"] for one in shards], {"StreamName": names.STREAM})


def of_table(engine: Engine) -> Feed:
    """The feed of the table's stream."""
    described = engine.client("dynamodbstreams").describe_stream(StreamArn=engine.stream_arn)["StreamDescription"]
    shards = [one["ShardId"] for one in described["Shards"]]
    return Feed(engine, "dynamodbstreams", "dynamodb", shards, {"StreamArn": engine.stream_arn})
