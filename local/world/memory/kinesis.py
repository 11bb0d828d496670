"""Kinesis in memory: records by shard, placed by the MD5 of their partition key, kept for 24 hours.

docs.aws.amazon.com/streams/latest/dev/key-concepts.html; limits of PutRecords from its API reference.
"""

from collections import deque
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any, NamedTuple

from local.world.clock import Clock
from local.world.memory.service import Service, operation
from local.world.meter import KB, Meter

RETENTION = 24 * 60 * 60 * 1000
REQUEST_LIMIT = 10 * KB * KB
RANGE = 2**128
_FIRST = 49590338271490256608559692538361571095921575989136588898  # of the size and look of a real one


class Stored(NamedTuple):
    sequence: str
    at: int
    key: str
    data: bytes


@dataclass
class Shard:
    name: str
    low: int
    high: int  # inclusive, as in AWS
    first: int = 0  # position of the oldest record kept
    records: deque[Stored] = field(default_factory=deque)


class Kinesis(Service):
    """The client. `throttled`, when set, says which partition keys meet a full shard (for tests and simulations)."""

    service = "kinesis"

    def __init__(self, clock: Clock, meter: Meter, *, strict: bool = False) -> None:
        super().__init__(clock, meter, strict=strict)
        self.streams: dict[str, list[Shard]] = {}
        self.throttled: Any = None
        self._count = 0

    @operation("StreamName", "ShardCount")
    def create_stream(self, request: dict[str, Any]) -> dict[str, Any]:
        count = request["ShardCount"]
        self.streams[request["StreamName"]] = [
            Shard(f"shardId-{n:012d}", RANGE * n // count, RANGE * (n + 1) // count - 1) for n in range(count)
        ]
        return {}

    @operation("StreamName", "Records")
    def put_records(self, request: dict[str, Any]) -> dict[str, Any]:
        shards = self._shards("PutRecords", request)
        records = request["Records"]
        size = sum(len(record["Data"]) + len(record["PartitionKey"].encode()) for record in records)
        if not 0 < len(records) <= 500 or size > REQUEST_LIMIT:
            message = f"PutRecords takes 1 to 500 records and 10 MiB; got {len(records)} records, {size} bytes"
            raise self.error("PutRecords", "InvalidArgumentException", message)
        answers = [self._put(request["StreamName"], shards, record) for record in records]
        return {"FailedRecordCount": sum("ErrorCode" in answer for answer in answers), "Records": answers}

    def _put(self, stream: str, shards: list[Shard], record: dict[str, Any]) -> dict[str, str]:
        key, data = record["PartitionKey"], record["Data"]
        data = data.encode() if isinstance(data, str) else bytes(data)
        place = int(md5(key.encode(), usedforsecurity=False).hexdigest(), 16)
        shard = next(shard for shard in shards if shard.low <= place <= shard.high)
        if self.throttled is not None and self.throttled(key):
            return {
                "ErrorCode": "ProvisionedThroughputExceededException",
                "ErrorMessage": f"Rate exceeded for shard {shard.name} in stream {stream}",
            }
        self._count += 1
        now = self.clock()
        sequence = str(_FIRST + (now << 32) + self._count)
        shard.records.append(Stored(sequence, now, key, data))
        while shard.records[0].at < now - RETENTION:
            shard.records.popleft()
            shard.first += 1
        self.meter.add("put bytes, whole KB", stream, -(-len(data) // KB) * KB)
        self.meter.add("put payload units, 25 KB", stream, -(-(len(data) + len(key)) // (25 * KB)))
        return {"SequenceNumber": sequence, "ShardId": shard.name}

    @operation("StreamName")
    def list_shards(self, request: dict[str, Any]) -> dict[str, Any]:
        shards = self._shards("ListShards", request)
        return {
            "Shards": [
                {
                    "ShardId": shard.name,
                    "HashKeyRange": {"StartingHashKey": str(shard.low), "EndingHashKey": str(shard.high)},
                    "SequenceNumberRange": {"StartingSequenceNumber": str(_FIRST)},
                }
                for shard in shards
            ]
        }

    @operation("StreamName", "ShardId", "ShardIteratorType")
    def get_shard_iterator(self, request: dict[str, Any]) -> dict[str, str]:
        shard = self._shard("GetShardIterator", request["StreamName"], request["ShardId"])
        start = shard.first if request["ShardIteratorType"] == "TRIM_HORIZON" else shard.first + len(shard.records)
        return {"ShardIterator": f"{request['StreamName']}/{shard.name}/{start}"}

    @operation("ShardIterator", "Limit")
    def get_records(self, request: dict[str, Any]) -> dict[str, Any]:
        stream, name, position = request["ShardIterator"].rsplit("/", 2)
        shard = self._shard("GetRecords", stream, name)
        skip = max(0, int(position) - shard.first)
        end = min(skip + request.get("Limit", 10_000), len(shard.records))
        found = [shard.records[index] for index in range(skip, end)]
        records = [
            {
                "SequenceNumber": one.sequence,
                "ApproximateArrivalTimestamp": one.at / 1000,
                "Data": one.data,
                "PartitionKey": one.key,
            }
            for one in found
        ]
        return {
            "Records": records,
            "NextShardIterator": f"{stream}/{name}/{shard.first + end}",
            "MillisBehindLatest": 0 if end == len(shard.records) else self.clock() - shard.records[end].at,
        }

    def _shards(self, operation: str, request: dict[str, Any]) -> list[Shard]:
        if request["StreamName"] not in self.streams:
            message = f"Stream {request['StreamName']} not found"
            raise self.error(operation, "ResourceNotFoundException", message)
        return self.streams[request["StreamName"]]

    def _shard(self, operation: str, stream: str, name: str) -> Shard:
        return next(shard for shard in self._shards(operation, {"StreamName": stream}) if shard.name == name)
