"""One dashboard: events in, emails out, what waits, what was set aside, what it used."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra import metrics
from infra.alarms import Alarms
from infra.config import Config
from infra.resources import Resources


def dashboard(
    scope: Construct, config: Config, functions: dict[str, lambda_.Function], found: Resources, alarms: Alarms
) -> None:
    """Rows from the question most often asked to the one least often asked."""
    queues, five = found.queues, Duration.minutes(5)
    rows: list[list[cloudwatch.IWidget]] = [
        [cloudwatch.AlarmStatusWidget(title="Is anything wrong?", alarms=list(alarms.all), width=24, height=4)],
        [
            _graph("Events in", metrics.stream_records(found.stream), metrics.api(found.api.http, "Count")),
            _graph("Emails", metrics.ses("Send"), metrics.ses("Delivery")),
            _graph("Refused", *(metrics.ses(name) for name in ("Bounce", "Complaint", "Reject"))),
        ],
        [
            _graph("Behind, ms", metrics.lag(functions["fold"]), metrics.lag(functions["dispatch"])),
            _graph("Oldest message, s", *(metrics.oldest(queue) for queue in queues.work.values())),
            _graph("Lake, s behind", metrics.freshness(found.lake.events), metrics.freshness(found.lake.journal)),
        ],
        [
            _graph("Dead letters", *(metrics.waiting(queue) for queue in (*queues.dead.values(), queues.undelivered))),
            _graph("Quarantined objects", metrics.puts(found.buckets.quarantine)),
            _graph("Function errors", *(each.metric_errors(period=five) for each in functions.values())),
        ],
        [
            _graph("Invocations", *(each.metric_invocations(period=five) for each in functions.values())),
            _graph("Duration p99, ms", *(each.metric_duration(statistic="p99") for each in functions.values())),
            _graph(
                "Throttles",
                metrics.stream_throttles(found.stream),
                metrics.table_throttles(found.table),
                *(metrics.throttles(each) for each in functions.values()),
            ),
        ],
    ]
    cloudwatch.Dashboard(scope, "Dashboard", dashboard_name=config.stack, widgets=rows)


def _graph(title: str, *shown: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(shown), width=8, height=6)
