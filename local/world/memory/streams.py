"""DynamoDB Streams in memory: one shard a table, holding what `changes.py` keeps."""

from typing import Any

from local.world.clock import Clock
from local.world.memory.service import Service, operation
from local.world.memory.table import Table
from local.world.meter import Meter

SHARD = "shardId-00000000000000000000-00000000"


class Streams(Service):
    """The client of the service that reads a table's stream."""

    service = "dynamodbstreams"

    def __init__(self, clock: Clock, meter: Meter, tables: dict[str, Table], *, strict: bool = False) -> None:
        super().__init__(clock, meter, strict=strict)
        self.tables = tables

    @operation("StreamArn")
    def describe_stream(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"StreamDescription": {"StreamArn": request["StreamArn"], "Shards": [{"ShardId": SHARD}]}}

    @operation("StreamArn", "ShardId", "ShardIteratorType")
    def get_shard_iterator(self, request: dict[str, Any]) -> dict[str, str]:
        changes = self._table(request["StreamArn"]).changes
        start = changes.first if request["ShardIteratorType"] == "TRIM_HORIZON" else changes.end
        return {"ShardIterator": f"{request['StreamArn']}|{start}"}

    @operation("ShardIterator", "Limit")
    def get_records(self, request: dict[str, Any]) -> dict[str, Any]:
        arn, _, position = request["ShardIterator"].rpartition("|")
        records, following = self._table(arn).changes.read(int(position), request.get("Limit", 1000))
        return {"Records": records, "NextShardIterator": f"{arn}|{following}"}

    def _table(self, arn: str) -> Table:
        return self.tables[arn.split("/")[1]]
