"""DynamoDB for adapters, with the table `customers` in place: moto on dummy credentials, and our memory engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.world.clock import Clock
from local.world.memory.dynamodb import DynamoDB
from local.world.meter import Meter
from mailwright.store import tables
from mailwright.store.clients import config

TABLE = "customers"
REGION = "eu-central-1"


@contextmanager
def credentials() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        }.items():
            patch.setenv(name, value)
        yield


def memory() -> Any:
    """The memory engine's DynamoDB; every request is checked against AWS's own model of it."""
    client = DynamoDB(Clock(0), Meter(), strict=True)
    client.create_table(**tables.definition(TABLE))
    return client


@contextmanager
def dynamodb() -> Iterator[Any]:
    """A DynamoDB client, configured as ours, with the table in place."""
    with credentials(), mock_aws():
        client = boto3.client("dynamodb", config=config("dynamodb"))
        tables.create(client, TABLE)
        yield client
