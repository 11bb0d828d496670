"""The one way a Lambda is made here: from its function.toml, with a role that may do what the file says and no more."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from constructs import Construct

from functions import wiring
from infra import grants
from infra.address import concurrency
from infra.config import Config
from infra.layers import Layers, code
from infra.logs import log_group
from infra.resources import Resources
from mailwright.settings import environment

_ASYNCHRONOUS = {"eventbridge", "schedule"}


def function(
    scope: Construct, wired: wiring.Function, config: Config, found: Resources, layers: Layers
) -> lambda_.Function:
    """python3.13 on arm64, its own log group and role; a failed asynchronous invocation goes whole to `undelivered`."""
    name = f"{config.stack}-{wired.name}"
    logs = log_group(scope, f"{wired.name.title()}Logs", config, f"/aws/lambda/{name}")
    writes = grants.Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (logs.log_group_arn,))
    pulled = [grant for trigger in wired.triggers for grant in grants.pulls(trigger, found)]
    role = iam.Role(
        scope,
        f"{wired.name.title()}Role",
        description=wired.description,
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"uses": grants.policy([writes, *pulled, *grants.uses(wired, found)], found)},
    )
    asynchronous = any(trigger.kind in _ASYNCHRONOUS for trigger in wired.triggers)
    return lambda_.Function(
        scope,
        wired.name.title(),
        function_name=name,
        description=wired.description,
        runtime=lambda_.Runtime.PYTHON_3_13,
        architecture=lambda_.Architecture.ARM_64,
        handler=wired.handler,
        code=code(),
        layers=layers.of(wired.layers),
        memory_size=wired.memory,
        timeout=Duration.seconds(wired.timeout),
        reserved_concurrent_executions=concurrency(wired.name, config),
        environment=environment(wired.uses, found.settings())
        | {"POWERTOOLS_SERVICE_NAME": wired.name, "POWERTOOLS_METRICS_NAMESPACE": config.stack},
        role=role.without_policy_updates(),
        log_group=logs,
        # Lambda's own START, END and REPORT of each invocation would be most of the log; metrics say the same.
        logging_format=lambda_.LoggingFormat.JSON,
        application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
        system_log_level_v2=lambda_.SystemLogLevel.WARN,
        on_failure=destinations.SqsDestination(found.queues.undelivered) if asynchronous else None,
    )
