"""moto for adapters: a table `customers` on dummy credentials, and nothing that could reach a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

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


@contextmanager
def dynamodb() -> Iterator[Any]:
    """A DynamoDB client, configured as ours, with the table in place."""
    with credentials(), mock_aws():
        client = boto3.client("dynamodb", config=config("dynamodb"))
        tables.create(client, TABLE)
        yield client
