"""A model in use: who is in which cluster as events are folded, what a new model moves, and a lake that is down."""

import logging
from typing import Any

import msgspec
import numpy as np
import pytest

from mailwright.content.rules import parse_rule
from mailwright.model.clusters import POINTER, Axis, Cluster, Clusters, Lineage, encode_clusters, model_key, versioned
from mailwright.model.content import Content, Segment, Shop
from mailwright.model.event import Event, encode_event
from mailwright.model.profile import Profile
from mailwright.model.run import Counts, decode_run
from mailwright.model.times import DAY, MINUTE, iso
from mailwright.workflow import train as module
from mailwright.workflow.clusters import FRESH, UNREACHABLE, InUse, NoModel, current, keep, model, use
from mailwright.workflow.fold import Record, fold
from mailwright.workflow.recompute import recompute
from mailwright.workflow.train import train
from tests.core.shapes import shop
from tests.fakes.lake import FakeLake
from tests.fakes.profiles import FakeProfiles
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.stream import FakeStream

NOW = 1_767_225_600_000
SHOP = Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street")
LINEAGE = Lineage("table", "2026-01-01T01:00:00Z", "v1", "0.1.0", 600, 600)
TRAINED = module.trained
RULE = "cluster = 'Buyers'"
CONTENT = Content(SHOP, "v1", {"buyers": Segment("buyers", "buyers", parse_rule(RULE, ()), RULE)})


def two(*names: str, at: tuple[float, float] = (0.0, 1.0)) -> Clusters:
    """By orders: none, or some."""
    axis = Axis("orders", unknown=0, log=False, centre=0, spread=1, limit=3)
    clusters = [Cluster(name, 1, 0.5, {}, [place], {}, []) for name, place in zip(names, at, strict=True)]
    return versioned(Clusters("clusters", "drawn", LINEAGE, "", 2, clusters=clusters, axes=[axis]))


def having(made: Clusters | None) -> Content:
    return msgspec.structs.replace(CONTENT, clusters=made)


class Life:
    """Ada, who ordered, and Ben, who looked."""

    def __init__(self, content: Content) -> None:
        self.profiles, self.stream, self.lake, self.now = FakeProfiles(), FakeStream(), FakeLake(), NOW
        order = Event("o1", NOW, "ada", "track", "Order Completed", data={"total": 5})
        self.fold([order, Event("v1", NOW, "ben", "page")], content)

    def fold(self, events: list[Event], content: Content) -> int:
        records = [Record(str(n), encode_event(event)) for n, event in enumerate(events)]
        done = fold(records, self.profiles, FakeQuarantine(), content, self.now)
        assert (done.failures, done.error) == ([], None)
        return done.counts["writes"]

    def night(self, content: Content) -> Counts:
        """One run and what it wakes."""
        event = {"scheduled": iso(self.now)[:19] + "Z", "parts": 1}
        recompute({**event, "part": 0}, self.profiles, self.stream, self.lake, content, self.now)
        recompute(event, self.profiles, self.stream, self.lake, content, self.now)
        *_, run = map(decode_run, self.lake.lines("segments/dt="))
        self.fold(self.stream.events, content)
        self.stream.events.clear()
        return run.counts

    def of(self, name: str) -> tuple[str, list[str]]:
        profile = self.profiles.load([name])[name]
        return profile.cluster, profile.segments


def test_a_customer_is_in_a_cluster_as_soon_as_an_event_is_folded() -> None:
    content = having(two("Lookers", "Buyers"))
    life = Life(content)
    assert (life.of("ada"), life.of("ben")) == (("Buyers", ["buyers"]), ("Lookers", []))
    life.fold([Event("o2", NOW, "ben", "track", "Order Completed", data={"total": 5})], content)
    assert life.of("ben") == ("Buyers", ["buyers"])


def test_a_new_model_moves_whom_it_sees_elsewhere_in_the_night_and_nobody_else() -> None:
    life = Life(CONTENT)
    assert life.of("ada") == ("", [])
    assert life.night(CONTENT).woken == 0
    life.now += DAY
    counts = life.night(having(two("Lookers", "Buyers")))
    assert (counts.woken, counts.clusters, counts.entered) == (2, {"Buyers": 1, "Lookers": 1}, {"buyers": 1})
    assert (life.of("ada"), life.of("ben")) == (("Buyers", ["buyers"]), ("Lookers", []))
    life.now += DAY
    assert life.night(having(two("Lookers", "Buyers"))).woken == 0
    life.now += DAY
    assert life.night(having(two("Browsers", "Buyers"))).woken == 1
    assert life.of("ben") == ("Browsers", [])
    life.now += DAY
    assert life.night(CONTENT).woken == 2  # the model was taken away
    assert (life.of("ada"), life.of("ben")) == (("", []), ("", []))


def test_a_run_begun_by_one_model_is_not_gone_on_with_by_another() -> None:
    life = Life(having(two("Lookers", "Buyers")))
    event = {"scheduled": iso(NOW)[:19] + "Z", "parts": 1, "part": 0}
    for made, woken in ((two("Lookers", "Buyers"), 0), (two("A", "B"), 2)):
        result = recompute(event, life.profiles, life.stream, life.lake, having(made), NOW)
        assert result["woken"] == woken


def test_a_model_that_cannot_be_read_moves_nobody() -> None:
    life = Life(having(two("Lookers", "Buyers")))
    life.now += DAY
    assert life.night(having(UNREACHABLE)).woken == 0
    life.fold([Event("v2", life.now, "ada", "page")], having(UNREACHABLE))
    assert life.of("ada") == ("Buyers", ["buyers"])


