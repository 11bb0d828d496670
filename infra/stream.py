"""The Kinesis stream `events`: everything that changes a profile, one partition a customer."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.config import Config


def events_stream(scope: Construct, config: Config, key: kms.IKey) -> kinesis.Stream:
    """Provisioned shards (1,000 events/s each) cost a third of on-demand at shop size; a day of records is kept."""
    return kinesis.Stream(
        scope,
        "EventsStream",
        stream_mode=kinesis.StreamMode.PROVISIONED,
        shard_count=config.shards,
        retention_period=Duration.hours(24),
        encryption=kinesis.StreamEncryption.KMS,
        encryption_key=key,
        removal_policy=RemovalPolicy.DESTROY,  # the lake has every event
    )
