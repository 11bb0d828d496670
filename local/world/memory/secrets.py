"""Secrets Manager in memory: text by name."""

from typing import Any

from local.world.clock import Clock
from local.world.memory.service import Service, operation
from local.world.meter import Meter


class Secrets(Service):
    """The client."""

    service = "secretsmanager"

    def __init__(self, clock: Clock, meter: Meter, *, strict: bool = False) -> None:
        super().__init__(clock, meter, strict=strict)
        self.texts: dict[str, str] = {}

    @operation("Name", "SecretString")
    def create_secret(self, request: dict[str, Any]) -> dict[str, Any]:
        self.texts[request["Name"]] = request["SecretString"]
        return {"Name": request["Name"]}

    @operation("SecretId")
    def get_secret_value(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["SecretId"] not in self.texts:
            message = "Secrets Manager can't find the specified secret."
            raise self.error("GetSecretValue", "ResourceNotFoundException", message)
        return {"Name": request["SecretId"], "SecretString": self.texts[request["SecretId"]]}
