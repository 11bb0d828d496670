"""Ids become one under fire: crashes, copies, disorder, rings of links; every fact counts once, in one row."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mailwright.fold.reduce import reduce
from mailwright.model.content import Content, Shop
from mailwright.model.event import Event, encode_event
from mailwright.model.outbox import Pending, encode_pending
from mailwright.model.profile import Profile, count
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY, MINUTE
from mailwright.workflow.dispatch import dispatch
from mailwright.workflow.fold import Folded, Record, fold
from mailwright.workflow.homes import homes
from mailwright.workflow.ports import Spill
from tests.fakes.contacts import FakeContacts
from tests.fakes.profiles import FakeProfiles
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.queue import FakeQueue
from tests.fakes.stream import FakeStream

NOW = 1_767_225_600_000
CONTENT = Content(Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street"))


class Crash(Exception):
    """A process that ended, or a call that failed: before or after it took effect."""


class Profiles(FakeProfiles):
    """Keeps each customer's outboxes in order, as the table's stream does."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox: dict[str, list[bytes]] = defaultdict(list)
        self.after_commit: Callable[[str], None] | None = None

    def commit(self, profile: Profile, due: int | None, pending: Pending, spills: Sequence[Spill] = ()) -> bool:
        if not super().commit(profile, due, pending, spills):
            return False
        if pending:
            self.outbox[profile.customer_id].append(encode_pending(pending))
        if self.after_commit is not None:
            self.after_commit(profile.customer_id)
        return True


class World:
    """A stream of partitions, `fold`, the table's stream and `dispatch`, in any order and as often as chance has it."""

    def __init__(self, seed: int, crashes: float = 0.15) -> None:
        self.chance = random.Random(seed)
        self.crashes = crashes
        self.profiles, self.contacts, self.stream = Profiles(), FakeContacts(), FakeStream()
        self.quarantine, self.sends = FakeQuarantine(), FakeQueue()
        self.now = NOW
        self.waiting: list[Event] = []

    def crash(self, name: str) -> None:
        if self.chance.random() < self.crashes:
            raise Crash(name)

    def live(self, events: Sequence[Event]) -> None:
        """Until everything has been folded and carried out."""
        self.waiting = [*events]
        self.chance.shuffle(self.waiting)
        for _ in range(20_000):
            self.now += MINUTE
            some = [name for name, outbox in self.profiles.outbox.items() if outbox]
            if some and (not self.waiting or self.chance.random() < 0.5):
                self._dispatch(self.chance.choice(some))
            elif self.waiting:
                self._fold()
            else:
                return
        raise AssertionError("events still go round")

    def _fold(self) -> Folded | None:
        size = self.chance.randrange(1, 8)
        batch, self.waiting = self.waiting[:size], self.waiting[size:]
        batch += [one for one in batch if self.chance.random() < 0.2]
        self.profiles.before_commit = self.profiles.after_commit = self.crash
        records = [Record(str(place), encode_event(event)) for place, event in enumerate(batch)]
        done = fold(records, self.profiles, self.quarantine, CONTENT, self.now)
        self.profiles.before_commit = self.profiles.after_commit = None
        if done.failures:
            assert all(isinstance(done.error, Crash) for _ in done.failures), done.error
            self.waiting = batch[min(map(int, done.failures)) :] + self.waiting
        elif self.chance.random() < 0.1:  # the acknowledgement was lost
            self.waiting = batch + self.waiting
        return done

    def _dispatch(self, name: str) -> None:
        outbox = self.profiles.outbox[name]
        size = self.chance.randrange(1, len(outbox) + 1)
        self.contacts.before_commit = self.crash
        self.stream.full = self.chance.random() < 0.1
        place, _ = dispatch(outbox[:size], self.contacts, self.stream, self.sends, self.quarantine, self.now)
        self.contacts.before_commit = None
        new, self.stream.events = self.stream.events, []
        for event in new:  # other records of its partition may lie before it or not, and some come twice
            for _ in range(1 + (self.chance.random() < 0.2)):
                self.waiting.insert(self.chance.randrange(len(self.waiting) + 1), event)
        if self.chance.random() < 0.9:
            del outbox[: size if place is None else place]

    def alive(self) -> list[Profile]:
        rows = self.profiles.load(sorted(self.profiles.rows))
        return [profile for profile in rows.values() if not profile.merged_into]


def facts(profile: Profile) -> bytes:
    same = decode_profile(encode_profile(profile))
    same.customer_id, same.v, same.floor, same.absorbed = "", 0, 0, 0
    same.ids, same.due, same.stage, same.aliases, same.segments = {}, None, "new", {}, []
    return encode_profile(same)


