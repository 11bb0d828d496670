"""The queues: `sends` and `feedback`, each with its dead letters, and one for what EventBridge or Lambda gave up on."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.wiring import Function, Trigger

_FORTNIGHT = Duration.days(14)  # the longest SQS keeps a message


@dataclass(frozen=True)
class Queues:
    """`work` and `dead` by the name function.toml gives the queue; `undelivered` takes failed invocations whole."""

    work: dict[str, sqs.Queue]
    dead: dict[str, sqs.Queue]
    undelivered: sqs.Queue


def queues(scope: Construct, functions: list[Function], key: kms.IKey) -> Queues:
    """One pair for each sqs trigger, with the visibility and receive count that the trigger asks for."""
    triggers = [trigger for function in functions for trigger in function.triggers if trigger.kind == "sqs"]
    dead = {trigger["queue"]: _queue(scope, f"{trigger['queue'].title()}Dead", key) for trigger in triggers}
    work = {trigger["queue"]: _work(scope, trigger, dead[trigger["queue"]], key) for trigger in triggers}
    return Queues(work, dead, _queue(scope, "Undelivered", key))


def _work(scope: Construct, trigger: Trigger, dead: sqs.Queue, key: kms.IKey) -> sqs.Queue:
    return _queue(
        scope,
        trigger["queue"].title(),
        key,
        visibility=Duration.seconds(trigger["visibility"]),
        dead=sqs.DeadLetterQueue(queue=dead, max_receive_count=trigger["receives"]),
    )


def _queue(
    scope: Construct,
    name: str,
    key: kms.IKey,
    visibility: Duration | None = None,
    dead: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    return sqs.Queue(
        scope,
        f"{name}Queue",
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        data_key_reuse=Duration.hours(1),  # one KMS call an hour and not one a message
        enforce_ssl=True,
        retention_period=_FORTNIGHT,
        visibility_timeout=visibility,
        dead_letter_queue=dead,
        removal_policy=RemovalPolicy.DESTROY,
    )
