"""What differs between environments, read from cdk.json's context and checked before anything is built."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PLACEHOLDER_ACCOUNT = "000000000000"  # lets `make synth` run where there is no account; deploying with it fails at once


class ConfigInvalid(ValueError):
    """cdk.json (or a -c on the command line) says something that cannot be deployed."""


@dataclass(frozen=True)
class Config:
    """One environment of cdk.json. docs/deploy.md explains every field."""

    stack: str
    sender_domain: str
    create_identity: bool
    public_url: str
    shopify_bus: str
    alarm_email: str
    window: int
    shards: int
    collectors: int
    log_retention_days: int
    retain_data: bool
    account: str = PLACEHOLDER_ACCOUNT
    region: str = "us-east-1"
    content: str = ""  # a version that this machine deployed or published before; "" is layers/content

    def __post_init__(self) -> None:
        _require(re.fullmatch(r"[a-zA-Z][a-zA-Z0-9-]{0,39}", self.stack), "stack", "letters, digits and -, at most 40")
        _require(
            re.fullmatch(r"([a-z0-9-]+\.)+[a-z]{2,}", self.sender_domain), "sender_domain", "a domain: shop.example"
        )
        _require(
            self.public_url == "" or re.fullmatch(r"https://[^/]+", self.public_url),
            "public_url",
            "https://host or empty",
        )
        _require(
            self.shopify_bus == "" or self.shopify_bus.startswith("aws.partner/"),
            "shopify_bus",
            "aws.partner/... or empty",
        )
        _require(0 <= self.window <= 300, "window", "0 to 300 seconds")
        _require(self.shards >= 1, "shards", "1 or more")
        _require(0 <= self.collectors <= 900, "collectors", "0 to 900 requests at a time")
        _require(re.fullmatch(r"[0-9]{12}", self.account), "account", "twelve digits")


def _require(fulfilled: object, field: str, expected: str) -> None:
    if not fulfilled:
        raise ConfigInvalid(f"cdk.json: {field}: expected {expected}")


def cdk_json() -> dict[str, Any]:
    """The context of cdk.json, for runs without the CDK command line, which would pass it itself."""
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return context


def config(environments: Mapping[str, Mapping[str, Any]], name: str, overrides: Mapping[str, Any]) -> Config:
    """The Config of one environment, with single values overridden (`-c window=1`)."""
    if name not in environments:
        raise ConfigInvalid(f"cdk.json has no environment {name!r}; it has {', '.join(sorted(environments))}")
    values = {**environments[name], **{key: value for key, value in overrides.items() if value is not None}}
    known = {field.name: field for field in fields(Config)}
    for key in values.keys() - known.keys():
        raise ConfigInvalid(f"cdk.json: {name}: {key!r} is not a setting; the settings are {', '.join(known)}")
    for key in known.keys() - values.keys() - {"account", "region", "content"}:
        raise ConfigInvalid(f"cdk.json: {name}: {key!r} is missing")
    return Config(**{key: _typed(key, value, known[key].type) for key, value in values.items()})


def _typed(key: str, value: Any, wanted: Any) -> Any:
    """Values given with -c arrive as text."""
    if wanted is int and isinstance(value, str) and re.fullmatch(r"[0-9]+", value):
        return int(value)
    if wanted is bool and value in ("true", "false"):
        return value == "true"
    if type(value) is not wanted:
        raise ConfigInvalid(f"cdk.json: {key}: expected {wanted.__name__}, found {value!r}")
    return value
