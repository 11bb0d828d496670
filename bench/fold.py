"""Events folded a second on one core: pure, and through the whole stream function with the network left out."""

import base64
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.measure import interleaved, table
from bench.stub import Stub
from bench.trace import START, batches, rush, trace
from functions.fold.handler import handler, logger
from mailwright import bootstrap
from mailwright.content.publish import compile_folder
from mailwright.decide.decide import decide
from mailwright.fold import dedup
from mailwright.fold.reduce import reduce
from mailwright.model.content import Content
from mailwright.model.event import Event, decode_event, encode_event
from mailwright.model.outbox import Pending
from mailwright.model.profile import Profile
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY, MINUTE, SECOND
from mailwright.settings import Settings
from mailwright.store.profiles import ProfileStore
from mailwright.workflow.fold import Record, fold

TITLE = "Fold: events a second on one core"
CONTENT = Path(__file__).parent.parent / "layers" / "content"
HISTORY_DAYS = 60
NOW = START + HISTORY_DAYS * DAY
ROUNDS = 5
SAMPLE = 1_500  # events for the cases that take one update per event

States = dict[str, bytes]


def run() -> str:
    """The tables, as Markdown."""
    logger.setLevel("ERROR")
    content = compile_folder(CONTENT)
    events = rush(7, minutes=15, sessions_a_minute=90, at=NOW)
    states = _histories(sorted({event.customer_id for event in events}))
    return "\n\n".join((_pure(events, states, content), _whole(events, states, content), _rows(states)))


def _histories(names: Sequence[str]) -> States:
    """What 60 days left of some customers, dealt out to all: fold starts from rows as they are in a running shop."""
    grown: dict[str, Profile] = {}
    for event in trace(3, customers=150, days=HISTORY_DAYS):
        profile = grown.get(event.customer_id) or Profile(event.customer_id)
        grown[event.customer_id] = after = reduce(profile, [event])
        dedup.remember(after, [event], event.at)
    pool = list(grown.values())
    states = {}
    for place, name in enumerate(names):
        profile = decode_profile(encode_profile(pool[place % len(pool)]))
        profile.customer_id, profile.v = name, 1
        states[name] = encode_profile(profile)
    return states


def _pure(events: list[Event], states: States, content: Content) -> str:
    """No store at all, in steps, each containing the one before it."""

    def folded(before: Profile, group: list[Event]) -> Profile:
        fresh = dedup.unseen(before, group, lambda _: b"")
        profile = reduce(before, fresh)
        dedup.remember(profile, fresh, group[-1].at)
        return profile

    profiles = {name: decode_profile(state) for name, state in states.items()}

    def in_memory(name: str, group: list[Event], kept: States) -> None:
        folded(profiles[name], group)

    def with_rows(name: str, group: list[Event], kept: States) -> None:
        kept[name] = encode_profile(folded(decode_profile(kept[name]), group))

    def with_decisions(name: str, group: list[Event], kept: States) -> None:
        before = decode_profile(kept[name])
        kept[name] = encode_profile(decide(before, folded(before, group), group, content, group[-1].at).profile)

    steps = {
        "dedup and reduce": in_memory,
        "and the row decoded and encoded": with_rows,
        "and decided (shipped segments and journeys)": with_decisions,
    }
    parts = {name: [_encoded(batch) for batch in batches(events, window)] for name, window in WINDOWS.items()}
    parts["one"] = [[record] for records in parts["60 s"] for record in records][: 2 * SAMPLE]
    cases = {(step, part): partial(_run, steps[step], parts[part], states) for step in steps for part in parts}
    seconds = interleaved(cases, ROUNDS)
    cost = {(step, part): seconds[step, part] / sum(map(len, parts[part])) for step, part in cases}
    rows = [
        [step, *(f"{1 / cost[step, part]:,.0f}" for part in ("one", *WINDOWS)), f"{1e6 * cost[step, '300 s']:.0f} us"]
        for step in steps
    ]
    ratios = [f"{name} ({_ratio(events, window):.1f} events a customer)" for name, window in WINDOWS.items()]
    return table(["events/s, pure, JSON decoded", "one at a time", *ratios, "an event at 300 s"], rows)


WINDOWS = {"60 s": 60 * SECOND, "300 s": 5 * MINUTE}


def _run(step: Callable[[str, list[Event], States], None], calls: list[list[bytes]], states: States) -> None:
    kept = dict(states)
    for records in calls:
        groups: dict[str, list[Event]] = {}
        for record in records:
            event = decode_event(record)
            groups.setdefault(event.customer_id, []).append(event)
        for name, group in groups.items():
            step(name, group, kept)


