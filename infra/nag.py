"""Findings of cdk-nag's AwsSolutions rules that we leave as they are, each with its reason; any other fails synth."""

from collections.abc import Iterable

from aws_cdk import Acknowledgment, CfnElement, Stack, Validations
from aws_cdk.aws_stepfunctions import CfnStateMachine
from constructs import IConstruct

from functions.machine import LABEL
from infra.resources import Resources

_RUNTIME = (
    "python3.13 is what the wheels of the runtime layer are locked and tested for; 3.14 comes with its own change"
)
_AUTHORIZATION = (
    "The functions authorize: write key (/v1), Shopify's HMAC over the raw body (/shopify), sealed token (/u). "
    "Storefront SDKs and mail clients can bring nothing that an API Gateway authorizer could check"
)
_OBJECTS = "Only s3:PutObject and s3:GetObject on objects whose keys carry the day: they cannot be listed beforehand"
_SOURCE = "Its source is a Kinesis stream encrypted with our key; Firehose then refuses an encryption of its own"
_TOKENS = (
    "Every unsubscribe link ever sent is sealed with it; docs/operate.md says how to add a key and keep the old one"
)
_INGEST = "Half of it is Shopify's, the other half stands in the shop's pages: both are changed by hand, together"
_UNDELIVERED = "It is the dead-letter queue of EventBridge, the scheduler, SNS and Lambda"
_MACHINE = (
    "Log delivery and X-Ray ask for rights on *; what a run did is in the lake, and one that failed raises an alarm"
)
_EXECUTIONS = "An execution's name is made when it begins; these are the executions of this one state machine"
_KEY = "Our own key, so that whoever reads the stream needs its permission as well; about a dollar a month"


def acknowledge(stack: Stack, found: Resources, machines: Iterable[CfnStateMachine]) -> None:
    """Say of each finding, where it arises, why it stays."""
    _leave(stack, "L1", _RUNTIME)
    _leave(found.api, "APIG4", _AUTHORIZATION)
    _leave(found.secrets.tokens, "SMG4", _TOKENS)
    _leave(found.secrets.ingest, "SMG4", _INGEST)
    _leave(found.queues.undelivered, "SQS3", _UNDELIVERED)
    _leave(found.lake.events, "KDF1", _SOURCE)
    _leave(found.stream, "KDS3", _KEY)
    for machine in machines:
        _leave(machine, "SF1", _MACHINE)
        _leave(machine, "SF2", _MACHINE)
        for name in (machine.state_machine_name, f"{machine.state_machine_name}/{LABEL}"):
            arn = f"arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:{name}:*"
            _leave(stack, f"IAM5[Resource::{arn}]", _EXECUTIONS)
    lake, quarantine = found.buckets.lake, found.buckets.quarantine
    for bucket, prefix in ((lake, ""), (lake, "metrics/"), (lake, "segments/"), (lake, "models/"), (quarantine, "")):
        element = bucket.node.default_child
        assert isinstance(element, CfnElement)
        _leave(stack, f"IAM5[Resource::<{stack.get_logical_id(element)}.Arn>/{prefix}*]", _OBJECTS)


def _leave(where: IConstruct, rule: str, reason: str) -> None:
    Validations.of(where).acknowledge(Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason))
