"""The state machine of a `map` trigger: the definition in functions/machine.py, and a role that may drive it."""

import json

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from functions.machine import LABEL, definition
from functions.wiring import Function, Trigger
from infra.config import Config

_FUNCTION = "function"  # what stands for its ARN in the definition


def state_machine(
    scope: Construct, wired: Function, trigger: Trigger, function: lambda_.Function, config: Config
) -> stepfunctions.CfnStateMachine:
    """A standard state machine named after the function. A distributed map makes each item an execution of its own."""
    name = f"{config.stack}-{wired.name}"
    states = f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}"
    role = iam.Role(
        scope,
        "MachineRole",
        assumed_by=iam.ServicePrincipal(
            "states.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        ),
    )
    role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn]))
    role.add_to_policy(
        iam.PolicyStatement(actions=["states:StartExecution"], resources=[f"{states}:stateMachine:{name}"])
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"],
            resources=[f"{states}:execution:{each}:*" for each in (name, f"{name}/{LABEL}")],
        )
    )
    machine = stepfunctions.CfnStateMachine(
        scope,
        "Machine",
        state_machine_name=name,
        role_arn=role.role_arn,
        definition_string=json.dumps(definition(wired, trigger, f"${{{_FUNCTION}}}"), indent=1),
        definition_substitutions={_FUNCTION: function.function_arn},
    )
    machine.node.add_dependency(role)
    return machine
