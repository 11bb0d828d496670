"""What sets functions off, and where everything goes that could not be done."""

import json

import pytest

from functions import wiring
from functions.machine import definition
from tests.infra.template import Resource, Template, listed, name

WIRED = wiring.all_functions()


def _triggers(kind: str) -> list[tuple[str, wiring.Trigger]]:
    return [(wired.name, trigger) for wired in WIRED for trigger in wired.triggers if trigger.kind == kind]


def _mapping(template: Template, function: str) -> dict[str, object]:
    (found,) = [
        each.properties
        for each in template.all("AWS::Lambda::EventSourceMapping")
        if name(each.properties["FunctionName"]) == function.title()
    ]
    return found


@pytest.mark.parametrize(("function", "trigger"), _triggers("kinesis") + _triggers("table"))
def test_a_stream_can_be_retried_but_not_blocked(template: Template, function: str, trigger: wiring.Trigger) -> None:
    mapping = _mapping(template, function)
    assert mapping["BatchSize"] == trigger["batch"]
    assert mapping["MaximumBatchingWindowInSeconds"] == trigger["window"]
    assert mapping["MaximumRetryAttempts"] == trigger["retries"] > 0
    assert mapping["MaximumRecordAgeInSeconds"] == trigger["max_age"] > 0
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert name(mapping["DestinationConfig"]["OnFailure"]["Destination"]) == "QuarantineBucket"  # type: ignore[index]


def test_the_outbox_is_delivered_only_when_there_is_one(template: Template) -> None:
    (filtered,) = _mapping(template, "dispatch")["FilterCriteria"]["Filters"]  # type: ignore[index]
    assert json.loads(filtered["Pattern"]) == {"dynamodb": {"NewImage": {"pend": {"B": [{"exists": True}]}}}}


