"""Tick: who is woken, by which event."""

from mailwright.model.profile import Profile
from mailwright.model.times import HOUR, MINUTE
from mailwright.workflow.tick import tick
from tests.fakes.profiles import FakeProfiles
from tests.fakes.stream import FakeStream

NOW = 1_767_225_600_000


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
