"""What sets a function off: streams, the table, queues, buses, the clock and HTTP, as its function.toml says."""

import json
import re

from aws_cdk import Aws
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from functions.wiring import Function, Trigger
from infra.config import Config
from infra.machine import state_machine
from infra.resources import Resources

_Mapping = lambda_.CfnEventSourceMapping
_PARTIAL = ["ReportBatchItemFailures"]
_UNITS = {"m": "minute", "h": "hour", "d": "day"}


class Triggers(Construct):
    """All triggers of one function."""

    def __init__(
        self, scope: Construct, wired: Function, function: lambda_.Function, config: Config, found: Resources
    ) -> None:
        super().__init__(scope, f"{wired.name.title()}Triggers")
        self._wired, self._function, self._config, self._found = wired, function, config, found
        self.machines: list[stepfunctions.CfnStateMachine] = []
        for number, trigger in enumerate(wired.triggers):
            getattr(self, f"_{trigger.kind}")(trigger, f"{trigger.kind.title()}{number or ''}")

    def _http(self, trigger: Trigger, _: str) -> None:
        self._found.api.routes(trigger, self._function)

    def _kinesis(self, trigger: Trigger, name: str) -> None:
        self._stream(trigger, name, self._found.stream.stream_arn, self._config.window, trigger["parallel"])

    def _table(self, trigger: Trigger, name: str) -> None:
        arn = self._found.table.table_stream_arn
        assert arn is not None
        self._stream(trigger, name, arn, trigger["window"], None, trigger["filter"])

    def _stream(
        self, trigger: Trigger, name: str, arn: str, window: int, parallel: int | None, filtered: str | None = None
    ) -> None:
        """Finite retries, bisected, then whole records to the quarantine bucket: nothing blocks a shard for long."""
        _Mapping(
            self,
            name,
            function_name=self._function.function_name,
            event_source_arn=arn,
            starting_position="TRIM_HORIZON",
            batch_size=trigger["batch"],
            maximum_batching_window_in_seconds=window,
            parallelization_factor=parallel,
            maximum_retry_attempts=trigger["retries"],
            maximum_record_age_in_seconds=trigger["max_age"],
            bisect_batch_on_function_error=trigger["bisect"],
            function_response_types=_PARTIAL,
            destination_config=_Mapping.DestinationConfigProperty(
                on_failure=_Mapping.OnFailureProperty(destination=self._found.buckets.quarantine.bucket_arn)
            ),
            filter_criteria=_Mapping.FilterCriteriaProperty(filters=[_Mapping.FilterProperty(pattern=filtered)])
            if filtered
            else None,
        )

    def _sqs(self, trigger: Trigger, name: str) -> None:
        _Mapping(
            self,
            name,
            function_name=self._function.function_name,
            event_source_arn=self._found.queues.work[trigger["queue"]].queue_arn,
            batch_size=trigger["batch"],
            maximum_batching_window_in_seconds=trigger["window"],
            function_response_types=_PARTIAL,
        )

    def _eventbridge(self, trigger: Trigger, name: str) -> None:
        bus = self._found.buses.get(trigger["bus"])
        if bus is None:  # the environment names no such bus
            return
        dead = self._found.queues.undelivered
        rule = events.CfnRule(
            self,
            name,
            event_bus_name=bus.event_bus_name,
            event_pattern=json.loads(trigger["pattern"]),
            targets=[
                events.CfnRule.TargetProperty(
                    id="function",
                    arn=self._function.function_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead.queue_arn),
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_event_age_in_seconds=86_400, maximum_retry_attempts=185
                    ),
                )
            ],
        )
        service = iam.ServicePrincipal("events.amazonaws.com")
        self._function.add_permission(f"{name}Invoke", principal=service, source_arn=rule.attr_arn)
        dead.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[service],
                actions=["sqs:SendMessage"],
                resources=[dead.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
            )
        )

    def _schedule(self, trigger: Trigger, name: str) -> None:
        self._scheduled(trigger, name, "lambda:InvokeFunction", self._function.function_arn)

    def _map(self, trigger: Trigger, name: str) -> None:
        machine = state_machine(self, self._wired, trigger, self._function, self._config)
        self.machines.append(machine)
        self._scheduled(trigger, name, "states:StartExecution", machine.ref)

    def _scheduled(self, trigger: Trigger, name: str, action: str, target: str) -> None:
        role = iam.Role(
            self,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
            ),
        )
        dead = self._found.queues.undelivered
        role.add_to_policy(iam.PolicyStatement(actions=[action], resources=[target]))
        role.add_to_policy(iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[dead.queue_arn]))
        role.add_to_policy(
            iam.PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self._found.key.key_arn])
        )
        schedule = scheduler.CfnSchedule(
            self,
            name,
            description=self._function.node.id,
            schedule_expression=expression(trigger),
            schedule_expression_timezone="UTC",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=target,
                role_arn=role.role_arn,
                input=json.dumps({"scheduled": "<aws.scheduler.scheduled-time>"}),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead.queue_arn),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=3600, maximum_retry_attempts=10
                ),
            ),
        )
        schedule.node.add_dependency(role)


def expression(trigger: Trigger) -> str:
    """`every = "5m"` as rate(5 minutes); `cron = "0 3 * * ? *"` as it is."""
    if "cron" in trigger.options:
        return f"cron({trigger['cron']})"
    every = re.fullmatch(r"([1-9][0-9]*)([mhd])", trigger["every"])
    if every is None:
        raise ValueError(f"every = {trigger['every']!r}: expected a number and m, h or d, such as 5m")
    number, unit = int(every[1]), _UNITS[every[2]]
    return f"rate({number} {unit}{'' if number == 1 else 's'})"
