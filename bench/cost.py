"""What a month of the reference workload costs by AWS's list prices, from counted units, and what changes it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from bench import naive
from bench.bill import PRICES, PROCESSES, Bill, Demands, Line, bill, price, woken
from bench.counted import BY_API, SHARDS, WINDOW, Counted, count
from bench.measure import table
from bench.night import night
from bench.plot import chart
from bench.shop import CUSTOMERS as EVERYONE
from bench.shop import EMAILS, EVENTS, MONTH, QUIET, Sdk
from mailwright.model.times import MINUTE, SECOND

TITLE = "Cost: a month of 1 M profiles, 100 M events, 10 M emails"
RESULTS = Path(__file__).parent / "results"
CUSTOMERS, FEW = 200, 40  # of the small shop, and of the one that settings are varied with
OLD, MONTHS = 20, (2, 6, 14)  # customers of a shop that is looked at in these months
REFERENCE = Sdk()
BUDGET = Demands(writes=0.60, reads=0.36, calls=0.65, email_writes=2.25)
LIMIT = 1.10
WINDOWS = {"5 s": 5 * SECOND, "15 s": 15 * SECOND, "60 s": MINUTE, "120 s": 2 * MINUTE, "300 s": 5 * MINUTE}
SDKS = {
    "20 events, or the session ends": REFERENCE,
    "10 events, or the session ends": Sdk(10, QUIET),
    "20 events or 30 s": Sdk(20, 30 * SECOND),
    "20 events or 5 s": Sdk(20, 5 * SECOND),
    "each event by itself": Sdk(1, QUIET),
}
CURVES = ("20 events, or the session ends", "20 events or 30 s", "each event by itself")
# Lines that the estimate behind the bound leaves out.
BESIDE = (
    "alarms", "dashboard", "GB-seconds: measure", "reads by `measure`", "GB-seconds: recompute",
    "reads: newsletters, recompute, train", "GB-seconds: train", "point-in-time recovery, GB", "key", "secrets",
    f"requests: one each 5 minutes for {PROCESSES} users", "transitions of recompute", "objects of the lake",
    "lake, GB packed, one month kept", f"reads of the clusters in use: one each 5 minutes for {PROCESSES} processes",
)  # fmt: skip


def run() -> str:
    """The page, as Markdown. Counts only: the same on every machine."""
    done = _counted(WINDOW, REFERENCE, CUSTOMERS)
    month = bill(done)
    parts = [
        _summary(done, month),
        "## Demands\n\n" + _demands(done, month),
        "## Line by line\n\n" + _lines(month),
        "## A nightly run of `recompute`\n\n" + night(done),
        "## Against the naive designs\n\n" + _naive(done, month),
        "## The window: latency against cost\n\n" + _windows(),
        "## How storefronts send\n\n" + _sdks(),
        "## How rows grow\n\n" + _growth(),
        "## What else would change it\n\n" + _levers(done, month),
        "## What is counted and what is not\n\n" + _honest(done),
    ]
    return "\n\n".join(parts)


@cache
def _counted(window: int, sdk: Sdk, customers: int) -> Counted:
    return count(window, sdk, customers)


def _summary(done: Counted, month: Bill) -> str:
    free, by_api = _less_free(month), bill(done, by_api=True)
    return (
        f"**${month.total:,.0f} a month, {month.ratio:.3f} x the price of SES alone**, by list prices as"
        f" noted on {PRICES['date']}, {PRICES['region']}; {free.ratio:.3f} x with what AWS gives every account for"
        f" nothing taken off. Window {WINDOW // SECOND} s, {SHARDS} shard(s), {done.events / done.requests:.1f} events"
        " a request."
        f" Storefronts send to {'the HTTP API' if BY_API else 'the address of `collect` (`collectors` in cdk.json)'};"
        f" with the HTTP API before it {by_api.ratio:.3f} x."
    )


def _demands(done: Counted, month: Bill) -> str:
    counts = Demands.of(done)
    rows = [
        [what, f"{bound:.2f}", f"{found:.3f}", "yes" if found <= bound else "**no**"]
        for what, bound, found in (
            ("write units an event", BUDGET.writes, counts.writes),
            ("read units an event", BUDGET.reads, counts.reads),
            ("DynamoDB calls an event", BUDGET.calls, counts.calls),
            ("write units an email", BUDGET.email_writes, counts.email_writes),
            ("total against SES, list prices", LIMIT, month.ratio),
            ("total against SES, free allowances taken off", LIMIT, _less_free(month).ratio),
            ("total, list prices, the HTTP API before `collect`", LIMIT, bill(done, by_api=True).ratio),
            ("the same, free allowances taken off", LIMIT, _less_free(bill(done, by_api=True)).ratio),
        )
    ]
    note = (
        "Write and read units an event are everything `fold` writes and reads, its index, its spills, timers, opens and"
        " clicks included, over the events that storefronts sent. They rest on storefronts that send about ten events a"
        " request; one that sends each event by itself is above the bound at every window (next tables)."
    )
    return table(["demand", "at most", "found", "kept"], rows) + "\n\n" + note + " " + _why(month)


def _why(month: Bill) -> str:
    beside = sum(line.dollars for line in month.lines if line.what in BESIDE)
    alone = EMAILS * price("ses_emails")
    over = month.total - LIMIT * alone
    if over <= 0:
        return (
            "The total keeps its bound. It is that of the second month: in a shop where everyone has stayed for a year"
            " it does not (How rows grow)."
        )
    return (
        f"The total misses its bound by ${over:,.0f}. The bound comes from an estimate that has no alarms, dashboard,"
        " metrics, keys, secrets, backups, and in which neither `measure`, `recompute` nor newsletters read anything:"
        f" these are ${beside:,.0f} here, and without them it would be {(month.total - beside) / alone:.3f}. What"
        " would bring it under is listed at the end, at what price."
    )


def _lines(month: Bill) -> str:
    rows = [
        [line.service, line.what, f"{line.amount:,.0f}" if line.amount >= 100 else f"{line.amount:,.1f}",
         f"{line.dollars:,.2f}", "?" if line.price in PRICES["unconfirmed"] else ""]
        for line in month.lines
    ]  # fmt: skip
    rows.append(["**total**", "", "", f"**{month.total:,.2f}**", ""])
    note = "`?`: a price from memory, not confirmed at its source (`bench/prices.toml`)."
    return _left(["service", "what", "amount", "$", ""], rows) + "\n\n" + note


def _left(heads: list[str], rows: list[list[str]]) -> str:
    return table(heads, rows).replace("| --- | ---: | ---: | ---: | ---: |", "| --- | --- | ---: | ---: | --- |", 1)


def _naive(done: Counted, month: Bill) -> str:
    designs = {
        "A: one by one, in transactions, a workflow an email": naive.a(done),
        "B: one read and one write an event, no memory of duplicates": naive.b(done),
        "Mailwright": month,
    }
    alone = EMAILS * price("ses_emails")
    rows = [
        [name, f"{made.total - alone:,.0f}", f"{made.total:,.0f}", f"{made.ratio:.2f}"]
        for name, made in designs.items()
    ]
    return table(["design", "above SES, $", "total, $", "x SES"], rows)


def _windows() -> str:
    curves: dict[str, list[float]] = {name: [] for name in CURVES}
    rows = []
    for label, window in WINDOWS.items():
        row = [label]
        for name in CURVES:
            done = _counted(window, SDKS[name], FEW)
            curves[name].append(bill(done).total - EMAILS * price("ses_emails"))
            row += [f"{Demands.of(done).writes:.3f}", f"{curves[name][-1]:,.0f}"]
        rows.append(row)
    picture = chart("A month above the price of SES", "batch window", "$", list(WINDOWS), curves)
    (RESULTS / "cost.svg").write_text(picture)
    heads = ["window", *(head for name in CURVES for head in (f"writes an event: {name}", "$ above SES"))]
    note = (
        "The window is the longest that an event waits before it is folded; half of it is the mean. Where the SDK sends"
        " a session in one or two requests, its events arrive together and the window hardly matters. Where it sends"
        " each event by itself the window alone brings them together, up to the 6 MB of a payload: at one record an"
        " event one shard fills that in one to two minutes, so that more than 120 s is not to be had."
        f" {FEW} customers, so figures differ a little from those above.\n\n![The window against cost](cost.svg)"
    )
    return table(heads, rows) + "\n\n" + note


def _sdks() -> str:
    rows = []
    for name, sdk in SDKS.items():
        done = _counted(WINDOW, sdk, FEW)
        month = bill(done)
        http = bill(done, by_api=True).total - bill(done, by_api=False).total
        held = done.held / done.events / SECOND
        rows.append([name, f"{done.events / done.requests:.1f}", f"{held:,.0f}", f"{Demands.of(done).writes:.3f}",
                     f"{http:,.0f}", f"{month.total:,.0f}", f"{month.ratio:.3f}"])  # fmt: skip
    heads = [
        "the SDK sends after",
        "events a request",
        "s held, mean",
        "writes an event",
        "of it, or more, the HTTP API, $" if BY_API else "more with the HTTP API, $",
        "total, $",
        "x SES",
    ]
    return table(heads, rows)


def _growth() -> str:
    rows = []
    for month in MONTHS:
        done = count(WINDOW, REFERENCE, OLD, days=30 * month, warm=30 * (month - 1))
        made = bill(done)
        number, size = done.stored["profile"]
        rows.append([f"{month}", f"{size / number:,.0f}", f"{Demands.of(done).writes:.3f}", f"{made.total:,.0f}",
                     f"{made.ratio:.3f}"])  # fmt: skip
    note = (
        "A profile keeps 400 days of counters and 13 periods of affinity, so a customer who comes eight times every"
        " month for a year has a longer row. The bill above is that of the second month. After the thirteenth rows"
        f" grow no more. {OLD} customers, who all stay for as long."
    )
    return table(["month", "bytes a profile", "writes an event", "total, $", "x SES"], rows) + "\n\n" + note


def _levers(done: Counted, month: Bill) -> str:
    writes = sum(line.amount for line in month.lines if line.price == "dynamodb_write")
    reads = sum(line.amount for line in month.lines if line.price == "dynamodb_read")
    seconds = MONTH / SECOND
    on_demand = writes * price("dynamodb_write") + reads * price("dynamodb_read")
    hours = MONTH / (60 * MINUTE)
    provisioned = 2 * (writes * price("dynamodb_write_hour") + reads * price("dynamodb_read_hour")) / seconds * hours
    shard = Line("Kinesis", "", hours, "kinesis_shard")
    times = sum(line.dollars for line in month.lines if line.price == "lambda_gb_s")
    door = bill(done, by_api=True).total - bill(done, by_api=False).total
    other_door = (
        ["storefronts send to `collect` itself, not to the HTTP API", f"{-door:+,.0f}",
         "no throttling by route, no access log, no domain of one's own"]
        if BY_API
        else ["storefronts send to the HTTP API", f"{door:+,.0f}", "throttling by route, an access log, a domain"]
    )  # fmt: skip
    rows = [
        ["DynamoDB provisioned, half of it used on average", f"{provisioned - on_demand:+,.0f}",
         "throttles when a crowd is larger than what was provisioned; not built"],
        other_door,
        ["another shard", f"{shard.dollars:+,.0f}",
         "one takes 1,000 records a second; the reference puts some ten at its peak"],
        ["SES's Send event published as well", f"{EMAILS * (price('sns_publish') + 0.2 * price('sqs_request')):+,.0f}",
         "is news only where SES's answer was lost, and there Delivery or Bounce says the same"],
        ["the first model of clusters, once", f"{EVERYONE * woken():+,.1f}",
         "every customer is folded anew to have one; later models move those whose cluster changes"],
        ["Lambda's times twice as long", f"{times:+,.0f}", "processor and waits are assumed, not counted"],
        ["messages from SNS billed by SQS too, should AWS do so",
         f"{_published(month) * price('sqs_request'):+,.0f}",
         "its pricing page says delivery is free and does not speak of SQS's side"],
    ]  # fmt: skip
    return table(["what", "$ a month", "at what price"], rows).replace("---: | ---: |", "---: | --- |", 1)


def _published(month: Bill) -> float:
    return next(line.amount for line in month.lines if line.service == "SNS")


def _less_free(month: Bill) -> Bill:
    """The bill without what is always free; an allowance goes to the lines of its price in order."""
    left = {name: float(amount) for name, amount in PRICES["free"].items()}
    lines = []
    for line in month.lines:
        taken = min(line.amount, left.get(line.price, 0.0))
        left[line.price] = left.get(line.price, 0.0) - taken
        lines.append(line._replace(amount=line.amount - taken))
    return replace(month, lines=lines)


def _honest(done: Counted) -> str:
    return (
        f"Counted: {CUSTOMERS} customers on the memory engine, {done.events / CUSTOMERS:.0f} events and"
        f" {done.emails / CUSTOMERS:.1f} emails each in the second of two months, by the real functions from the HTTP"
        " request to SES's report: every DynamoDB unit by the published rules (tests/world/test_capacity.py), every"
        f" call, every 5 KB of Firehose. Lines of events are scaled to {EVENTS // 10**6} M events, lines of emails to"
        f" {EMAILS // 10**6} M. Sessions follow the hours of a shop; a batch of the stream closes when it would in the"
        " big shop, with its window or with 6 MB.\n\n"
        "Assumed. In `bench/lambda.toml`: processor milliseconds (round figures, different on every machine) and how"
        " long AWS takes to answer. In `bench/bill.py`: how full shared calls are in the big shop (100 customers a"
        " read, 9 emails and 1,000 SES events an invocation, 20 invocations of `dispatch` a batch), which a shop of"
        " some hundred customers cannot show; it makes 2 to 4 times as many of these calls. In `bench/shop.py`:"
        " 40 % opens, 2.5 % clicks, 0.5 % bounces, three newsletters a week.\n\n"
        "Not in it: data transfer out, tax, support, a domain, and duplicates."
    )
