"""The memory engine: everything in process, metered."""

from typing import Any

from local.world.clock import Clock
from local.world.engine import Engine
from local.world.memory.dynamodb import DynamoDB
from local.world.memory.kinesis import Kinesis
from local.world.memory.s3 import S3
from local.world.memory.secrets import Secrets
from local.world.memory.service import Service, Unsupported
from local.world.memory.sqs import Sqs
from local.world.memory.streams import Streams


class MemoryEngine(Engine):
    """`strict` has every request checked against AWS's own model of it."""

    name = "memory"

    def __init__(self, clock: Clock, *, strict: bool = False) -> None:
        super().__init__(clock, strict=strict)
        meter = self.meter
        self.dynamodb = DynamoDB(clock, meter, strict=strict)
        self.kinesis = Kinesis(clock, meter, strict=strict)
        self.sqs = Sqs(clock, meter, strict=strict)
        self.s3 = S3(clock, meter, strict=strict)
        streams = Streams(clock, meter, self.dynamodb.tables, strict=strict)
        services: list[Service] = [self.dynamodb, streams, self.kinesis, self.sqs, self.s3, self.ses, self.firehose]
        services.append(Secrets(clock, meter, strict=strict))
        self._services = {service.service: service for service in services}

    def client(self, service: str) -> Any:
        """The in-memory client of a service."""
        if service not in self._services:
            raise Unsupported(f"the memory engine has no {service}")
        return self._services[service]

    def writes(self, service: str) -> int:
        """How many calls may have changed something in a service so far."""
        return self._services[service].writes

    def close(self) -> None:
        """Nothing is held."""