def lives(chance: random.Random, names: Sequence[str], number: int) -> list[Event]:
    kinds = ["page", "Product Added", "Product Viewed", "Order Completed", "Store Visited"]
    events = []
    for n in range(number):
        kind = chance.choice(kinds)
        at = NOW - chance.randrange(5 * DAY)
        data = {"product_id": f"p{n % 7}", "price": n % 5, "category": f"k{n % 3}"}
        if kind == "Order Completed":
            data = {"order_id": f"o{n}", "total": n}
        typed = ("page", "") if kind == "page" else ("track", kind)
        events.append(Event(f"e{n}", at, chance.choice(names), *typed, "test", data))
    return events


def alias(old: str, new: str, at: int = NOW) -> Event:
    return Event(f"alias-{old}-{new}-{at}", at, new, "alias", "", "test", {"previousId": old})


def as_one(events: Sequence[Event]) -> bytes:
    """What a single id would know: the oracle, which sees each event once and in order."""
    told = [replace(event, customer_id="one") for event in events if event.type != "alias"]
    return facts(reduce(Profile("one"), sorted(told, key=lambda event: (event.at, event.id))))


def as_told(events: Sequence[Event], profile: Profile) -> tuple[bytes, bytes]:
    """Expected and found, without the times of the alias calls themselves, which are signs of life."""
    calls = [event.at for event in events if event.type == "alias"]
    told = decode_profile(as_one(events))
    told.last_seen = max([told.last_seen, *calls])
    told.first_seen = min([told.first_seen or NOW, *calls])
    return facts(told), facts(profile)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9))
def test_a_chain_of_ids_ends_in_one_row_that_knows_everything_once(seed: int) -> None:
    world = World(seed)
    names = ["a", "b", "c", "d"]
    links = [alias("a", "b"), alias("b", "c"), alias("c", "d")]
    events = [*lives(world.chance, names, 60), *links]
    world.live(events)
    (one,) = world.alive()
    assert one.customer_id == "d"
    expected, found = as_told(events, one)
    assert found == expected
    assert world.quarantine.records == []


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9))
def test_many_ids_into_one_and_pages_that_name_both_every_time(seed: int) -> None:
    world = World(seed)
    olds = [f"cookie-{n}" for n in range(6)]
    events = lives(world.chance, ["c1", *olds], 80)
    events = [
        replace(event, links=[world.chance.choice(olds)]) if event.customer_id == "c1" else event for event in events
    ] + [Event(f"login-{old}", NOW, "c1", "page", links=[old]) for old in olds]
    world.live(events)
    (one,) = world.alive()
    assert one.customer_id == "c1"
    assert facts(one) == as_one([replace(event, links=[]) for event in events])
    assert world.quarantine.records == []


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 10**9), st.integers(2, 4))
def test_links_in_a_ring_end_in_one_surviving_row_and_lose_nothing(seed: int, size: int) -> None:
    world = World(seed)
    names = ["a", "b", "c", "d"][:size]
    ring = [alias(old, new) for old, new in zip(names, [*names[1:], names[0]], strict=True)]
    events = [*lives(world.chance, names, 40), *ring]
    world.live(events)
    (one,) = world.alive()
    refused = {record.code for record in world.quarantine.records}
    assert refused <= {"alias_loop", "already_merged"}
    last = decode_profile(encode_profile(one))
    told = [event for event in events if event.type != "alias"]
    found, expected = decode_profile(facts(last)), decode_profile(as_one(told))
    found.last_seen = found.first_seen = expected.last_seen = expected.first_seen = (
        0  # refused calls are no sign of life
    )
    assert facts(found) == facts(expected)
    # Whoever comes later, by any of the ids, comes home.
    world.crashes = 0
    world.live([Event(f"later-{name}", NOW, name, "page") for name in names])
    assert count(world.alive()[0].totals, "visits") == count(last.totals, "visits") + size
    assert {home.profile.customer_id for home in homes(world.profiles, names).values()} == {one.customer_id}


def test_two_that_claim_each_other_at_the_same_instant_become_the_smaller_one() -> None:
    world = World(1, crashes=0)
    world.live([Event(f"{name}{n}", NOW, name, "page") for name in "ab" for n in range(3)])
    for name, other in ("ab", "ba"):
        # Both ask before either hears the other's answer.
        fold([Record("1", encode_event(alias(name, other)))], world.profiles, world.quarantine, CONTENT, world.now)
    world.live([])
    (one,) = world.alive()
    assert (one.customer_id, count(one.totals, "visits"), one.absorbed) == ("a", 6, 2)


