"""The two secrets. Their values are made by Secrets Manager at deploy time and are in no template and no file."""

import json
import string
from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.config import Config


@dataclass(frozen=True)
class Secrets:
    """`tokens` seals customer ids in links and tags; `ingest` holds the write key and Shopify's webhook secret."""

    tokens: secretsmanager.Secret
    ingest: secretsmanager.Secret


def arn(secret: secretsmanager.Secret) -> str:
    """The ARN by its attribute. `Ref` is the same on AWS, and only the name on the engine of the end-to-end test."""
    resource = secret.node.default_child
    assert isinstance(resource, secretsmanager.CfnSecret)
    return resource.attr_id


def secrets(scope: Construct, config: Config, key: kms.IKey) -> Secrets:
    """`tokens` is kept whatever the environment says: without it every unsubscribe link ever sent is dead."""
    tokens = _secret(
        scope,
        "Tokens",
        key,
        description="Keys that unsubscribe links and feedback tags are sealed with: {current: name, name: text}",
        known={"current": "a"},
        generated="a",
        length=88,  # letters and digits: 523 bits, which mailwright.compose.tokens turns into a 512-bit key
        removal=RemovalPolicy.RETAIN,
    )
    ingest = _secret(
        scope,
        "Ingest",
        key,
        description="The write key storefronts send, and Shopify's webhook secret, which you fill in",
        known={"shopify_secret": ""},
        generated="write_key",
        length=32,
        removal=RemovalPolicy.RETAIN if config.retain_data else RemovalPolicy.DESTROY,
    )
    return Secrets(tokens, ingest)


def _secret(
    scope: Construct,
    name: str,
    key: kms.IKey,
    *,
    description: str,
    known: dict[str, str],
    generated: str,
    length: int,
    removal: RemovalPolicy,
) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        scope,
        f"{name}Secret",
        description=description,
        encryption_key=key,
        generate_secret_string=secretsmanager.SecretStringGenerator(
            secret_string_template=json.dumps(known),
            generate_string_key=generated,
            password_length=length,
            exclude_characters=string.punctuation,  # a write key stands in Basic credentials and in pages
        ),
        removal_policy=removal,
    )
