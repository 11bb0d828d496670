"""The one key that table, stream, queues, topics, buckets and secrets are encrypted with, and who else may use it."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

# AWS services that put messages into an encrypted queue or topic of ours on their own behalf.
_SENDERS = (
    "ses.amazonaws.com",  # feedback -> topic
    "sns.amazonaws.com",  # topic -> feedback queue
    "events.amazonaws.com",  # what no target took -> dead-letter queue
    "cloudwatch.amazonaws.com",  # alarm -> topic
)


def encryption_key(scope: Construct) -> kms.Key:
    """A customer-managed key, rotated yearly. It is always kept: retained data without it would be noise."""
    key = kms.Key(
        scope,
        "Key",
        description="Mailwright: customer data at rest and in queues",
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.RETAIN,
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="ServicesThatSendToQueuesAndTopics",
            principals=[iam.ServicePrincipal(name) for name in _SENDERS],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],  # in a key's own policy, this key
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
    )
    return key
