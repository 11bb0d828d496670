"""From counts to dollars: the month of the reference workload by AWS's list prices, line by line.

Counts of the small shop are scaled by its events or its emails. What many customers share (a batch's invocation, a read
of a hundred profiles) is scaled by how full it is in the big shop. Prices are in prices.toml, times in lambda.toml.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bench.counted import BY_API, SHARDS, Counted
from bench.shop import CUSTOMERS, EMAILS, EVENTS, MONTH
from functions.wiring import all_functions
from mailwright.model.times import DAY, HOUR, MINUTE

HERE = Path(__file__).parent
PRICES: dict[str, Any] = tomllib.loads((HERE / "prices.toml").read_text())
TIMES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "lambda.toml").read_text())
MEMORY = {function.name: function.memory for function in all_functions()}
VCPU = 1769  # MB of a Lambda that has one
HOURS = MONTH / HOUR
GB = 1024**3
# What the big shop shares: customers a read, emails an invocation (timers and newsletters come in crowds, the last
# batch of a crowd is not full), SES events an invocation, invocations of dispatch for one batch of fold.
READ_AT_ONCE, SENT_AT_ONCE, HEARD_AT_ONCE, DISPATCHED = 100, 9, 1000, 20
# In the synthesized template: alarms, dashboards, secrets. It asks for no custom metrics but those of requests to the
# quarantine and of unconfirmed emails, which exist while there are any.
ALARMS, DASHBOARDS, SECRETS = 32, 1, 2
# Days of the lake that a run of `measure` reads, on average: half of today; each sixth run also today once more,
# yesterday twice and the day before; each day once for its clicks. Of the journal as much.
MEASURED_DAYS = 0.5 + (0.5 + 2 + 1) / 6 + 1 / 24
NEWSLETTERS, NIGHTS, TRAININGS = 13, 30, 1  # runs of campaign, recompute and train a month: each reads the table
PROCESSES = 20  # that are alive in the big shop, of those that look for another model of clusters or use the key


def price(name: str) -> float:
    return float(PRICES[name])


class Line(NamedTuple):
    """One line of the bill: what, how many of it, the price that is named in prices.toml."""

    service: str
    what: str
    amount: float
    price: str

    @property
    def dollars(self) -> float:
        return self.amount * price(self.price)


@dataclass(frozen=True)
class Bill:
    lines: list[Line]

    @property
    def total(self) -> float:
        return sum(line.dollars for line in self.lines)

    @property
    def ratio(self) -> float:
        """Against what SES alone asks."""
        return self.total / (EMAILS * price("ses_emails"))


class Load(NamedTuple):
    """What a function does in the big shop's month; `calls` by service, `short` those of the hot path."""

    invocations: float
    records: float
    calls: dict[str, float]
    short: float = 0.0

    def gb_seconds(self, name: str) -> float:
        first, each = map(float, TIMES["cpu_ms"][name])
        made = sum(self.calls.values())
        cpu = self.invocations * first + self.records * each
        cpu += self.short * float(TIMES["call_ms"]["short"]) + (made - self.short) * float(TIMES["call_ms"]["client"])
        waits = sum(number * float(TIMES["wait_ms"][service]) for service, number in self.calls.items())
        memory = MEMORY[name]
        return (cpu * max(1.0, VCPU / memory) + waits) / 1000 * memory / 1024


class Demands(NamedTuple):
    """The counts that DESIGN section 9 bounds."""

    writes: float  # units an event
    reads: float
    calls: float
    email_writes: float  # units an email

    @classmethod
    def of(cls, done: Counted) -> "Demands":
        writes = done.calls("fold", "dynamodb", "PutItem")
        queries = done.calls("fold", "dynamodb", "Query") + done.calls("fold", "dynamodb", "GetItem")
        return cls(
            done.used("write", "fold") / done.events,
            done.used("read", "fold") / done.events,
            (writes * (1 + 1 / READ_AT_ONCE) + queries) / done.events,
            done.used("write", "send", "feedback") / done.emails,
        )