class Watch:
    def __init__(self) -> None:
        self.now, self.lake = NOW, FakeLake()
        self.in_use = InUse(self.lake, lambda: self.now)

    def clusters(self) -> Clusters | None:
        return self.in_use.of(CONTENT).clusters


def test_content_is_the_same_object_until_another_model_is_used() -> None:
    watch = Watch()
    first = watch.in_use.of(CONTENT)
    assert first.clusters is None
    assert watch.in_use.of(CONTENT) is first
    keep(watch.lake, two("Lookers", "Buyers"), NOW)
    watch.now += FRESH - 1
    assert watch.in_use.of(CONTENT) is first
    watch.now += 1
    second = watch.in_use.of(CONTENT)
    assert second.clusters == two("Lookers", "Buyers")
    watch.now += FRESH
    assert watch.in_use.of(CONTENT) is second
    del watch.lake.objects[POINTER]
    watch.now += FRESH
    assert watch.clusters() is None


def test_a_lake_that_is_down_leaves_what_is_known_and_is_asked_again_later(caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch()
    keep(watch.lake, two("Lookers", "Buyers"), NOW)
    watch.lake.down = True
    assert watch.clusters() is UNREACHABLE
    watch.lake.down = False
    assert watch.clusters() is UNREACHABLE  # not asked with every batch
    watch.now += FRESH
    assert watch.clusters() == two("Lookers", "Buyers")
    watch.lake.down = True
    watch.now += FRESH
    assert watch.clusters() == two("Lookers", "Buyers")
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2


@pytest.mark.parametrize("body", [b"{", b"{}", b'{"version": "gone", "at": "2026-01-01T00:00:00Z"}'])
def test_a_pointer_to_nowhere_leaves_what_is_known(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch()
    watch.lake.objects[POINTER] = body
    assert watch.clusters() is UNREACHABLE
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"axes": [Axis("karma", 0, log=False, centre=0, spread=1, limit=3)]}, "asks for 'karma', which is no column"),
        ({"clusters": []}, "has no clusters"),
    ],
)
def test_a_model_made_for_other_columns_or_of_nothing_is_not_used(changed: dict[str, Any], why: str) -> None:
    lake = FakeLake()
    made = msgspec.structs.replace(two("Lookers", "Buyers"), **changed)
    lake.objects[model_key(made.version)] = encode_clusters(made)
    with pytest.raises(NoModel, match=why):
        model(lake, made.version)


def test_publishing_moves_the_pointer_refusing_does_not_and_one_can_go_back() -> None:
    lake, first, second = FakeLake(), two("Lookers", "Buyers"), two("Browsers", "Buyers")
    assert keep(lake, first, NOW)
    assert keep(lake, second, NOW)
    assert current(lake) == second
    refused = versioned(Clusters("no structure", "too few", LINEAGE))
    assert not keep(lake, refused, NOW)
    assert current(lake) == second
    assert f"models/clusters/refused/{refused.version}.json" in lake.objects
    assert use(lake, first.version, NOW) == first
    assert current(lake) == first
    with pytest.raises(NoModel, match="there is no model 'nope'"):
        use(lake, "nope", NOW)


def shopful(rows: int) -> FakeProfiles:
    """A table of two kinds of customers: those who ordered a lot, and those who looked in once."""
    profiles, rng = FakeProfiles(), np.random.default_rng(1)
    for n, (since, orders, value, known, *_) in enumerate(shop(rng, rows, ("regular", "new"))):
        first, last = NOW - int(known * DAY), NOW - int((since or 0) * DAY)
        totals = [0] * 5 + [int(orders), int(value * 100)]
        profiles.put(
            Profile(f"c{n:04}", first_seen=first, last_seen=last, first_order=first, last_order=last, totals=totals)
        )
    return profiles


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "trained", lambda *given: TRAINED(*given, references=4, bootstraps=2))


@pytest.mark.usefixtures("_quick")
def test_training_on_a_table_has_its_clusters_used_and_twice_for_a_slot_is_once() -> None:
    lake, profiles = FakeLake(), shopful(600)
    profiles.put(Profile("gone", merged_into="c0001", first_seen=NOW))
    profiles.put(Profile("unheard of"))
    told = train({"scheduled": iso(NOW)}, profiles, lake, CONTENT)
    assert (told["published"], told["read"], told["sample"]) == (True, 600, 600)
    assert sorted(told["clusters"].values()) == [300, 300]
    made = current(lake)
    assert made is not None
    assert (made.version, made.lineage.parts, made.lineage.content) == (told["version"], "64 of 64", "v1")
    before = dict(lake.objects)
    assert train({"scheduled": iso(NOW)}, profiles, lake, CONTENT) == told
    assert lake.objects == before
    later = train({"scheduled": iso(NOW + 30 * MINUTE)}, profiles, lake, CONTENT)
    assert (later["moved"], later["gone"], later["appeared"]) == (0.0, [], [])
    assert later["clusters"] == told["clusters"]


@pytest.mark.usefixtures("_quick")
def test_training_stops_reading_when_time_is_up_and_says_how_much_it_read() -> None:
    lake, profiles = FakeLake(), shopful(1_400)
    parts = iter([True] * 39 + [False])
    told = train({"scheduled": iso(NOW)}, profiles, lake, CONTENT, lambda: next(parts))
    assert 500 < told["sample"] < 1_400
    made = current(lake)
    assert made is not None
    assert made.lineage.parts == "40 of 64"


def test_a_shop_too_small_keeps_the_model_it_has() -> None:
    lake = FakeLake()
    keep(lake, two("Lookers", "Buyers"), NOW)
    told = train({"scheduled": iso(NOW)}, shopful(20), lake, CONTENT)
    assert (told["published"], told["verdict"]) == (False, "no structure")
    assert current(lake) == two("Lookers", "Buyers")
