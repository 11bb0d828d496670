"""Recompute: who is woken by time alone, what a run writes down, and that it may be killed anywhere."""

from collections.abc import Iterator
from typing import Any

import pytest

from mailwright.content.rules import parse_rule
from mailwright.model.content import Content, Segment, Shop
from mailwright.model.event import Event, encode_event
from mailwright.model.profile import Profile
from mailwright.model.run import Counts, Run, decode_run
from mailwright.model.times import DAY, iso
from mailwright.vector.differences import Differences
from mailwright.workflow import recompute as module
from mailwright.workflow.fold import Record, fold
from mailwright.workflow.ports import Page
from mailwright.workflow.recompute import Unfinished, recompute
from mailwright.workflow.wake import Throttled
from tests.fakes.lake import FakeLake
from tests.fakes.profiles import FakeProfiles
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.stream import FakeStream

NOW = 1_767_225_600_000
SHOP = Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street")
RULES = {"recent": "days_since_last_order < 7", "quiet": "NOT segment('recent') AND days_since_last_seen >= 7"}
CONTENT = Content(
    SHOP, "v1", {name: Segment(name, name, parse_rule(rule, RULES), rule) for name, rule in RULES.items()}
)
PARTS = 3


class Shopful:
    """Customers, a stream and a lake; runs of recompute over them."""

    def __init__(self, buyers: int = 1, visitors: int = 1) -> None:
        self.profiles, self.stream, self.lake = FakeProfiles(), FakeStream(), FakeLake()
        self.now = NOW
        self.fold(
            [Event(f"o{n}", NOW, f"buyer-{n:03}", "track", "Order Completed", data={"total": 5}) for n in range(buyers)]
            + [Event(f"v{n}", NOW, f"visitor-{n:03}", "page") for n in range(visitors)]
        )

    def fold(self, events: list[Event]) -> None:
        records = [Record(str(n), encode_event(event)) for n, event in enumerate(events)]
        done = fold(records, self.profiles, FakeQuarantine(), CONTENT, self.now)
        assert done.failures == []

    def work(self, **work: Any) -> dict[str, Any]:
        event = {"scheduled": iso(self.now)[:19] + "Z", "parts": PARTS, **work}
        return recompute(event, self.profiles, self.stream, self.lake, CONTENT, self.now)

    def part(self, part: int) -> None:
        while not self.work(part=part)["done"]:
            pass

    def run(self) -> Run:
        for part in range(PARTS):
            self.part(part)
        self.work()
        *_, last = self.runs()
        return last

    def runs(self) -> Iterator[Run]:
        return map(decode_run, self.lake.lines("segments/dt="))


def test_a_run_wakes_only_those_that_time_has_changed_and_folding_settles_them() -> None:
    shop = Shopful()
    assert shop.profiles.load(["buyer-000"])["buyer-000"].segments == ["recent"]
    shop.now = NOW + 6 * DAY
    assert shop.run().counts.woken == 0
    shop.now = NOW + 7 * DAY
    counts = shop.run().counts
    assert (counts.profiles, counts.woken) == (2, 2)
    assert (counts.sizes, counts.entered, counts.left) == ({"quiet": 2, "recent": 0}, {"quiet": 2}, {"recent": 1})
    assert counts.stages == {"new": 2}
    assert sorted(event.customer_id for event in shop.stream.events) == ["buyer-000", "visitor-000"]
    assert {(event.type, event.name, event.at) for event in shop.stream.events} == {("timer", "recompute", shop.now)}
    shop.fold(shop.stream.events)
    assert shop.profiles.load(["buyer-000"])["buyer-000"].segments == ["quiet"]
    shop.now += DAY
    assert shop.run().counts.woken == 0
    assert [run.run for run in shop.runs()] == ["20260107T000000Z", "20260108T000000Z", "20260109T000000Z"]


