"""The CloudWatch metrics that alarms and the dashboard share, by what they tell."""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions

from infra.buckets import QUARANTINE_METRICS

_FIVE_MINUTES = Duration.minutes(5)


def _metric(namespace: str, name: str, dimensions: dict[str, str], statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=namespace, metric_name=name, dimensions_map=dimensions, statistic=statistic, period=_FIVE_MINUTES
    )


def lag(function: lambda_.IFunction) -> cloudwatch.Metric:
    """Milliseconds between a record's arrival and its reading by a stream function."""
    return function.metric("IteratorAge", statistic="max", period=_FIVE_MINUTES)


def throttles(function: lambda_.IFunction) -> cloudwatch.Metric:
    return function.metric_throttles(period=_FIVE_MINUTES)


def account_throttles() -> cloudwatch.Metric:
    """Of all functions of the account: its concurrency is shared."""
    return _metric("AWS/Lambda", "Throttles", {}, "sum")


def oldest(queue: sqs.Queue) -> cloudwatch.Metric:
    """Age in seconds of the oldest message."""
    return queue.metric_approximate_age_of_oldest_message(period=_FIVE_MINUTES)


def waiting(queue: sqs.Queue) -> cloudwatch.Metric:
    return queue.metric_approximate_number_of_messages_visible(period=_FIVE_MINUTES)


def puts(bucket: s3.Bucket) -> cloudwatch.Metric:
    """Objects written to a bucket that has request metrics."""
    return _metric("AWS/S3", "PutRequests", {"BucketName": bucket.bucket_name, "FilterId": QUARANTINE_METRICS}, "sum")


def freshness(delivery: firehose.CfnDeliveryStream) -> cloudwatch.Metric:
    """Age in seconds of the oldest record that is not in S3 yet."""
    return _metric("AWS/Firehose", "DeliveryToS3.DataFreshness", {"DeliveryStreamName": delivery.ref}, "max")


def api(http: apigateway.HttpApi, name: str) -> cloudwatch.Metric:
    """`Count`, `4xx` or `5xx` of an HTTP API."""
    return _metric("AWS/ApiGateway", name, {"ApiId": http.api_id}, "sum")


def stream_records(stream: kinesis.Stream) -> cloudwatch.Metric:
    return stream.metric_incoming_records(statistic="sum", period=_FIVE_MINUTES)


def stream_throttles(stream: kinesis.Stream) -> cloudwatch.Metric:
    return stream.metric_write_provisioned_throughput_exceeded(statistic="sum", period=_FIVE_MINUTES)


def table_throttles(table: dynamodb.TableV2) -> cloudwatch.Metric:
    return _metric("AWS/DynamoDB", "WriteThrottleEvents", {"TableName": table.table_name}, "sum")


def failed(machine: stepfunctions.CfnStateMachine) -> cloudwatch.Metric:
    """Executions of a state machine that gave up."""
    return _metric("AWS/States", "ExecutionsFailed", {"StateMachineArn": machine.ref}, "sum")


def ses(name: str, statistic: str = "sum") -> cloudwatch.Metric:
    """`Send`, `Delivery`, `Bounce`, `Complaint`, `Reject` of the account in this region: SES publishes these itself."""
    return _metric("AWS/SES", name, {}, statistic)


def reputation(name: str) -> cloudwatch.Metric:
    """`BounceRate` or `ComplaintRate` of the account, a share of 1: what SES reviews and pauses it by."""
    return ses(f"Reputation.{name}", "avg")


def rejects() -> cloudwatch.Metric:
    return ses("Reject")


def unconfirmed(send: lambda_.Function, namespace: str) -> cloudwatch.Metric:
    """Emails of an hour that ended without an answer of SES, as `send` logs them. Exists only where there are any."""
    named = logs.MetricFilter(
        send,
        "Unconfirmed",
        log_group=send.log_group,
        filter_pattern=logs.FilterPattern.exists("$.unconfirmed"),
        metric_namespace=namespace,
        metric_name="Unconfirmed",
        metric_value="$.unconfirmed",
    )
    return named.metric(statistic="sum", period=Duration.hours(1))
