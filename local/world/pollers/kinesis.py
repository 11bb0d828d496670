"""The Kinesis trigger: an event source mapping per shard, or several lanes of one by partition key."""

import base64
from hashlib import md5
from typing import Any

from functions.wiring import Function, Trigger
from local.world import names
from local.world.engine import Engine
from local.world.invoke import Invoker
from local.world.pollers.destination import to_bucket
from local.world.pollers.shard import Record, Rules, Shard

OVERHEAD = 600  # bytes of the event around one record's data
SOURCE = names.arn("kinesis", f"stream/{names.STREAM}")


class KinesisTrigger:
    """Feeds one function from the stream. `take` is called with each shard's new records."""

    def __init__(self, engine: Engine, function: Function, trigger: Trigger, invoker: Invoker) -> None:
        self._engine = engine
        self._function = function
        self._invoker = invoker
        self._rules = Rules.of(trigger)
        self._parallel: int = trigger["parallel"]
        self._lanes: dict[tuple[str, int], Shard] = {}

    def take(self, shard: str, records: list[dict[str, Any]]) -> None:
        """New records of one shard, as GetRecords gives them."""
        lanes: dict[int, list[Record]] = {}
        for record in records:
            lanes.setdefault(self._lane(record["PartitionKey"]), []).append(_record(shard, record))
        for lane, found in lanes.items():
            self._shard(shard, lane).add(found)

    def _lane(self, key: str) -> int:
        """Parallel batches of one shard keep the order of each partition key."""
        if self._parallel == 1:
            return 0
        return int(md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % self._parallel

    def _shard(self, name: str, lane: int) -> Shard:
        if (name, lane) not in self._lanes:
            clock = self._engine.clock
            give_up = to_bucket(clock, self._engine.client, self._function, name, "KinesisBatchInfo", SOURCE, _event)
            self._lanes[name, lane] = Shard(clock, self._rules, self._invoke, give_up)
        return self._lanes[name, lane]

    def _invoke(self, records: list[Record]) -> Any:
        return self._invoker(self._function, _event(records), len(records))


def _event(records: list[Record]) -> dict[str, Any]:
    return {"Records": [record.data for record in records]}


def _record(shard: str, record: dict[str, Any]) -> Record:
    """A record of GetRecords as Lambda's event has it."""
    data = base64.b64encode(record["Data"]).decode()
    form = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": record["SequenceNumber"],
            "data": data,
            "approximateArrivalTimestamp": record["at"] / 1000,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{record['SequenceNumber']}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": names.arn("iam", "role/mailwright-fold"),
        "awsRegion": names.REGION,
        "eventSourceARN": SOURCE,
    }
    return Record(record["SequenceNumber"], record["at"], len(data) + OVERHEAD, form)
