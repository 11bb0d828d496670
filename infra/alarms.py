"""Alarms that answer 'is mail flowing' and 'is anything lost'. docs/operate.md says of each what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk.aws_stepfunctions import CfnStateMachine
from constructs import Construct

from infra import metrics
from infra.config import Config
from infra.resources import Resources

_MINUTE = 60_000  # ms
_SILENCE = cloudwatch.TreatMissingData
_Below = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
_Above = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD


@dataclass(frozen=True)
class Watch:
    """One alarm: `metric` over `limit` for `periods` in a row. `silent` is what no data means."""

    name: str
    means: str
    metric: cloudwatch.IMetric
    limit: float
    periods: int = 1
    comparison: cloudwatch.ComparisonOperator = _Above
    silent: cloudwatch.TreatMissingData = _SILENCE.NOT_BREACHING


class Alarms(Construct):
    """Every alarm tells one topic; `all` is what the dashboard shows."""

    def __init__(
        self,
        scope: Construct,
        config: Config,
        functions: dict[str, lambda_.Function],
        machines: Iterable[CfnStateMachine],
        found: Resources,
    ) -> None:
        super().__init__(scope, "Alarms")
        self._config = config
        self._topic = self._subscribed(config, found.key)
        watched = [*_flow(config, functions, found), *_loss(config, functions, found), *_limits(found)]
        watched += [_run(machine) for machine in machines]
        self.all = [self._alarm(watch) for watch in watched]

    def _subscribed(self, config: Config, key: kms.IKey) -> sns.Topic:
        topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        topic.add_to_resource_policy(  # a topic with a policy of its own has lost the one that let alarms in
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if config.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))
        return topic

    def _alarm(self, watch: Watch) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            watch.name.replace("-", " ").title().replace(" ", ""),
            alarm_name=f"{self._config.stack}-{watch.name}",
            alarm_description=f"{watch.means} What to do: docs/operate.md#{watch.name}",
            metric=watch.metric,
            threshold=watch.limit,
            comparison_operator=watch.comparison,
            evaluation_periods=watch.periods,
            treat_missing_data=watch.silent,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
        alarm.add_ok_action(actions.SnsAction(self._topic))
        return alarm


def _flow(config: Config, functions: dict[str, lambda_.Function], found: Resources) -> list[Watch]:
    """Is mail flowing?"""
    late = (config.window + 300) * 1000
    ticks = functions["tick"].metric_invocations(period=Duration.minutes(15))
    return [
        Watch("fold-behind", "Events wait to be folded into profiles.", metrics.lag(functions["fold"]), late, 3),
        Watch(
            "dispatch-behind", "Decisions wait to be carried out.", metrics.lag(functions["dispatch"]), 5 * _MINUTE, 3
        ),
        Watch("sends-behind", "Emails wait in the queue.", metrics.oldest(found.queues.work["sends"]), 3600, 3),
        Watch("feedback-behind", "SES feedback waits.", metrics.oldest(found.queues.work["feedback"]), 900, 3),
        Watch("clock-stopped", "No timer was looked at for 15 minutes.", ticks, 1, 1, _Below, _SILENCE.BREACHING),
        Watch("api-failing", "The HTTP API answers 5xx.", metrics.api(found.api.http, "5xx"), 0, 2),
        Watch("lake-behind", "Events wait to reach the lake.", metrics.freshness(found.lake.events), 1800, 2),
        Watch("journal-behind", "Send records wait to reach the lake.", metrics.freshness(found.lake.journal), 1800, 2),
    ]


def _loss(config: Config, functions: dict[str, lambda_.Function], found: Resources) -> list[Watch]:
    """Is anything lost? Nothing is: it is in one of these places and somebody has to look."""
    dead = [
        Watch(f"{name}-dead", f"Messages of the queue {name} were given up.", metrics.waiting(queue), 0)
        for name, queue in found.queues.dead.items()
    ]
    failing = [
        Watch(f"{name}-failing", f"The function {name} raises errors.", each.metric_errors(), 0, 2)
        for name, each in functions.items()
    ]
    undelivered = metrics.waiting(found.queues.undelivered)
    quarantined = metrics.puts(found.buckets.quarantine)
    unknown = metrics.unconfirmed(functions["send"], config.stack)
    return [
        *dead,
        Watch("undelivered", "EventBridge, the scheduler or Lambda gave up an invocation.", undelivered, 0),
        Watch("quarantined", "Records could not be used and were set aside whole.", quarantined, 0),
        Watch("unconfirmed", "Several emails of an hour ended without an answer of SES.", unknown, 1),
        *failing,
    ]


def _run(machine: CfnStateMachine) -> Watch:
    """Nothing is lost: the next run finds what this one did not. Until then segments do not notice that time passes."""
    return Watch("run-failed", "A nightly run over all profiles gave up.", metrics.failed(machine), 0)


def _limits(found: Resources) -> list[Watch]:
    """What AWS or the mailbox providers refuse; the rates are half of those at which SES reviews an account."""
    return [
        Watch("stream-throttled", "The stream refuses events.", metrics.stream_throttles(found.stream), 0, 3),
        Watch("table-throttled", "The table refuses requests.", metrics.table_throttles(found.table), 0, 3),
        Watch("functions-throttled", "Lambda's concurrency is used up.", metrics.account_throttles(), 0, 3),
        Watch("bounces", "Over 2.5 % of emails bounce.", metrics.reputation("BounceRate"), 0.025),
        Watch("complaints", "Over 0.05 % are marked as spam.", metrics.reputation("ComplaintRate"), 0.0005),
        Watch("rejects", "SES rejects what was accepted before.", metrics.rejects(), 0),
    ]
