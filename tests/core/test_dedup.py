"""Deduplication against a program that is obviously right: a set of every id ever accepted."""

import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.fold import dedup
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY, HOUR, MINUTE

START = 1_767_225_600_000


def visit(number: int, at: int) -> Event:
    return Event(f"visit-{number}", at, "c1", "page")


class Row:
    """What a table keeps of one customer: the committed profile, and the spilled ids, which are written before it."""

    def __init__(self) -> None:
        self.state = encode_profile(Profile("c1"))
        self.seen: dict[int, bytes] = defaultdict(bytes)
        self.folded: list[str] = []
        self.looked_up = 0
        self.spills = 0

    def lookup(self, day: int) -> bytes:
        self.looked_up += 1
        return self.seen[day]

    def deliver(self, events: list[Event], now: int, *, crash: str = "") -> list[str]:
        profile = decode_profile(self.state)
        fresh = dedup.unseen(profile, [e for e in events if not dedup.too_old(e, now)], self.lookup)
        leaving = dedup.remember(profile, fresh, now)
        if crash == "before":
            return []
        for day, ids in leaving:
            self.seen[day] += ids
            self.spills += 1
        if crash == "between":
            return []
        self.state = encode_profile(profile)
        self.folded += [event.id for event in fresh]
        return [event.id for event in fresh]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9), st.sampled_from([0.0, 0.1, 0.4]), st.sampled_from([2, 20, 200]))
def test_every_event_counts_once_through_duplicates_lateness_shuffles_and_crashes(
    seed: int, mess: float, rate: int
) -> None:
    chance = random.Random(seed)
    row, accepted, now = Row(), set(), START
    history: list[Event] = []
    for number in range(600):
        now += chance.randrange(1, 2 * DAY // rate)
        late = chance.choice([5 * MINUTE, 2 * DAY, 20 * DAY]) if chance.random() < mess else 0
        history.append(visit(number, now - chance.randrange(late) if late else now))
        again = [chance.choice(history) for _ in range(3) if chance.random() < mess]
        batch = [history[-1], *again, *again[:1]]
        chance.shuffle(batch)
        if chance.random() < mess:
            row.deliver(batch, now, crash=chance.choice(["before", "between"]))
        folded = row.deliver(batch, now)
        expected = {event.id for event in batch if event.at >= now - dedup.WINDOW} - accepted
        assert sorted(folded) == sorted(expected)
        accepted |= expected
    assert len(row.folded) == len(set(row.folded)) == len(accepted)


def test_an_id_in_order_never_asks_for_a_spilled_row() -> None:
    row = Row()
    for number in range(1000):
        row.deliver([visit(number, START + number * HOUR)], START + number * HOUR)
    assert row.looked_up == 0
    assert 5 <= row.spills <= 60


def test_a_busy_day_spills_and_is_still_remembered() -> None:
    row = Row()
    first = [visit(number, START + number) for number in range(5000)]
    assert len(row.deliver(first, START + HOUR)) == 5000
    assert row.deliver(first, START + HOUR) == []
    assert row.deliver([visit(5001, START)], START + HOUR) == ["visit-5001"]
    assert row.spills == 1


def test_only_ids_that_an_earlier_write_left_in_the_ring_leave_it() -> None:
    profile = Profile("c1")
    dedup.remember(profile, [visit(number, START + number) for number in range(3)], START)
    (leaving,) = dedup.remember(profile, [visit(number, START + number) for number in range(3, 300)], START + HOUR)
    assert leaving.ids == b"".join(sorted(dedup.fingerprint(f"visit-{number}") for number in range(3)))
    assert len(profile.ids[START // DAY]) == 297 * dedup.ID_BYTES
    assert profile.floor == START // DAY


def test_the_ring_is_bounded_and_forgets_what_is_refused_anyway() -> None:
    profile = Profile("c1")
    for number in range(400):
        at = START + number * DAY // 4
        assert len(dedup.remember(profile, [visit(number, at)], at)) <= 5
        assert sum(map(len, profile.ids.values())) <= dedup.HIGH * dedup.ID_BYTES
    later = START + 500 * DAY
    dedup.remember(profile, [visit(401, later)], later)
    assert list(profile.ids) == [later // DAY]


def test_spilled_ids_share_rows_of_28_days() -> None:
    profile = Profile("c1")
    at = START
    leaving: list[dedup.Leaving] = []
    for number in range(dedup.HIGH + 1):
        at = START + number * DAY // 4
        leaving += dedup.remember(profile, [visit(number, at)], at)
    assert [len(ids) // 6 for _, ids in leaving] == [56, 28]
    assert all(day % dedup.SPAN == 0 for day, _ in leaving)
    assert dedup.span(profile.floor) == max(day for day, _ in leaving)


@pytest.mark.parametrize(
    ("at", "old", "early"),
    [
        (START, False, False),
        (START - 28 * DAY, False, False),
        (START - 28 * DAY - 1, True, False),
        (START + 10 * MINUTE, False, False),
        (START + 10 * MINUTE + 1, False, True),
    ],
)
def test_the_window_is_28_days_back_and_10_minutes_ahead(at: int, old: bool, early: bool) -> None:
    event = visit(1, at)
    assert (dedup.too_old(event, START), dedup.too_early(event, START)) == (old, early)
