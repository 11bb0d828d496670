"""Segments: a million profiles by 20 rules against bare Polars, one profile by 20 rules, and the nightly worker."""

import base64
import gc
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from time import process_time
from typing import Any

import polars as pl

from bench.measure import interleaved, table
from bench.trace import START, trace
from mailwright.content.publish import compile_folder
from mailwright.content.rules import parse_rule
from mailwright.decide.decide import decide
from mailwright.fold.reduce import reduce
from mailwright.fold.view import columns
from mailwright.model.columns import COLUMNS
from mailwright.model.content import Content, Segment
from mailwright.model.event import encode_event
from mailwright.model.profile import Profile
from mailwright.model.run import Counts
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY, iso
from mailwright.segments.membership import compiled
from mailwright.store import scan
from mailwright.vector.differences import Differences, compared
from mailwright.vector.membership import plan
from mailwright.workflow.ports import Page
from mailwright.workflow.recompute import recompute
from mailwright.workflow.wake import timer

TITLE = "Segments: rules by the million"
NOW = START + 60 * DAY
MILLION, WORKER = 1_000_000, 100_000
DISTINCT = 2_000  # customers with a history of their own; the rest are their copies
PAGE = 700  # rows in a megabyte of scan
ROUNDS = 5
MORE = {
    "berlin-or-york": "city IN ('Berlin', 'York') OR timezone LIKE 'Europe/%'",
    "rising": "revenue_30d * 3 > revenue_90d AND orders_90d >= 1",
    "at-home": "device = 'desktop' AND language IN ('de', 'en') AND NOT preferred_category IN ('Toys', 'Books')",
    "half-known": "age IS NULL OR gender IS NULL OR (country <> 'DE' AND has_email)",
    "good-basket": "average_order_value BETWEEN 30 AND 90 AND average_price + 5 < average_order_value",
}


def run() -> str:
    """The tables, as Markdown."""
    return "\n\n".join((_million(), _one(), _worker(), _memory()))


@cache
def _content() -> Content:
    """The shipped segments and five more of every other kind: 20 rules."""
    shipped = compile_folder(Path(__file__).parent.parent / "layers" / "content")
    more = {name: Segment(name, name, parse_rule(rule, ()), rule) for name, rule in MORE.items()}
    return Content(shipped.shop, shipped.version, shipped.segments | more, shipped.journeys)


@cache
def _profiles() -> list[Profile]:
    """As the fold leaves them: decided at NOW, so that nothing has changed since."""
    grown: dict[str, Profile] = {}
    for event in trace(5, customers=DISTINCT, days=60, sessions=4):
        grown[event.customer_id] = reduce(grown.get(event.customer_id) or Profile(event.customer_id), [event])
    return [decide(one, one, [], _content(), NOW).profile for one in grown.values()]


def _million() -> str:
    made = plan(_content())
    same, week = _frame(NOW), _frame(NOW + 7 * DAY)
    sql = [pl.sql_expr(_inlined(name)).alias(name) for name in made.names]
    moved = len(compared(made, week, Counts()))
    bare = "bare Polars, the SQL by pl.sql_expr"
    seconds = interleaved(
        {
            bare: lambda: same.lazy().with_columns(sql).collect(),
            "ours: 20 rules in their order": lambda: made.members(same.lazy()).collect(),
            "ours, compared with what is stored and counted; nobody changed": lambda: compared(made, same, Counts()),
            f"the same a week later; {moved:,} changed": lambda: compared(made, week, Counts()),
        },
        ROUNDS,
    )
    lines = [[name, f"{1e3 * cost:.0f}", f"{cost / seconds[bare]:.2f} x"] for name, cost in seconds.items()]
    return table([f"1,000,000 profiles x {len(made.names)} rules", "CPU ms", "of bare"], lines)


def _frame(at: int) -> pl.DataFrame:
    """A million profiles at an instant, as the worker compares them."""
    gathered = Differences(_content())
    gathered.add(_profiles(), at)
    return gathered.frame().sample(MILLION, with_replacement=True, seed=1)


def _inlined(name: str) -> str:
    """A rule with the segments it asks for written out: bare Polars knows none."""
    rule = _content().segments[name].sql
    for other in _content().segments:
        rule = rule.replace(f"segment('{other}')", f"coalesce({_content().segments[other].sql}, FALSE)")
    return rule


def _one() -> str:
    settle, rows = compiled(_content()), [columns(profile, NOW) for profile in _profiles()[:500]]
    profiles, scale, states = _profiles()[:500], _content().shop.scale, _states()[:500]
    some, made = Differences(_content()).columns, len(plan(_content()).columns)
    blobs = [base64.b64decode(state) for state in states]
    seconds = interleaved(
        {
            "20 rules, columns in hand": lambda: [settle(dict(row)) for row in rows],
            f"its {len(COLUMNS)} columns": lambda: [columns(profile, NOW, scale) for profile in profiles],
            f"the {made} of them that the rules read": lambda: [some(profile, NOW, scale) for profile in profiles],
            "its row decoded": lambda: [decode_profile(blob) for blob in blobs],
        },
        3 * ROUNDS,
    )
    return table(["one profile", "us"], [[name, f"{1e6 * cost / 500:.1f}"] for name, cost in seconds.items()])


