"""The same month by two designs that one would draw first, priced from the same counts.

A: an HTTP call, an EventBridge event, a function and a transaction with a row against duplicates for each event; a Step
Functions execution for each email. B: a queue of events on demand, but one read and one write for each, and no memory
against duplicates; an email is sent and then marked.
"""

from bench.bill import GB, HOURS, Bill, Line, Load
from bench.counted import Counted
from bench.shop import CUSTOMERS, EMAILS, EVENTS

KB = 1024
STATES = 5  # transitions of an email's workflow: asked, composed, claimed, sent, marked


def a(done: Counted) -> Bill:
    """Everything one by one, and safe."""
    row = _row(done)
    reports = sum(done.reports.values()) * EMAILS / done.emails
    events = EVENTS + reports
    lines = [
        *_same(done),
        Line("API Gateway", "an HTTP request an event", EVENTS, "http_request"),
        Line("EventBridge", "an event an event", EVENTS, "eventbridge_event"),
        Line("Lambda", "requests", events + EMAILS, "lambda_request"),
        Line("Lambda", "GB-seconds", _seconds("fold", events, 3) + _seconds("send", EMAILS, 5), "lambda_gb_s"),
        Line("DynamoDB", "writes: profile and id in one transaction", events * 2 * (row + 1), "dynamodb_write"),
        Line("DynamoDB", "reads", events + EMAILS * 2, "dynamodb_read"),
        Line("DynamoDB", "storage of ids, GB", events * 200 / GB, "dynamodb_gb"),
        Line("DynamoDB", "writes: emails", EMAILS * 2, "dynamodb_write"),
        Line("Step Functions", "transitions", EMAILS * STATES, "states_transition"),
    ]  # fmt: skip
    return Bill(lines)


def b(done: Counted) -> Bill:
    """One read and one write an event, wrong under every repetition."""
    row = _row(done)
    by_event = EVENTS / done.events
    reports = sum(done.reports.values()) * EMAILS / done.emails
    events = EVENTS + reports
    asked = done.requests * by_event
    lines = [
        *_same(done),
        Line("API Gateway", "HTTP requests", asked, "http_request"),
        Line("Kinesis", "on demand, GB in", events * KB / GB, "kinesis_gb_in"),
        Line("Kinesis", "on demand, GB out", events * KB / GB, "kinesis_gb_out"),
        Line("Kinesis", "on demand, hours", HOURS, "kinesis_stream"),
        Line("Lambda", "requests", asked + done.batches + EMAILS / 10 + reports / 10, "lambda_request"),
        Line("Lambda", "GB-seconds", _seconds("fold", events, 2) + _seconds("send", EMAILS, 3), "lambda_gb_s"),
        Line("DynamoDB", "writes: profiles", events * row, "dynamodb_write"),
        Line("DynamoDB", "reads", events + EMAILS * 2, "dynamodb_read"),
        Line("DynamoDB", "writes: emails", EMAILS, "dynamodb_write"),
        Line("SQS", "requests", (EMAILS + reports) / 10 * 3, "sqs_request"),
        Line("SNS", "SES events published", reports, "sns_publish"),
    ]
    return Bill(lines)


def _same(done: Counted) -> list[Line]:
    number, size = done.stored["profile"]
    return [
        Line("SES", "emails", EMAILS, "ses_emails"),
        Line("DynamoDB", "storage, GB", CUSTOMERS * size / number / GB, "dynamodb_gb"),
    ]


def _row(done: Counted) -> float:
    """Write units of the mean profile: as many whole KB as it begins, half a KB more on average than it has."""
    number, size = done.stored["profile"]
    return size / number / KB + 0.5


def _seconds(name: str, records: float, calls: float) -> float:
    """GB-seconds when every record makes its own calls."""
    return Load(records, records, {"dynamodb": records * calls}).gb_seconds(name)
