"""Folding batches: every event once, nothing blocks, failures are reported by their earliest record."""

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailwright.decide.decide import Decision
from mailwright.fold.reduce import CALLS, OURS, TRACK, reduce
from mailwright.model.content import Content, Shop
from mailwright.model.event import Event, encode_event
from mailwright.model.outbox import Pending
from mailwright.model.profile import Profile, count
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY, HOUR, MINUTE
from mailwright.workflow.fold import Folded, Record, fold
from tests.fakes.profiles import FakeProfiles
from tests.fakes.quarantine import FakeQuarantine

NOW = 1_767_225_600_000
CONTENT = Content(Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street"))


class Crash(Exception):
    """What stands for a process that ended, or a write that failed."""


class World:
    def __init__(self) -> None:
        self.profiles = FakeProfiles()
        self.quarantine = FakeQuarantine()
        self.sequence = 0

    def records(self, events: Sequence[Event | bytes]) -> list[Record]:
        made = []
        for event in events:
            self.sequence += 1
            data = event if isinstance(event, bytes) else encode_event(event)
            made.append(Record(str(self.sequence), data))
        return made

    def fold(self, *events: Event | bytes, now: int = NOW, **more: Any) -> Folded:
        return fold(self.records(events), self.profiles, self.quarantine, CONTENT, now, **more)

    def profile(self, name: str) -> Profile:
        return self.profiles.load([name])[name]


def visit(id: str, customer: str = "c1", at: int = NOW) -> Event:  # noqa: A002
    return Event(id, at, customer, "page")


def wake(customer: str = "c1") -> Event:
    return Event("tick-1", NOW, customer, "timer", "tick", "mailwright")


def test_many_events_of_a_customer_are_one_read_and_one_write() -> None:
    world = World()
    done = world.fold(*(visit(f"{n}", f"c{n % 3}", NOW + n) for n in range(300)))
    assert world.profiles.writes == 3
    assert world.profiles.loads == 1
    assert done.failures == []
    assert done.counts == {"records": 300, "events": 300, "customers": 3, "writes": 3, "duplicates": 0}
    assert count(world.profile("c1").totals, "visits") == 100


def test_a_record_of_several_events_is_read_line_by_line_and_one_bad_line_harms_no_other() -> None:
    world = World()
    good = [encode_event(visit(f"{n}", f"c{n % 2}")) for n in range(4)]
    done = world.fold(b"\n".join([*good[:2], b'{"id":"x"}', *good[2:]]))
    assert done.counts["records"] == 1
    assert done.counts["events"] == 4
    assert [one.record for one in world.quarantine.records] == ['{"id":"x"}']
    assert count(world.profile("c0").totals, "visits") == 2
    spread = b'{\n "id": [\n {\n}\n]\n}'
    assert world.fold(spread).counts["quarantined"] == 1


def test_a_batch_that_comes_again_writes_nothing() -> None:
    world = World()
    events = [visit(f"{n}") for n in range(10)]
    world.fold(*events)
    done = world.fold(*events)
    assert done.counts["duplicates"] == 10
    assert done.counts["writes"] == 0
    assert world.profile("c1").v == 1


def test_what_is_not_an_event_is_kept_whole_and_harms_nobody() -> None:
    world = World()
    bad = Event("bad", NOW, "c1", "track", "Order Completed", data={"total": "NaN"})
    poison = [b"{", b"\xff\xfe", b'{"id": 1}', b"[]", encode_event(visit("")), encode_event(visit("1", ""))]
    done = world.fold(visit("a"), *poison, bad, encode_event(bad), visit("b"), visit("c", "c2"))
    assert done.failures == []
    assert done.counts["quarantined"] == len(poison) + 1
    assert len(world.quarantine.records) == len(poison) + 1
    assert world.quarantine.records[0].record == "{"
    assert world.quarantine.records[-1].record["data"] == {"total": "NaN"}
    assert all(record.where == "fold" and record.reason for record in world.quarantine.records)
    assert count(world.profile("c1").totals, "visits") == 2
    assert count(world.profile("c1").totals, "orders") == 0


HARD = [
    *(None, True, 0, -1, 2**63, 10**400, -(10**400), 1e308, -1e308, 1e-320, [], {}),
    *("", "\x00", "x" * 5000, "1e400", "NaN", "\u0663", "9999-12-31T23:59:59Z", "../x"),
]
FIELDS = ["product_id", "price", "quantity", "total", "products", "order_id", "email", "marketing_consent", "age",
          "address", "timezone", "location", "traits", "previousId", "group_id", "category", "state", "to"]  # fmt: skip
hard = st.recursive(
    st.sampled_from(HARD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([*((name, "track") for name in (*TRACK, "Quiz Taken")), *(("", kind) for kind in (*CALLS, *OURS))]),
    st.dictionaries(st.sampled_from(FIELDS), hard, max_size=6),
    st.dictionaries(st.sampled_from(FIELDS), hard, max_size=4),
)
@example(("Product Viewed", "track"), {"product_id": "p", "price": -1e308}, {})
@example(("Order Completed", "track"), {"order_id": "o", "total": 10**400}, {})
def test_whatever_stands_in_an_event_it_is_taken_or_kept_and_never_blocks_its_shard(
    call: tuple[str, str], data: dict[str, Any], context: dict[str, Any]
) -> None:
    """Not only what the doors let in: the stream can be written to by others."""
    world = World()
    name, kind = call
    event = json.dumps({"id": "1", "at": NOW, "customer_id": "c1", "type": kind, "name": name, "data": data,
                        "context": context}).encode()  # fmt: skip
    done = world.fold(event, visit("2", "c2"))
    assert done.failures == [], done.error
    assert count(world.profile("c2").totals, "visits") == 1


def test_a_customer_whose_only_event_is_refused_gets_no_row() -> None:
    world = World()
    world.fold(Event("bad", NOW, "c1", "track", "Order Completed", data={"total": -1}))
    assert world.profiles.rows == {}


def test_events_outside_the_window_are_refused_and_counted() -> None:
    world = World()
    done = world.fold(
        visit("old", at=NOW - 28 * DAY - 1),
        visit("early", at=NOW + 10 * MINUTE + 1),
        visit("edge", at=NOW - 28 * DAY),
        visit("soon", at=NOW + 10 * MINUTE),
    )
    assert done.counts["refused"] == done.counts["quarantined"] == 2
    assert sorted(record.code for record in world.quarantine.records) == ["timestamp_in_future", "too_old"]
    assert count(world.profile("c1").totals, "visits") == 2


def test_what_is_only_for_the_lake_touches_no_profile() -> None:
    world = World()
    done = world.fold(
        Event("1", NOW, "c1", "track", "Email Delivered", "ses"),
        Event("2", NOW, "product#1", "track", "Product Updated", "shopify"),
    )
    assert done.counts["ignored"] == 2
    assert world.profiles.loads == 0


def test_a_customer_that_fails_is_reported_by_its_earliest_record_and_the_others_go_on() -> None:
    world = World()

    def fail(name: str) -> None:
        if name in {"c1", "c3"}:
            raise Crash(name)

    world.profiles.before_commit = fail
    done = world.fold(visit("1", "c0"), visit("2", "c1"), visit("3", "c1"), visit("4", "c2"), visit("5", "c3"))
    assert done.failures == ["2", "5"]
    assert done.counts["failed"] == 2
    assert isinstance(done.error, Crash)
    assert sorted(world.profiles.rows) == ["c0", "c2"]


def test_customers_that_cannot_be_read_are_reported_too(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    load, calls = world.profiles.load, 0

    def sometimes(names: Sequence[str]) -> dict[str, Profile]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise Crash
        return load(names)

    monkeypatch.setattr(world.profiles, "load", sometimes)
    done = world.fold(*(visit(f"{n}", f"c{n:03}") for n in range(150)))
    assert done.failures == [str(n) for n in range(1, 101)]
    assert len(world.profiles.rows) == 50


def test_another_writer_makes_the_customer_be_read_and_folded_anew() -> None:
    world = World()
    zombie = [reduce(Profile("c1"), [visit("other")])]

    def race(name: str) -> None:
        if zombie:
            world.profiles.put(zombie.pop())

    world.profiles.before_commit = race
    done = world.fold(visit("1"), visit("2"))
    assert done.counts["conflicts"] == 1
    assert done.failures == []
    assert count(world.profile("c1").totals, "visits") == 3


def test_a_customer_that_never_stands_still_fails_in_bounded_time() -> None:
    world = World()

    def always(name: str) -> None:
        v, state = world.profiles.rows.get(name, (0, encode_profile(Profile(name))))
        world.profiles.rows[name] = (v + 1, state)

    world.profiles.before_commit = always
    done = world.fold(visit("1"))
    assert done.failures == ["1"]
    assert done.counts["conflicts"] == 7


def test_a_timer_wakes_without_being_remembered_and_writes_only_what_it_changes() -> None:
    world = World()
    seen: list[list[str]] = []
    due = NOW + HOUR

    def decide(before: Profile, profile: Profile, events: Sequence[Event], content: Content, now: int) -> Decision:
        seen.append([event.type for event in events])
        return Decision(profile, Pending(), due)

    world.fold(visit("1"), decide=decide)
    ids = world.profile("c1").ids
    done = world.fold(wake(), wake(), decide=decide)
    assert done.counts["timers"] == 2
    assert done.counts["writes"] == 0
    due = NOW + 2 * HOUR
    assert world.fold(wake(), visit("2"), decide=decide).counts["writes"] == 1
    due = NOW + 3 * HOUR
    assert world.fold(wake(), decide=decide).counts["writes"] == 1
    assert seen == [["page"], ["timer"], ["page", "timer"], ["timer"]]
    assert len(world.profile("c1").ids[NOW // DAY]) == len(ids[NOW // DAY]) * 2
    assert world.profiles.timers == {"c1": NOW + 3 * HOUR}


def test_a_quarantine_that_fails_fails_the_batch() -> None:
    world = World()

    def broken(records: object) -> None:
        raise Crash

    world.quarantine.put = broken  # type: ignore[method-assign]
    with pytest.raises(Crash):
        world.fold(b"{")


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**9))
def test_crashes_redeliveries_and_reordering_leave_each_event_counted_once(seed: int) -> None:
    chance = random.Random(seed)
    world, now = World(), NOW
    events = [
        Event(f"e{n}", NOW + chance.randrange(10 * DAY), f"c{chance.randrange(5)}", "page", context={"locale": f"l{n}"})
        for n in range(400)
    ]

    def sometimes(name: str) -> None:
        if chance.random() < 0.1:
            raise Crash

    waiting = world.records(events)
    chance.shuffle(waiting)
    now = NOW + 10 * DAY
    while waiting:
        size = chance.randrange(1, 60)
        batch, waiting = waiting[:size], waiting[size:]
        batch += [chance.choice(batch) for _ in range(3)]
        world.profiles.before_commit = sometimes
        done = fold(batch, world.profiles, world.quarantine, CONTENT, now)
        if done.failures:
            # Kinesis goes on from the earliest failure: what succeeded after it comes again.
            places = [place for place, record in enumerate(batch) if record.sequence in done.failures]
            waiting = batch[min(places) :] + waiting
        now += MINUTE
    for customer in {event.customer_id for event in events}:
        expected = reduce(Profile(customer), [event for event in events if event.customer_id == customer])
        assert _facts(world.profile(customer)) == _facts(expected)


def _facts(profile: Profile) -> bytes:
    same = decode_profile(encode_profile(profile))
    same.v = same.floor = 0
    same.ids, same.due, same.stage = {}, None, "new"
    return encode_profile(same)