def _states() -> list[str]:
    return [base64.b64encode(encode_profile(profile)).decode() for profile in _profiles()]


def _answers(count: int, states: list[str]) -> Iterator[bytes]:
    """What DynamoDB answers to the scans of `count` profiles."""
    for start in range(0, count, PAGE):
        items = [
            {"customer_id": {"S": f"customer-{n:07d}"}, "v": {"N": "7"}, "state": {"B": states[n % len(states)]}}
            for n in range(start, min(start + PAGE, count))
        ]
        last = (
            {"LastEvaluatedKey": {"customer_id": {"S": "x"}, "row": {"S": "profile"}}} if start + PAGE < count else {}
        )
        yield json.dumps({"Items": items, "Count": len(items), **last}).encode()


def _worker() -> str:
    """Each step over the same 100,000 rows; the clock is the one that a step was found changed at."""
    answers = list(_answers(WORKER, _states()))
    spent: dict[str, float] = {}

    def step(name: str, work: Callable[[], Any]) -> Any:
        start = process_time()
        result = work()
        spent[name] = spent.get(name, 0) + process_time() - start
        return result

    gc.disable()  # as the worker does
    found, woken, at = Differences(_content()), 0, NOW + 7 * DAY
    for answer in answers:
        items = step("read the answers of DynamoDB", lambda answer=answer: scan._decode(answer)["Items"])
        profiles = step("decode profiles", lambda items=items: [decode_profile(item["state"]["B"]) for item in items])
        rows = step("columns one by one", partial(_rows, found, profiles, at))
        step("gather, days laid flat", partial(found.take, profiles, rows, at))
        if len(found) > 10_000 - PAGE:
            woken += _tell(found, step, at)
    woken += _tell(found, step, at)
    gc.enable()
    total = sum(spent.values())
    lines = [[name, f"{1e3 * cost:,.0f}", f"{100 * cost / total:.0f} %"] for name, cost in spent.items()]
    lines.append([f"whole ({woken:,} of 100,000 woken)", f"{1e3 * total:,.0f}", "100 %"])
    return table(["worker, 100,000 profiles, a week after they were folded", "CPU ms", "share"], lines)


def _rows(found: Differences, profiles: list[Profile], at: int) -> list[Any]:
    scale = _content().shop.scale
    return [found.columns(profile, at, scale) for profile in profiles]


def _tell(found: Differences, step: Callable[..., Any], at: int) -> int:
    changed, _ = step("windows, rules, comparison", found.found)
    step("emit", lambda: [encode_event(timer(name, at, "recompute")) for name in changed])
    return len(changed)


class _Table:
    """Profiles whose pages come from answers made as they are asked for."""

    def __init__(self, count: int, states: list[str]) -> None:
        self._count, self._states = count, states

    def pages(self, segment: int, segments: int, after: list[str] | None = None) -> Iterator[Page]:
        for answer in _answers(self._count, self._states):
            reply = scan._decode(answer)
            last = ["x", "profile"] if "LastEvaluatedKey" in reply else None
            yield Page([decode_profile(item["state"]["B"]) for item in reply["Items"]], [], last)


class _Sink:
    """A stream and a lake that count what they are given."""

    def __init__(self) -> None:
        self.events = 0

    def put(self, events: Any) -> list[Any]:
        self.events += len(events)
        return []

    def lines(self, prefix: str) -> Iterator[bytes]:
        return iter(())

    def write(self, key: str, body: bytes) -> None:
        """Nothing is kept."""


def _memory() -> str:
    """Peak memory of a worker by the size of its part, each in its own process, and what unchanged profiles write."""
    lines = []
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        Path(file.name).write_text(json.dumps(_states()))
        for count in (PAGE, 20_000, 100_000, MILLION):
            code = f"from bench.segments import peak; peak({count}, {file.name!r})"
            command = [sys.executable, "-c", code]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            lines.append([f"{count:,}", told[0], told[1]])
    return table(["profiles in a part, nothing changed", "peak MB", "events written"], lines)


def peak(count: int, file: str) -> None:
    """Run a worker over `count` unchanged profiles whose states are in a file; print its peak memory in MB (imports and
    content included) and the events it wrote.
    """
    sink: Any = _Sink()
    rows: Any = _Table(count, json.loads(Path(file).read_text()))
    recompute({"scheduled": iso(NOW), "parts": 1, "part": 0}, rows, sink, sink, _content(), NOW)
    # VmHWM, not ru_maxrss: that one remembers what the process was before it became this one
    status = Path("/proc/self/status").read_text()
    print(int(status.partition("VmHWM:")[2].split()[0]) // 1024, sink.events)