def test_an_id_belongs_to_the_first_and_another_alias_is_refused_with_its_reason() -> None:
    world = World(1, crashes=0)
    world.live([Event("1", NOW, "old", "page"), alias("old", "c1")])
    world.live([alias("old", "c2"), Event("2", NOW, "c3", "page", links=["old"]), Event("3", NOW, "old", "page")])
    assert [profile.customer_id for profile in world.alive()] == ["c1", "c2", "c3"]
    (record,) = world.quarantine.records
    assert record.code == "already_merged"
    assert "'old' was merged into 'c1'" in record.reason
    assert count(world.profiles.load(["c1"])["c1"].totals, "visits") == 2


def test_repeated_links_read_and_write_nothing() -> None:
    world = World(1, crashes=0)
    world.live([Event("1", NOW, "old", "page"), Event("2", NOW, "c1", "page", links=["old"])])
    writes = world.profiles.writes
    for number in range(50):
        world.live([Event(f"again-{number}", NOW + number, "c1", "page", links=["old"])])
    assert world.profiles.writes == writes + 50  # the pages themselves
    assert world.profiles.load(["old"])["old"].v == 2
    again = Event("link-x", NOW, "old", "link", data={"to": "c1", "said": "alias"})
    done = fold([Record("1", encode_event(again))], world.profiles, world.quarantine, CONTENT, world.now)
    assert (done.counts["writes"], done.counts["duplicates"]) == (0, 1)


def test_a_late_event_that_the_old_id_has_counted_is_not_counted_again() -> None:
    world = World(1, crashes=0)
    early = [Event(f"{n}", NOW - n, "old", "page") for n in range(5)]
    world.live([*early, alias("old", "c1")])
    world.live([*early, Event("new", NOW, "old", "page")] * 3)
    (one,) = world.alive()
    assert count(one.totals, "visits") == 6


def test_a_batch_of_thousands_of_aliases_and_of_large_late_events_fits_the_rows() -> None:
    world = World(1, crashes=0)
    aliases = [alias(f"cookie-{n}", "c1", NOW + n) for n in range(1500)]
    before = world.profiles.writes
    records = [Record(str(place), encode_event(event)) for place, event in enumerate(aliases)]
    done = fold(records, world.profiles, world.quarantine, CONTENT, world.now)
    assert done.counts["duplicates"] == done.counts["failed"] == 0
    assert world.profiles.writes - before == 8  # two hundred to a write
    assert max(len(outbox) for outbox in world.profiles.outbox["c1"]) < 100_000
    world.live([])
    assert sum(bool(one.merged_into) for one in world.profiles.load(sorted(world.profiles.rows)).values()) == 1500
    assert len(world.profiles.load(["c1"])["c1"].aliases) == 16
    heavy = [Event(f"h{n}", NOW, "cookie-1", "Custom", data={"text": "x" * 30_000}) for n in range(40)]
    heavy = [replace(event, type="track", name="Custom") for event in heavy]
    records = [Record(str(place), encode_event(event)) for place, event in enumerate(heavy)]
    done = fold(records, world.profiles, world.quarantine, CONTENT, world.now)
    assert done.counts["passed_on"] == 40
    assert max(map(len, world.profiles.outbox["cookie-1"])) < 250_000
    world.live([])
    assert count(world.profiles.load(["c1"])["c1"].totals, "custom") == 40


def test_a_long_chain_is_halved_by_what_travels_along_it() -> None:
    world = World(1, crashes=0)
    names = [f"n{place:02}" for place in range(12)]
    for old, new in pairwise(names):
        world.live([Event(f"e-{old}", NOW, old, "page"), alias(old, new)])
    world.now += 2 * DAY
    world.live([Event("late", NOW, names[0], "page")])
    rows = world.profiles.load(names)
    assert rows[names[0]].merged_into == names[2]
    for number in range(6):
        world.live([Event(f"more-{number}", NOW, names[0], "page")])
    assert world.profiles.load(names)[names[0]].merged_into == names[-1]
    (one,) = world.alive()
    assert count(one.totals, "visits") == 11 + 7


@pytest.mark.parametrize("hops", [17, 40])
def test_a_way_too_long_ends_in_quarantine_with_the_event_whole(hops: int) -> None:
    world = World(1, crashes=0)
    names = [f"n{place:02}" for place in range(hops + 1)]
    for old, new in pairwise(names):
        world.profiles.put(Profile(old, merged_into=new, merged_at=world.now))
    world.live([Event("late", NOW, names[0], "page")])
    (record,) = world.quarantine.records
    assert record.code == "too_many_hops"
    assert record.record["id"] == "late"