@pytest.mark.parametrize(("function", "trigger"), _triggers("sqs"))
def test_a_queue_hides_a_message_for_six_timeouts_and_then_gives_it_up(
    template: Template, function: str, trigger: wiring.Trigger
) -> None:
    mapping, title = _mapping(template, function), trigger["queue"].title()
    assert name(mapping["EventSourceArn"]) == f"{title}Queue"
    assert mapping["BatchSize"] == trigger["batch"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    queue = template.one("AWS::SQS::Queue", f"{title}Queue").properties
    assert queue["VisibilityTimeout"] >= 6 * template.function(function).properties["Timeout"]
    assert name(queue["RedrivePolicy"]["deadLetterTargetArn"]) == f"{title}DeadQueue"
    assert queue["RedrivePolicy"]["maxReceiveCount"] == trigger["receives"]


def test_messages_wait_a_fortnight_in_every_queue(template: Template) -> None:
    queues = {
        name({"Ref": each.id}): each.properties["MessageRetentionPeriod"] for each in template.all("AWS::SQS::Queue")
    }
    assert queues == dict.fromkeys(
        ["FeedbackDeadQueue", "FeedbackQueue", "SendsDeadQueue", "SendsQueue", "UndeliveredQueue"], 14 * 86_400
    )


def test_every_target_of_every_rule_has_a_dead_letter_queue_that_it_may_write_to(template: Template) -> None:
    rules = template.all("AWS::Events::Rule")
    assert rules
    policy = template.one("AWS::SQS::QueuePolicy", "UndeliveredQueuePolicy").properties["PolicyDocument"]
    allowed = [
        name(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
    ]
    for rule in rules:
        for target in rule.properties["Targets"]:
            assert name(target["DeadLetterConfig"]["Arn"]) == "UndeliveredQueue"
        assert name({"Ref": rule.id}) in allowed


@pytest.mark.parametrize(("function", "trigger"), _triggers("schedule"))
def test_a_schedule_runs_in_utc_and_has_a_dead_letter_queue(
    template: Template, function: str, trigger: wiring.Trigger
) -> None:
    (schedule,) = [
        each.properties
        for each in template.all("AWS::Scheduler::Schedule")
        if name(each.properties["Target"]["Arn"]) == function.title()
    ]
    wanted = {"1m": "rate(1 minute)", "5m": "rate(5 minutes)"}
    cron = trigger.options.get("cron")
    assert schedule["ScheduleExpression"] == (f"cron({cron})" if cron else wanted[trigger["every"]])
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert name(schedule["Target"]["DeadLetterConfig"]["Arn"]) == "UndeliveredQueue"


@pytest.mark.parametrize(("function", "trigger"), _triggers("map"))
def test_a_map_is_the_state_machine_the_laptop_drives_and_its_schedule_starts_it(
    template: Template, function: str, trigger: wiring.Trigger
) -> None:
    machine = template.one("AWS::StepFunctions::StateMachine").properties
    (wired,) = [each for each in WIRED if each.name == function]
    assert json.loads(machine["DefinitionString"]) == definition(wired, trigger, "${function}")
    assert {key: name(value) for key, value in machine["DefinitionSubstitutions"].items()} == {
        "function": function.title()
    }
    (schedule,) = [
        each.properties
        for each in template.all("AWS::Scheduler::Schedule")
        if name(each.properties["Target"]["Arn"]) == f"{function.title()}TriggersMachine"
    ]
    assert schedule["ScheduleExpression"] == f"cron({trigger['cron']})"
    assert json.loads(schedule["Target"]["Input"]) == {"scheduled": "<aws.scheduler.scheduled-time>"}
    assert name(schedule["Target"]["DeadLetterConfig"]["Arn"]) == "UndeliveredQueue"


def test_the_state_machine_may_call_its_function_and_run_its_own_items_and_nothing_else(template: Template) -> None:
    role = template.one("AWS::StepFunctions::StateMachine").properties["RoleArn"]
    (policy,) = [
        each.properties["PolicyDocument"]
        for each in template.all("AWS::IAM::Policy")
        if name(role) in [name(attached) for attached in each.properties["Roles"]]
    ]
    may: dict[str, set[str]] = {}
    for statement in policy["Statement"]:
        for action in listed(statement["Action"]):
            may[action] = {name(resource).rpartition(":states:")[2] for resource in listed(statement["Resource"])}
    ours = "AWS::Region:AWS::AccountId"
    executions = {f"{ours}:execution:mailwright-recompute{label}:*" for label in ("", "/Parts")}
    assert may == {
        "lambda:InvokeFunction": {"Recompute"},
        "states:StartExecution": {f"{ours}:stateMachine:mailwright-recompute"},
        **dict.fromkeys(("states:DescribeExecution", "states:RedriveExecution", "states:StopExecution"), executions),
    }


def test_a_failed_asynchronous_invocation_is_kept_whole(template: Template) -> None:
    kept = {
        name(each.properties["FunctionName"]).lower(): name(
            each.properties["DestinationConfig"]["OnFailure"]["Destination"]
        )
        for each in template.all("AWS::Lambda::EventInvokeConfig")
    }
    asynchronous = {function for function, _ in _triggers("eventbridge") + _triggers("schedule")}
    assert kept == dict.fromkeys(asynchronous, "UndeliveredQueue")


def test_the_routes_are_those_of_the_tomls_and_lead_to_their_functions(template: Template) -> None:
    integrations = {
        each.id: name(each.properties["IntegrationUri"]) for each in template.all("AWS::ApiGatewayV2::Integration")
    }
    made = {
        each.properties["RouteKey"]: integrations[each.properties["Target"]["Fn::Join"][1][1]["Ref"]]
        for each in template.all("AWS::ApiGatewayV2::Route")
    }
    assert made == {route: function.title() for function, trigger in _triggers("http") for route in trigger["routes"]}


def test_the_api_is_throttled_and_its_log_tells_no_path_and_no_address(template: Template) -> None:
    stage = template.one("AWS::ApiGatewayV2::Stage").properties
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    logged = stage["AccessLogSettings"]["Format"]
    assert "routeKey" in logged
    assert not [field for field in ("sourceIp", "context.path", "identity") if field in logged]


def test_feedback_comes_by_topic_and_queue_as_the_bare_event(template: Template) -> None:
    (destination,) = [
        each.properties["EventDestination"]
        for each in template.all("AWS::SES::ConfigurationSetEventDestination")
        if "SnsDestination" in each.properties["EventDestination"]
    ]
    # Without "send": that SES took an email is known from its answer.
    assert set(destination["MatchingEventTypes"]) == {
        "delivery", "open", "click", "bounce", "complaint", "reject", "deliveryDelay", "renderingFailure",
    }  # fmt: skip
    topic = name(destination["SnsDestination"]["TopicARN"])
    subscription = template.one("AWS::SNS::Subscription").properties
    assert name(subscription["TopicArn"]) == topic
    assert name(subscription["Endpoint"]) == "FeedbackQueue"
    assert subscription["RawMessageDelivery"] is True
    assert "RedrivePolicy" in subscription


def test_the_lake_gets_every_event_as_lines_by_day(template: Template) -> None:
    events = _firehose(template, "FirehoseEvents")
    assert name(events.properties["KinesisStreamSourceConfiguration"]["KinesisStreamARN"]) == "EventsStream"
    s3 = events.properties["ExtendedS3DestinationConfiguration"]
    assert s3["Prefix"].startswith("events/dt=")
    assert s3["CompressionFormat"] == "GZIP"
    (processor,) = s3["ProcessingConfiguration"]["Processors"]
    assert processor["Type"] == "AppendDelimiterToRecord"
    assert not s3["ErrorOutputPrefix"].startswith("events/")


def test_the_journal_is_put_directly_and_ends_its_own_lines(template: Template) -> None:
    journal = _firehose(template, "FirehoseJournal")
    assert journal.properties["DeliveryStreamType"] == "DirectPut"
    s3 = journal.properties["ExtendedS3DestinationConfiguration"]
    assert s3["Prefix"].startswith("sends/dt=")
    assert "ProcessingConfiguration" not in s3


def _firehose(template: Template, prefix: str) -> Resource:
    return template.one("AWS::KinesisFirehose::DeliveryStream", prefix)
