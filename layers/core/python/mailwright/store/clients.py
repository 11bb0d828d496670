"""The AWS clients, one configuration each, chosen for what a repeated request would do.

DynamoDB, Kinesis, S3, SQS and Firehose calls are safe to repeat (conditions, ids and deterministic keys see to that),
so botocore may. An email is not: SES has no token that would make a second POST harmless, so its client makes one.

boto3's clients are botocore's. They are made without boto3 because what it adds (resources, file transfers) is not used
here and costs a cold start a fifth of its imports (bench/results/imports.md). One session makes them all: what it has
read for one client (endpoints, regions, credentials) the next does not read again.
"""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session

from mailwright.store.models import Models

_CONFIGS: dict[str, dict[str, Any]] = {
    # total_max_attempts counts the first one: 1 means never again. By default boto posts an email up to five times.
    "sesv2": {"retries": {"total_max_attempts": 1}, "connect_timeout": 5, "read_timeout": 10},
    # Single-digit milliseconds are normal: a reply that has not come in 3 s will not come.
    "dynamodb": {"retries": {"mode": "standard", "total_max_attempts": 5}, "connect_timeout": 2, "read_timeout": 3},
    "kinesis": {"retries": {"mode": "standard", "total_max_attempts": 4}, "connect_timeout": 2, "read_timeout": 5},
    # `fold` asks S3 on its way which clusters there are, and does without should S3 be down: half a minute at the most.
    "s3": {"retries": {"mode": "standard", "total_max_attempts": 3}, "connect_timeout": 2, "read_timeout": 8},
}
_OTHERS: dict[str, Any] = {
    "retries": {"mode": "standard", "total_max_attempts": 4},
    "connect_timeout": 3,
    "read_timeout": 20,
}


def config(service: str) -> Config:
    """The botocore settings of one service's client."""
    # Parameters are checked by the tests against the real models; checking each call again costs a tenth of it.
    return Config(parameter_validation=service not in {"dynamodb"}, **_CONFIGS.get(service, _OTHERS))


@cache
def session() -> Any:  # the stubs know services by literal names only
    """What the clients of this process have in common."""
    made = Session()
    made.register_component("data_loader", Models())
    return made


@cache
def client(service: str) -> Any:
    """The client of a service by its boto3 name; one a process."""
    return session().create_client(service, config=config(service))
