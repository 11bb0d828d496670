"""The alarms: that whatever can be lost or late is watched, and that each is explained where it sends its reader."""

from pathlib import Path

from functions import wiring
from tests.infra.template import Template, name

ROOT = Path(__file__).parents[2]


def _watched(template: Template, metric: str) -> set[str]:
    return {
        name(dimension["Value"])
        for alarm in template.all("AWS::CloudWatch::Alarm")
        if alarm.properties["MetricName"] == metric
        for dimension in alarm.properties["Dimensions"]
    }


def test_every_dead_letter_queue_is_watched(template: Template) -> None:
    watched = {queue.split(".")[0] for queue in _watched(template, "ApproximateNumberOfMessagesVisible")}
    assert watched == {"SendsDeadQueue", "FeedbackDeadQueue", "UndeliveredQueue"}


def test_every_function_and_every_stream_reader_is_watched(template: Template) -> None:
    assert _watched(template, "Errors") == {wired.name.title() for wired in wiring.all_functions()}
    assert _watched(template, "IteratorAge") == {"Fold", "Dispatch"}


def test_mail_that_stops_bounces_or_annoys_is_watched(template: Template) -> None:
    metrics = {alarm.properties["MetricName"] for alarm in template.all("AWS::CloudWatch::Alarm")}
    assert metrics >= {"Reputation.BounceRate", "Reputation.ComplaintRate", "Reject", "Invocations", "PutRequests"}
    of_account = [each for each in template.all("AWS::CloudWatch::Alarm") if each.properties["Namespace"] == "AWS/SES"]
    assert len(of_account) == 3
    assert all("Dimensions" not in each.properties for each in of_account)
    (clock,) = [
        each for each in template.all("AWS::CloudWatch::Alarm") if each.properties["MetricName"] == "Invocations"
    ]
    assert clock.properties["TreatMissingData"] == "breaching"


def test_emails_without_an_answer_are_watched(template: Template) -> None:
    (counted,) = template.all("AWS::Logs::MetricFilter")
    assert name(counted.properties["LogGroupName"]) == "SendLogs"
    (metric,) = counted.properties["MetricTransformations"]
    assert metric["MetricValue"] == "$.unconfirmed"  # tests/functions/test_send.py looks for it in the log
    (alarm,) = [one for one in template.all("AWS::CloudWatch::Alarm") if one.properties["MetricName"] == "Unconfirmed"]
    assert alarm.properties["Namespace"] == metric["MetricNamespace"]
    assert (alarm.properties["Statistic"], alarm.properties["Period"]) == ("Sum", 3600)


def test_the_quarantine_counts_its_requests(template: Template) -> None:
    bucket = template.one("AWS::S3::Bucket", "QuarantineBucket").properties
    (alarm,) = [
        each for each in template.all("AWS::CloudWatch::Alarm") if each.properties["MetricName"] == "PutRequests"
    ]
    dimensions = {each["Name"]: each["Value"] for each in alarm.properties["Dimensions"]}
    assert bucket["MetricsConfigurations"] == [{"Id": dimensions["FilterId"]}]


def test_every_alarm_tells_the_topic_and_leads_to_its_section_in_the_manual(template: Template) -> None:
    manual = (ROOT / "docs/operate.md").read_text()
    for alarm in template.all("AWS::CloudWatch::Alarm"):
        assert [name(action) for action in alarm.properties["AlarmActions"]] == ["AlarmsTopic"]
        section = alarm.properties["AlarmDescription"].rpartition("#")[2]
        assert f"\n### {section}\n" in manual, section


def test_every_section_of_the_manual_is_that_of_an_alarm(template: Template) -> None:
    manual = (ROOT / "docs/operate.md").read_text()
    there = {each.properties["AlarmDescription"].rpartition("#")[2] for each in template.all("AWS::CloudWatch::Alarm")}
    assert {line[4:] for line in manual.splitlines() if line.startswith("### ")} == there


def test_alarms_may_publish_and_so_may_feedback_and_nobody_else(template: Template) -> None:
    may = {
        name(policy.properties["Topics"][0]): [
            statement["Principal"]["Service"]
            for statement in policy.properties["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Allow"
        ]
        for policy in template.all("AWS::SNS::TopicPolicy")
    }
    assert may == {"AlarmsTopic": ["cloudwatch.amazonaws.com"], "MailFeedback": ["ses.amazonaws.com"]}
