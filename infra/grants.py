"""From "uses" and triggers to IAM: a verb on a resource is exactly these actions on exactly these ARNs.

No action is a wildcard, and the only wildcards in resources are the objects of a bucket. A verb that is not in the
table is an error.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from functions.wiring import Function, Trigger
from infra.resources import Resources
from infra.secret import arn

_READ_KEY = ("kms:Decrypt", "kms:DescribeKey")
_WRITE_KEY = ("kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo", *_READ_KEY)
_PUT_KEY = ("kms:Decrypt", "kms:GenerateDataKey")


@dataclass(frozen=True)
class Grant:
    """Actions on ARNs, and what the caller may have `service` do with our key on its behalf."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    service: str = ""
    key: tuple[str, ...] = ()
    conditions: dict[str, Any] = field(default_factory=dict)


def uses(function: Function, found: Resources) -> list[Grant]:
    """What [uses] of function.toml asks for; reading content is a layer and needs no grant."""
    table = _table(found)
    asked = [(resource, verb) for resource, verbs in function.uses.items() for verb in verbs]
    unknown = [f"{resource} = [{verb!r}]" for resource, verb in asked if (resource, verb) not in table]
    if unknown:
        raise KeyError(
            f"functions/{function.name}/function.toml: no grant for {', '.join(unknown)}; see infra/grants.py"
        )
    return [grant for use in asked for grant in table[use]]


def _table(found: Resources) -> dict[tuple[str, str], list[Grant]]:
    table, due = found.table.table_arn, f"{found.table.table_arn}/index/due"
    lake, quarantine = found.buckets.lake, found.buckets.quarantine
    sends = found.queues.work["sends"].queue_arn
    sender = {"StringLike": {"ses:FromAddress": f"*@{found.mail.domain}"}}
    secret = ("secretsmanager:GetSecretValue",)
    return {
        ("customers", "read"): [Grant(("dynamodb:BatchGetItem", "dynamodb:GetItem"), (table,), "dynamodb", _READ_KEY)],
        ("customers", "query"): [Grant(("dynamodb:Query",), (table,), "dynamodb", _READ_KEY)],
        ("customers", "due"): [Grant(("dynamodb:Query",), (due,), "dynamodb", _READ_KEY)],
        ("customers", "scan"): [Grant(("dynamodb:Scan",), (table,), "dynamodb", _READ_KEY)],
        ("customers", "write"): [Grant(("dynamodb:PutItem",), (table,), "dynamodb", _WRITE_KEY)],
        ("events", "write"): [Grant(("kinesis:PutRecords",), (found.stream.stream_arn,), "kinesis", _PUT_KEY)],
        ("sends", "write"): [Grant(("sqs:SendMessage",), (sends,), "sqs", _PUT_KEY)],
        ("quarantine", "write"): [Grant(("s3:PutObject",), (quarantine.arn_for_objects("*"),), "s3", _PUT_KEY)],
        ("lake", "read"): [
            Grant(("s3:ListBucket",), (lake.bucket_arn,)),
            Grant(("s3:GetObject",), (lake.arn_for_objects("*"),), "s3", _READ_KEY[:1]),
        ],
        ("lake", "write"): [Grant(("s3:PutObject",), (lake.arn_for_objects("metrics/*"),), "s3", _PUT_KEY)],
        ("lake", "segments"): [
            Grant(("s3:ListBucket",), (lake.bucket_arn,)),
            Grant(("s3:GetObject", "s3:PutObject"), (lake.arn_for_objects("segments/*"),), "s3", _PUT_KEY),
        ],
        ("clusters", "read"): [
            Grant(("s3:ListBucket",), (lake.bucket_arn,)),  # without it a model that is not there looks forbidden
            Grant(("s3:GetObject",), (lake.arn_for_objects("models/*"),), "s3", _READ_KEY[:1]),
        ],
        ("clusters", "write"): [Grant(("s3:PutObject",), (lake.arn_for_objects("models/*"),), "s3", _PUT_KEY)],
        ("journal", "write"): [Grant(("firehose:PutRecordBatch",), (found.lake.journal.attr_arn,))],
        # SES asks for SendRawEmail when the content of SendEmail is Raw.
        ("mail", "send"): [
            Grant(
                ("ses:SendEmail", "ses:SendRawEmail"),
                (found.mail.identity_arn, found.mail.configuration_set_arn),
                conditions=sender,
            )
        ],
        ("tokens", "read"): [Grant(secret, (arn(found.secrets.tokens),), "secretsmanager", _READ_KEY[:1])],
        ("ingest", "read"): [Grant(secret, (arn(found.secrets.ingest),), "secretsmanager", _READ_KEY[:1])],
        ("content", "read"): [],
    }


def pulls(trigger: Trigger, found: Resources) -> list[Grant]:
    """What Lambda needs, in the function's name, to fetch from a source and to put aside what failed for good."""
    failed = Grant(("s3:PutObject",), (found.buckets.quarantine.arn_for_objects("*"),), "s3", _PUT_KEY)
    bucket = Grant(("s3:ListBucket",), (found.buckets.quarantine.bucket_arn,))
    reading = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    match trigger.kind:
        case "kinesis":
            actions = tuple(f"kinesis:{verb}" for verb in (*reading, "DescribeStreamSummary", "ListShards"))
            return [Grant(actions, (found.stream.stream_arn,), "kinesis", _READ_KEY[:1]), failed, bucket]
        case "table":
            actions = tuple(f"dynamodb:{verb}" for verb in reading)
            stream = found.table.table_stream_arn
            assert stream is not None
            return [Grant(actions, (stream,), "dynamodb", _READ_KEY), failed, bucket]
        case "sqs":
            queue = found.queues.work[trigger["queue"]].queue_arn
            actions = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
            return [Grant(actions, (queue,), "sqs", _READ_KEY[:1])]
        case "eventbridge" | "schedule":
            return [Grant(("sqs:SendMessage",), (found.queues.undelivered.queue_arn,), "sqs", _PUT_KEY)]
        case "http" | "map":
            return []
        case kind:
            raise KeyError(f"trigger kind {kind!r} is not known; see infra/grants.py")


def policy(grants: Iterable[Grant], found: Resources) -> iam.PolicyDocument:
    """The grants as one document, the key's use folded into one statement bound to the services it is used through."""
    grants = list(grants)
    document = iam.PolicyDocument(minimize=True)
    for grant in grants:
        document.add_statements(
            iam.PolicyStatement(
                actions=list(grant.actions), resources=list(grant.resources), conditions=grant.conditions
            )
        )
    services = sorted({grant.service for grant in grants if grant.service})
    if services:
        document.add_statements(
            iam.PolicyStatement(
                actions=sorted({action for grant in grants for action in grant.key}),
                resources=[found.key.key_arn],
                conditions={
                    "StringEquals": {"kms:ViaService": [f"{name}.{Aws.REGION}.amazonaws.com" for name in services]}
                },
            )
        )
    return document
