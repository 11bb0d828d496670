"""Secrets Manager: JSON objects of keys, read once a process."""

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_decode = msgspec.json.Decoder(dict[str, str]).decode


class SecretUnusable(RuntimeError):
    """A secret is not the JSON object of texts that it must be."""


@lru_cache(maxsize=16)
def secret(client: "SecretsManagerClient", name: str) -> dict[str, str]:
    """The object in the secret of this name or ARN; SecretUnusable, telling nothing of its value, when it is none."""
    text = client.get_secret_value(SecretId=name).get("SecretString", "")
    try:
        return _decode(text)
    except msgspec.DecodeError as error:
        raise SecretUnusable(f"the secret {name} must be a JSON object of texts: {type(error).__name__}") from None
