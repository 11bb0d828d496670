"""What both engines are to the world: clients for the functions, and the few things a poller may ask of them."""

import json
from abc import ABC, abstractmethod
from typing import Any

from functions.wiring import Function
from local.world import names
from local.world.clock import Clock
from local.world.firehose import Delivery, Firehose
from local.world.memory.sqs import Sqs
from local.world.meter import Meter
from local.world.ses import Ses
from mailwright.store.tables import TTL, definition

SHARDS = 2
FORTNIGHT = "1209600"


class Engine(ABC):
    """State of the laptop's AWS. SQS's times, SES and Firehose are ours on both engines; the rest differs."""

    name: str
    sqs: Sqs
    stream_arn: str  # of the table's stream

    def __init__(self, clock: Clock, *, strict: bool = False) -> None:
        self.clock = clock
        self.meter = Meter()
        self.ses = Ses(clock, self.meter, {names.CONFIGURATION_SET}, strict=strict)
        deliveries = [Delivery(names.COPY, "events", b"\n"), Delivery(names.JOURNAL, "sends")]
        self.firehose = Firehose(clock, self.meter, deliveries, self._to_lake, strict=strict)

    @abstractmethod
    def client(self, service: str) -> Any:
        """What boto3.client(service) would give, as far as our adapters call it."""

    @abstractmethod
    def writes(self, service: str) -> int:
        """How many calls may have changed something in a service so far."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what the engine holds outside of itself."""

    def _to_lake(self, key: str, body: bytes) -> None:
        self.client("s3").put_object(Bucket=names.LAKE, Key=key, Body=body)

    def build(self, functions: list[Function]) -> None:
        """Create what infra/ creates: the table with its index and stream, the stream, queues, buckets and secrets."""
        table = self.client("dynamodb").create_table(**definition(names.TABLE))["TableDescription"]
        self.stream_arn = table["LatestStreamArn"]
        self.client("dynamodb").update_time_to_live(
            TableName=names.TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL}
        )
        self.client("kinesis").create_stream(StreamName=names.STREAM, ShardCount=SHARDS)
        for function in functions:
            for trigger in function.triggers:
                if trigger.kind == "sqs":
                    self._queues(trigger["queue"], trigger["visibility"], trigger["receives"])
        self.sqs.create_queue(QueueName=names.UNDELIVERED, Attributes={"MessageRetentionPeriod": FORTNIGHT})
        for bucket in (names.LAKE, names.QUARANTINE):
            self.client("s3").create_bucket(Bucket=bucket)
        for name, text in names.SECRETS.items():
            self.client("secretsmanager").create_secret(Name=name, SecretString=text)

    def _queues(self, name: str, visibility: int, receives: int) -> None:
        dead = f"{name}-dead"
        redrive = {"maxReceiveCount": receives, "deadLetterTargetArn": names.arn("sqs", dead)}
        self.sqs.create_queue(QueueName=dead, Attributes={"MessageRetentionPeriod": FORTNIGHT})
        attributes = {
            "VisibilityTimeout": str(visibility),
            "MessageRetentionPeriod": FORTNIGHT,
            "RedrivePolicy": json.dumps(redrive),
        }
        self.sqs.create_queue(QueueName=name, Attributes=attributes)
