"""The buckets: the lake, the quarantine, and the access log of both."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from mailwright.model.run import CLICKS, PARTS

QUARANTINE_METRICS = "all"  # the request metrics that the quarantine alarm counts puts by


@dataclass(frozen=True)
class Buckets:
    """`lake` holds events/, sends/ and metrics/ by day; `quarantine` what could not be used; `access` who asked."""

    lake: s3.Bucket
    quarantine: s3.Bucket
    access: s3.Bucket


def buckets(scope: Construct, config: Config, key: kms.IKey) -> Buckets:
    """Private, TLS only, encrypted with our key; kept when the stack goes, where the environment retains data."""
    access = s3.Bucket(
        scope,
        "AccessLogBucket",
        encryption=s3.BucketEncryption.S3_MANAGED,  # S3 delivers access logs to no other kind
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
        removal_policy=_removal(config),
    )
    lake = _bucket(scope, "Lake", config, key, access)
    # A run that is repeated a week late still goes on from its notes; after that they only pile up.
    lake.add_lifecycle_rule(id="NotesOfWorkers", prefix=PARTS, expiration=Duration.days(14))
    lake.add_lifecycle_rule(id="ClicksOfADay", prefix=CLICKS, expiration=Duration.days(14))
    quarantine = _bucket(scope, "Quarantine", config, key, access)
    quarantine.add_metric(id=QUARANTINE_METRICS)
    return Buckets(lake, quarantine, access)


def _bucket(scope: Construct, name: str, config: Config, key: kms.IKey, access: s3.Bucket) -> s3.Bucket:
    return s3.Bucket(
        scope,
        f"{name}Bucket",
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        lifecycle_rules=[s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(7))],
        server_access_logs_bucket=access,
        server_access_logs_prefix=f"{name.lower()}/",
        removal_policy=_removal(config),
    )


def _removal(config: Config) -> RemovalPolicy:
    return RemovalPolicy.RETAIN if config.retain_data else RemovalPolicy.DESTROY