def _whole(events: list[Event], states: States, content: Content) -> str:
    """The handler from Kinesis's JSON to signed requests; the network and the database are left out."""
    whole = {name: list(batches(events, window)) for name, window in WINDOWS.items()}
    single = [[event] for event in events[:SAMPLE]]
    cases: dict[str, tuple[list[list[Event]], Callable[..., float]]] = {
        **{f"stream function, {name}": (batch, _function) for name, batch in whole.items()},
        "the same, one event a call": (single, _function),
        "one read and one put an event, by boto3": (single, _by_boto3),
        "one UpdateItem an event, by boto3, counters only": (single, _counters_only),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, (batch, case) in cases.items():
            times[name].append(case(batch, states, content))
    counts = {name: sum(map(len, batch)) for name, (batch, _) in cases.items()}
    each = {name: sorted(found)[ROUNDS // 2] / counts[name] for name, found in times.items()}
    naive = each["one read and one put an event, by boto3"]
    rows = [[name, f"{1e6 * cost:.0f}", f"{1 / cost:,.0f}", f"{naive / cost:.1f} x"] for name, cost in each.items()]
    return table(["whole function, HTTP stubbed", "us an event", "events/s", "gain"], rows)


def _function(batch: list[list[Event]], states: States, content: Content) -> float:
    stub, app = _app(states, content)
    calls = [(events[-1].at, _kinesis(events)) for events in batch]
    bootstrap.use(app)
    try:
        return stub.timed(lambda: [_call(app, at, event) for at, event in calls])
    finally:
        bootstrap.use(None)


def _call(app: bootstrap.App, at: int, event: Any) -> None:
    app.clock = lambda: at
    answer = handler(event, None)  # type: ignore[arg-type]
    assert answer == {"batchItemFailures": []}


def _by_boto3(batch: list[list[Event]], states: States, content: Content) -> float:
    """What one would write first: the same fold and the same row, through the client, an event at a time."""
    stub, app = _app(states, content)
    app.profiles._wire = None
    records = [(events[-1].at, [Record("1", encode_event(events[0]))]) for events in batch]
    return stub.timed(lambda: [fold(one, app.profiles, app.quarantine, content, at) for at, one in records])


def _counters_only(batch: list[list[Event]], states: States, content: Content) -> float:
    stub, _ = _app({}, content)

    def update(event: Event) -> None:
        stub.client.update_item(
            TableName="customers",
            Key={"customer_id": {"S": event.customer_id}, "row": {"S": "profile"}},
            UpdateExpression="ADD visits :one SET last_seen = :at",
            ExpressionAttributeValues={":one": {"N": "1"}, ":at": {"N": str(event.at)}},
        )

    return stub.timed(lambda: [update(event) for events in batch for event in events])


def _app(states: States, content: Content) -> tuple[Stub, bootstrap.App]:
    stub = Stub()
    settings = Settings({"CUSTOMERS_TABLE": "customers", "QUARANTINE_BUCKET": "quarantine"})
    app = bootstrap.App(settings, client=lambda _: stub.client)
    app.content = content
    for name, state in states.items():
        stub.rows[name] = _stored(app.profiles, name, state)
    return stub, app


def _stored(store: ProfileStore, name: str, state: bytes) -> Any:
    item = store._item(decode_profile(state), None, Pending())
    return {key: {kind: base64.b64encode(value).decode() if kind == "B" else value for kind, value in typed.items()}
            for key, typed in item.items()}  # fmt: skip


def _kinesis(events: list[Event]) -> Any:
    return {"Records": [
        {"kinesis": {"sequenceNumber": str(place), "data": base64.b64encode(encode_event(event)).decode()}}
        for place, event in enumerate(events)
    ]}  # fmt: skip


def _encoded(events: list[Event]) -> list[bytes]:
    return [encode_event(event) for event in events]


def _ratio(events: list[Event], window: int) -> float:
    return len(events) / sum(len({event.customer_id for event in batch}) for batch in batches(events, window))


def _rows(states: States) -> str:
    store = ProfileStore(Stub().client, "customers")
    sizes = []
    for state in states.values():
        item = store._item(decode_profile(state), None, Pending())
        sizes.append(sum(len(name) + sum(len(value) for value in typed.values()) for name, typed in item.items()))
    sizes.sort()
    place = {name: sizes[int(len(sizes) * share)] for name, share in (("median", 0.5), ("90 %", 0.9), ("99 %", 0.99))}
    units = sum(-(-size // 1024) for size in sizes) / len(sizes)
    kept = [f"{sum(sizes) / len(sizes):,.0f}", *(f"{size:,}" for size in place.values()), f"{units:.2f}"]
    return table(["row after 60 days, 8 sessions a month", "mean", *place, "write units a put"], [["bytes", *kept]])
