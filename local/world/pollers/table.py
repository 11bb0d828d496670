"""The table trigger: an event source mapping on the table's stream, with filter criteria."""

import base64
from typing import Any

from functions.wiring import Function, Trigger
from local.world import names
from local.world.engine import Engine
from local.world.invoke import Invoker
from local.world.memory.values import size
from local.world.pollers.destination import to_bucket
from local.world.pollers.patterns import matcher
from local.world.pollers.shard import Record, Rules, Shard

OVERHEAD = 700  # bytes of the event around one image


class TableTrigger:
    """Feeds one function from the table's stream. What the filter does not want is passed over, as on AWS."""

    def __init__(self, engine: Engine, function: Function, trigger: Trigger, invoker: Invoker) -> None:
        self._engine = engine
        self._function = function
        self._invoker = invoker
        self._rules = Rules.of(trigger)
        self._wanted = matcher(trigger["filter"]) if "filter" in trigger.options else None
        self._shards: dict[str, Shard] = {}

    def take(self, shard: str, records: list[dict[str, Any]]) -> None:
        """New records of the stream, as GetRecords gives them."""
        found = [self._record(record) for record in records]
        found = [record for record in found if self._wanted is None or self._wanted(record.data)]
        if found:
            self._shard(shard).add(found)

    def _record(self, record: dict[str, Any]) -> Record:
        change = record["dynamodb"]
        image = change.get("NewImage")
        weight = OVERHEAD if image is None else OVERHEAD + sum(len(name) + 2 * size(image[name]) for name in image)
        form = {
            "eventID": record["eventID"],
            "eventName": record["eventName"],
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": names.REGION,
            "dynamodb": {
                "ApproximateCreationDateTime": record["at"] // 1000,
                "Keys": _plain(change["Keys"]),
                **({} if image is None else {"NewImage": _plain(image)}),
                "SequenceNumber": change["SequenceNumber"],
                "SizeBytes": change["SizeBytes"],
                "StreamViewType": change["StreamViewType"],
            },
            "eventSourceARN": self._engine.stream_arn,
        }
        return Record(change["SequenceNumber"], record["at"], weight, form)

    def _shard(self, name: str) -> Shard:
        if name not in self._shards:
            clock = self._engine.clock
            give_up = to_bucket(
                clock, self._engine.client, self._function, name, "DDBStreamBatchInfo", self._engine.stream_arn, _event
            )
            self._shards[name] = Shard(clock, self._rules, self._invoke, give_up)
        return self._shards[name]

    def _invoke(self, records: list[Record]) -> Any:
        return self._invoker(self._function, _event(records), len(records))


def _event(records: list[Record]) -> dict[str, Any]:
    return {"Records": [record.data for record in records]}


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    """An item as JSON: bytes in base64."""
    return {name: _json(value) for name, value in item.items()}


def _json(value: dict[str, Any]) -> dict[str, Any]:
    ((kind, content),) = value.items()
    if kind == "B":
        return {"B": base64.b64encode(content).decode()}
    if kind == "BS":
        return {"BS": [base64.b64encode(one).decode() for one in content]}
    if kind == "M":
        return {"M": _plain(content)}
    if kind == "L":
        return {"L": [_json(one) for one in content]}
    return value