def bill(done: Counted, *, by_api: bool = BY_API) -> Bill:
    """The month of the big shop; `by_api`: storefronts send to the HTTP API and not to the address of `collect`."""
    by_event, by_email = EVENTS / done.events, EMAILS / done.emails
    stored = {kind: CUSTOMERS / done.customers * size for kind, (_, size) in done.stored.items()}
    table = sum(stored.values())
    loads = _loads(done, by_event, by_email, table)
    scans = table / 4096 / 2 * (NEWSLETTERS + NIGHTS + TRAININGS)  # eventually consistent
    asked = PROCESSES * MONTH / (5 * MINUTE)
    reports = sum(done.reports.values()) * by_email
    requests = done.requests * by_event
    lines = [
        Line("SES", "emails", EMAILS, "ses_emails"),
        Line("DynamoDB", "writes: profiles", done.used("write", "fold", of="customers") * by_event, "dynamodb_write"),
        Line("DynamoDB", "writes: timers in `due`", done.used("write", "fold", of="customers/due") * by_event,
             "dynamodb_write"),
        Line("DynamoDB", "writes: claims and outcomes", done.used("write", "send") * by_email, "dynamodb_write"),
        Line("DynamoDB", "writes: SES events", done.used("write", "feedback") * by_email, "dynamodb_write"),
        Line("DynamoDB", "writes: consent and address", done.used("write", "dispatch") * by_event, "dynamodb_write"),
        Line("DynamoDB", "reads: fold", done.used("read", "fold") * by_event, "dynamodb_read"),
        Line("DynamoDB", "reads: contacts, timers",
             (done.used("read", "send", "feedback") * by_email) + done.used("read", "dispatch") * by_event
             + MONTH / MINUTE * 4, "dynamodb_read"),
        Line("DynamoDB", "reads: newsletters, recompute, train", scans, "dynamodb_read"),
        Line("DynamoDB", "storage, GB", table / GB, "dynamodb_gb"),
        Line("DynamoDB", "point-in-time recovery, GB", table / GB, "pitr_gb"),
        Line("Kinesis", "shard hours", SHARDS * HOURS, "kinesis_shard"),
        Line("Kinesis", "put units of 25 KB", _puts(done, by_event, by_email), "kinesis_put"),
        Line("API Gateway", "HTTP requests", requests if by_api else 0, "http_request"),
        *_lambda(loads),
        Line("SNS", "SES events published", reports, "sns_publish"),
        Line("SQS", "requests: emails", loads["send"].invocations * 3 + _polls(), "sqs_request"),
        Line("SQS", "requests: SES events", reports / 10 * 2 + _polls(), "sqs_request"),
        Line("Firehose", "events, GB by started 5 KB",
             done.units["bytes in, whole 5 KB", "events"] * by_event / GB, "firehose_gb"),
        Line("Firehose", "journal, GB by started 5 KB",
             done.units["bytes in, whole 5 KB", "journal"] * by_email / GB, "firehose_gb"),
        Line("S3", "objects of the lake", 2 * MONTH / (5 * MINUTE), "s3_puts"),
        Line("S3", "reads by `measure`", 2 * HOURS * MEASURED_DAYS * DAY / (5 * MINUTE), "s3_gets"),
        Line("S3", f"reads of the clusters in use: one each 5 minutes for {PROCESSES} processes", asked, "s3_gets"),
        Line("S3", "lake, GB packed, one month kept", EVENTS * 1.2 * 600 / 10 / GB, "s3_gb"),
        Line("CloudWatch", "logs, GB", _logs(loads, requests if by_api else 0) / GB, "logs_gb"),
        Line("CloudWatch", "alarms", ALARMS, "alarm"),
        Line("CloudWatch", "dashboard", DASHBOARDS, "dashboard"),
        Line("KMS", "key", 1, "kms_key"),
        Line("KMS", f"requests: one each 5 minutes for {PROCESSES} users", asked, "kms_requests"),
        Line("Secrets Manager", "secrets", SECRETS, "secret"),
        Line("Scheduler", "calls", MONTH / MINUTE + MONTH / (5 * MINUTE) + HOURS, "scheduler_call"),
        Line("Step Functions", "transitions of recompute", 30 * 60, "states_transition"),
    ]  # fmt: skip
    return Bill(lines)