def test_a_run_writes_down_who_came_from_which_stage_into_which() -> None:
    shop = Shopful(2, 3)
    shop.now = NOW + 30 * DAY
    counts = shop.run().counts
    assert counts.flows == {"new": {"active": 2, "at_risk": 3}}
    assert counts.stages == {"active": 2, "at_risk": 3}
    shop.fold(shop.stream.events)
    shop.now += DAY
    assert shop.run().counts.flows == {}


def test_a_run_written_before_there_were_flows_can_still_be_read() -> None:
    counts = '{"profiles":2,"unreadable":0,"woken":0,"sizes":{},"entered":{},"left":{},"stages":{"new":2}}'
    old = f'{{"run":"r","at":1,"content":"v1","counts":{counts}}}'.encode()
    assert decode_run(old).counts.flows == {}


def test_a_run_that_comes_twice_writes_nothing_the_second_time() -> None:
    shop = Shopful(20, 20)
    shop.now = NOW + 8 * DAY
    shop.run()
    events, objects = list(shop.stream.events), dict(shop.lake.objects)
    shop.run()
    assert shop.stream.events == events
    assert shop.lake.objects == objects


def test_a_run_that_is_finished_late_after_a_newer_one_changes_nothing() -> None:
    shop = Shopful(20, 20)
    late, shop.now = iso(NOW + 8 * DAY), NOW + 8 * DAY
    shop.part(0)  # then its worker is gone, and nobody looks for two days
    shop.now = NOW + 10 * DAY
    assert shop.run().counts.woken == 40
    shop.fold(shop.stream.events)
    events, rows = list(shop.stream.events), dict(shop.profiles.rows)
    for part in range(PARTS):
        shop.work(scheduled=late, part=part)
    shop.work(scheduled=late)
    assert shop.stream.events == events
    assert [run.run for run in shop.runs()] == ["20260109T000000Z", "20260111T000000Z"]
    shop.now += DAY
    shop.fold(events)  # and the timers of both come again
    assert shop.profiles.rows == rows


def test_a_table_without_customers_makes_a_run_of_nobody() -> None:
    shop = Shopful(0, 0)
    counts = shop.run().counts
    assert (counts.profiles, counts.woken, counts.stages, counts.sizes) == (0, 0, {}, {})
    assert shop.stream.events == []


def test_parts_of_very_different_sizes_come_to_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOGETHER", 4)
    even, uneven = Shopful(20, 20), Shopful(20, 20)
    pages = uneven.profiles.pages
    monkeypatch.setattr(
        uneven.profiles,
        "pages",
        lambda part, parts, after: pages(0, 1, after) if part == 1 else iter([Page([], [], None)]),
    )
    even.now = uneven.now = NOW + 8 * DAY
    assert even.run() == uneven.run()
    assert {event.id for event in even.stream.events} == {event.id for event in uneven.stream.events}


