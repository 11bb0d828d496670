"""Tick and recompute: who is woken, by which event."""

import pytest

from mailwright.expression.tree import Column, Compare, Const
from mailwright.model.content import Content, Segment, Shop
from mailwright.model.event import Event, encode_event
from mailwright.model.profile import Profile
from mailwright.model.times import DAY, HOUR, MINUTE
from mailwright.workflow.fold import Record, fold
from mailwright.workflow.recompute import recompute
from mailwright.workflow.tick import tick
from mailwright.workflow.wake import Throttled
from tests.fakes.profiles import FakeProfiles
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.stream import FakeStream

NOW = 1_767_225_600_000
RECENT = Segment("recent", "Ordered this week", Compare("<", Column("days_since_last_order"), Const(7)))
CONTENT = Content(
    Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street"), segments={"recent": RECENT}
)


def test_the_due_are_woken_by_an_event_of_their_own() -> None:
    profiles, stream = FakeProfiles(), FakeStream()
    for name, due in (("late", NOW - HOUR), ("now", NOW), ("later", NOW + 1), ("never", None)):
        profiles.put(Profile(name), due)
    assert tick(profiles, stream, NOW) == {"woken": 2, "throttled": 0}
    assert [(event.customer_id, event.type, event.at) for event in stream.events] == [
        ("late", "timer", NOW),
        ("now", "timer", NOW),
    ]


def test_a_tick_that_runs_twice_makes_the_same_events() -> None:
    profiles, stream = FakeProfiles(), FakeStream()
    profiles.put(Profile("c1"), NOW)
    tick(profiles, stream, NOW + 1_000)
    tick(profiles, stream, NOW + 59_000)
    tick(profiles, stream, NOW + MINUTE)
    first, again, next_minute = stream.events
    assert first == again
    assert first.id != next_minute.id
    assert len(first.id) <= 100


def test_what_the_stream_does_not_take_stays_due() -> None:
    profiles, stream = FakeProfiles(), FakeStream()
    profiles.put(Profile("c1"), NOW)
    stream.full = True
    assert tick(profiles, stream, NOW) == {"woken": 0, "throttled": 1}


def test_recompute_wakes_only_those_that_time_has_changed_and_folding_settles_them() -> None:
    profiles, stream = FakeProfiles(), FakeStream()
    order = Event("1", NOW, "buyer", "track", "Order Completed", data={"total": 5})
    visit = Event("2", NOW, "visitor", "page")
    fold_all(profiles, [order, visit], NOW)
    assert profiles.load(["buyer"])["buyer"].segments == ["recent"]
    assert recompute(profiles, stream, CONTENT, NOW + 6 * DAY, 3) == {"profiles": 2, "woken": 0}
    assert recompute(profiles, stream, CONTENT, NOW + 7 * DAY) == {"profiles": 2, "woken": 1}
    assert [event.customer_id for event in stream.events] == ["buyer"]
    fold_all(profiles, stream.events, NOW + 7 * DAY)
    assert profiles.load(["buyer"])["buyer"].segments == []
    assert recompute(profiles, stream, CONTENT, NOW + 7 * DAY) == {"profiles": 2, "woken": 0}
    assert recompute(profiles, stream, CONTENT, NOW + 31 * DAY) == {"profiles": 2, "woken": 2}
    fold_all(profiles, stream.events, NOW + 31 * DAY)
    assert profiles.load(["buyer"])["buyer"].stage == "active"
    assert profiles.load(["visitor"])["visitor"].stage == "at_risk"


def test_recompute_says_when_the_stream_did_not_take_them_all() -> None:
    profiles, stream = FakeProfiles(), FakeStream()
    fold_all(profiles, [Event("1", NOW, "c1", "page")], NOW)
    stream.full = True
    with pytest.raises(Throttled, match="1 timers"):
        recompute(profiles, stream, CONTENT, NOW + 40 * DAY)


def fold_all(profiles: FakeProfiles, events: list[Event], now: int) -> None:
    done = fold(
        [Record(str(n), encode_event(e)) for n, e in enumerate(events)], profiles, FakeQuarantine(), CONTENT, now
    )
    assert done.failures == []
