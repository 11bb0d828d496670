"""The table `customers`: every customer's rows, the sparse index of due timers, and the stream that is the outbox."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.config import Config

_STRING = dynamodb.AttributeType.STRING
_NUMBER = dynamodb.AttributeType.NUMBER


def customers_table(scope: Construct, config: Config, key: kms.IKey) -> dynamodb.TableV2:
    """On-demand, encrypted with our key, restorable to any second of 35 days; its other side is mailwright.store."""
    return dynamodb.TableV2(
        scope,
        "CustomersTable",
        partition_key=dynamodb.Attribute(name="customer_id", type=_STRING),
        sort_key=dynamodb.Attribute(name="row", type=_STRING),
        global_secondary_indexes=[
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name="due",
                partition_key=dynamodb.Attribute(name="due_shard", type=_STRING),
                sort_key=dynamodb.Attribute(name="due", type=_NUMBER),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )
        ],
        dynamo_stream=dynamodb.StreamViewType.NEW_IMAGE,
        time_to_live_attribute="ttl",
        encryption=dynamodb.TableEncryptionV2.customer_managed_key(key),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=config.retain_data,
        removal_policy=RemovalPolicy.RETAIN if config.retain_data else RemovalPolicy.DESTROY,
    )