def woken() -> float:
    """Dollars for one profile that `recompute` has folded anew: a record of the stream, a read, a write of its row."""
    return price("kinesis_put") + 2 * price("dynamodb_write") + price("dynamodb_read")


def _loads(done: Counted, by_event: float, by_email: float, table: float) -> dict[str, Load]:
    writes = done.calls("fold", "dynamodb", "PutItem") * by_event
    others = done.calls("fold", "dynamodb", "Query") + done.calls("fold", "dynamodb", "GetItem")
    reports = sum(done.reports.values()) * by_email
    heard = reports / HEARD_AT_ONCE
    tasks = done.tasks * by_email
    asked = done.requests * by_event
    minutes, pages, looked = MONTH / MINUTE, table / 1024**2, CUSTOMERS * NIGHTS
    entries = done.work["dispatch"].invocations * by_event  # in the small shop every entry came alone
    days = HOURS * MEASURED_DAYS
    return {
        "collect": Load(asked, EVENTS, {"kinesis": asked}),
        "fold": Load(
            done.batches,
            EVENTS + reports,
            {"dynamodb": writes * (1 + 1 / READ_AT_ONCE) + others * by_event},
            writes * (1 + 1 / READ_AT_ONCE),
        ),
        "dispatch": Load(
            min(entries, done.batches * DISPATCHED),
            entries,
            {"dynamodb": done.calls("dispatch", "dynamodb") * by_event, "sqs": tasks / SENT_AT_ONCE},
        ),
        "send": Load(
            tasks / SENT_AT_ONCE,
            EMAILS,
            {
                "dynamodb": tasks / SENT_AT_ONCE
                + sum(done.calls("send", "dynamodb", each) for each in ("GetItem", "PutItem")) * by_email,
                "sesv2": EMAILS,
                "firehose": tasks / SENT_AT_ONCE,
            },
        ),
        "feedback": Load(
            heard, reports, {"dynamodb": done.calls("feedback", "dynamodb") * by_email, "kinesis": heard * 2}
        ),
        "tick": Load(minutes, 0.0, {"dynamodb": minutes * 8, "kinesis": minutes}),
        "campaign": Load(
            MONTH / (5 * MINUTE),
            CUSTOMERS * NEWSLETTERS,
            {"dynamodb": pages * NEWSLETTERS, "sqs": CUSTOMERS * NEWSLETTERS / SENT_AT_ONCE},
        ),
        "recompute": Load(NIGHTS * 16, looked, {"dynamodb": pages * NIGHTS, "kinesis": looked / 10_000}),
        "train": Load(TRAININGS, CUSTOMERS * TRAININGS, {"dynamodb": pages * TRAININGS, "s3": 4 * TRAININGS}),
        "measure": Load(HOURS, days * (EVENTS + reports + EMAILS) / 30, {"s3": 2 * days * DAY / (5 * MINUTE)}),
    }


def _lambda(loads: dict[str, Load]) -> list[Line]:
    lines = [Line("Lambda", "requests", sum(load.invocations for load in loads.values()), "lambda_request")]
    return lines + [
        Line("Lambda", f"GB-seconds: {name}", load.gb_seconds(name), "lambda_gb_s") for name, load in loads.items()
    ]


def _puts(done: Counted, by_event: float, by_email: float) -> float:
    scales = {"collect": by_event, "dispatch": by_event, "tick": by_event, "feedback": by_email}
    return sum(done.used("put payload units, 25 KB", name) * scale for name, scale in scales.items())


def _polls() -> float:
    """Lambda asks an idle queue with five pollers, 20 seconds each."""
    return 5 * MONTH / 20_000


def _logs(loads: dict[str, Load], requests: float) -> float:
    bytes_ = TIMES["log_bytes"]
    silent = {"collect"}
    lines = sum(load.invocations for name, load in loads.items() if name not in silent)
    platform = sum(load.invocations for load in loads.values())
    return platform * float(bytes_["platform"]) + lines * float(bytes_["line"]) + requests * float(bytes_["access"])
