"""The moto engine: DynamoDB, its streams, Kinesis, S3, Secrets Manager and queue contents in moto, in process.

moto keeps state and nothing else: no event source mapping is ever created there, so none of its own deliveries fire,
and whatever it would time by the machine's clock is timed by ours.
"""

from collections import Counter
from typing import Any

import boto3
from botocore.config import Config
from moto import mock_aws
from moto.moto_api._internal import mock_random

from local.world import names
from local.world.clock import Clock
from local.world.engine import Engine
from local.world.memory.service import WRITES
from local.world.moto_queues import MotoSqs

_MOTO = ("dynamodb", "dynamodbstreams", "kinesis", "s3", "secretsmanager")


class MotoEngine(Engine):
    """One at a time in a process: moto's state is global. `close` stops it."""

    name = "moto"

    def __init__(self, clock: Clock, *, strict: bool = False) -> None:
        super().__init__(clock, strict=strict)
        self._writes: Counter[str] = Counter()
        self._mock = mock_aws()
        self._mock.start()
        mock_random.seed(0)  # message ids and the like are the same in every run
        self._clients: dict[str, Any] = {service: self._boto(service) for service in _MOTO}
        self.sqs = MotoSqs(clock, self.meter, self._boto("sqs"), strict=strict)
        self._ours: dict[str, Any] = {"sqs": self.sqs, "sesv2": self.ses, "firehose": self.firehose}

    def _boto(self, service: str) -> Any:
        # Account-based endpoints would send calls for a table's stream to an address that moto does not know.
        config = Config(account_id_endpoint_mode="disabled", retries={"total_max_attempts": 1})
        client = boto3.client(service, region_name=names.REGION, config=config)  # type: ignore[call-overload]
        # Ahead of moto, whose answer ends the event, and late enough to see what the store signs and sends by itself.
        client.meta.events.register_first(f"before-send.{service}", self._called)
        return client

    def _called(self, event_name: str, **_: Any) -> None:
        service, operation = event_name.split(".")[1:]
        self.meter.call(service, operation)
        self._writes[service] += operation.startswith(WRITES)

    def client(self, service: str) -> Any:
        """A boto3 client that talks to moto, or our facade."""
        return self._ours.get(service) or self._clients[service]

    def writes(self, service: str) -> int:
        """How many calls may have changed something in a service so far."""
        return self._ours[service].writes if service in self._ours else self._writes[service]

    def close(self) -> None:
        """Stop moto; its state is gone."""
        self._mock.stop()