def test_an_id_that_became_anothers_is_counted_nowhere_and_never_woken() -> None:
    shop = Shopful(2, 2)
    shop.profiles.put(Profile("anon", first_seen=NOW, segments=["recent"], merged_into="buyer-000", merged_at=NOW))
    shop.now = NOW + 8 * DAY
    counts = shop.run().counts
    assert (counts.profiles, counts.woken) == (4, 4)
    assert "anon" not in {event.customer_id for event in shop.stream.events}


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("place", ["page", "put", "write", "written"])
def test_a_run_killed_at_any_step_and_begun_again_ends_the_same(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOGETHER", 4)
    whole = Shopful(20, 20)
    whole.profiles.per_page = 3
    whole.now = NOW + 8 * DAY
    whole.run()
    count = 0
    for kill in range(1, 100):
        shop = Shopful(20, 20)
        shop.profiles.per_page = 3
        shop.now = NOW + 8 * DAY
        killer = Killer(shop, place, kill, monkeypatch)
        while True:
            try:
                shop.run()
                break
            except Killed:
                count += 1
        killer.leave()
        assert shop.lake.objects == whole.lake.objects
        assert {event.id for event in shop.stream.events} == {event.id for event in whole.stream.events}
        if not killer.killed:
            break
    assert count == kill - 1 > 3


class Killer:
    """Kills at the n-th time that a place is passed."""

    def __init__(self, shop: Shopful, place: str, kill: int, patch: pytest.MonkeyPatch) -> None:
        self.killed, self._left, self._patch = False, kill, patch
        pages, put, write = shop.profiles.pages, shop.stream.put, shop.lake.write

        def paged(*asked: Any) -> Iterator[Page]:
            for page in pages(*asked):
                self._pass(place == "page")
                yield page

        def taken(events: Any) -> Any:
            self._pass(place == "put")
            return put(events)

        def written(key: str, body: bytes) -> None:
            self._pass(place == "write")
            write(key, body)
            self._pass(place == "written")

        patch.setattr(shop.profiles, "pages", paged)
        patch.setattr(shop.stream, "put", taken)
        patch.setattr(shop.lake, "write", written)

    def _pass(self, here: bool) -> None:
        self._left -= here
        if here and self._left == 0:
            self.killed = True
            raise Killed

    def leave(self) -> None:
        self._left = 0


def test_a_worker_short_of_time_stops_after_a_frame_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOGETHER", 4)
    shop = Shopful(20, 20)
    shop.now, shop.profiles.per_page = NOW + 8 * DAY, 3
    event = {"scheduled": iso(shop.now), "parts": 1, "part": 0}
    seen = []
    while not seen or not seen[-1]["done"]:
        seen.append(recompute(event, shop.profiles, shop.stream, shop.lake, CONTENT, shop.now, lambda: False))
    assert [one["profiles"] for one in seen] == [6, 12, 18, 24, 30, 36, 40]
    assert len({event.id for event in shop.stream.events}) == len(shop.stream.events) == 40


def test_a_run_is_not_concluded_before_all_its_parts_are_done() -> None:
    shop = Shopful()
    shop.part(0)
    with pytest.raises(Unfinished, match=r"parts \[1, 2\] of 3"):
        shop.work()
    assert list(shop.runs()) == []


def test_other_content_begins_a_part_anew() -> None:
    shop = Shopful(9)
    shop.part(0)
    other = Content(SHOP, "v2", {"recent": CONTENT.segments["recent"]})
    event = {"scheduled": iso(shop.now)[:19] + "Z", "parts": PARTS, "part": 0}
    assert recompute(event, shop.profiles, shop.stream, shop.lake, other, shop.now)["profiles"] > 0
    shop.part(1)
    shop.part(2)
    shop.work()
    (run,) = shop.runs()
    assert run.content == "v1 v2"


def test_a_segment_that_is_gone_from_the_content_is_left_by_all_who_were_in_it() -> None:
    shop = Shopful(4, 3)
    other = Content(
        SHOP, "v2", {"recent": CONTENT.segments["recent"], "all": Segment("all", "", parse_rule("TRUE", ()))}
    )
    found = Differences(other)
    profiles = [profile for page in shop.profiles.pages(0, 1) for profile in page.profiles]
    profiles[0].segments = ["all", "quiet", "recent"]
    found.add(profiles, NOW)
    changed, counts = found.found()
    assert changed == [profile.customer_id for profile in profiles]
    assert (counts.entered, counts.left) == ({"all": 6}, {"quiet": 1})
    assert counts.sizes == {"all": 7, "recent": 4}
    assert found.found() == ([], Counts())


def test_a_row_that_cannot_be_read_is_counted_and_harms_nobody() -> None:
    shop = Shopful(5)
    shop.profiles.rows["buyer-002"] = (1, b"\x07nonsense")
    shop.now = NOW + 8 * DAY
    counts = shop.run().counts
    assert (counts.profiles, counts.unreadable, counts.woken) == (5, 1, 5)


def test_a_run_says_when_the_stream_did_not_take_them_all_and_can_be_repeated() -> None:
    shop = Shopful(5)
    shop.now, shop.stream.full = NOW + 8 * DAY, True
    with pytest.raises(Throttled):
        shop.run()
    shop.stream.full = False
    assert shop.run().counts.woken == 6
