"""The report: every customer and email in one file that asks nothing of any network and lets nobody's name run."""

import base64
import json
import shutil
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from local.replay import outputs
from local.replay.feed import Feeder
from local.replay.read import read
from local.report import pack, words
from local.report.build import build
from local.report.mail import preview
from local.report.pictures import History, pictures
from local.report.story import Story
from local.world.lives import Lives
from local.world.moves import Moves
from local.world.telling import LONGEST, tell
from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.ledger.reasons import REASONS
from mailwright.model.content import Content
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.times import DAY, MINUTE
from tests.functions.doors import basic

ROOT = Path(__file__).parents[2]
STORIES = sorted(map(str, (ROOT / "events" / "stories").glob("*.jsonl")))
HEADERS = {"authorization": basic("local"), "content-type": "application/json"}
BREAKOUT = "</script><img src=x onerror=\"document.title='broken out'\"><!--"


@pytest.fixture(scope="module")
def content() -> Content:
    return compile_folder(ROOT / "layers" / "content")


def lived(content: Content) -> World:
    entries = read(STORIES)
    world = World("memory", content, entries[0].at - MINUTE)
    Feeder(world).feed(entries)
    world.run_out()
    return world


@pytest.fixture(scope="module")
def world(content: Content) -> Iterator[World]:
    with lived(content) as world:
        yield world


@pytest.fixture(scope="module")
def report(world: World) -> str:
    return build("Stories", world, outputs.summary(world, 0))


class Parsed(HTMLParser):
    """The page as a browser takes it apart: its tags, and the text of each script by id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self._script: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._script = str(dict(attrs).get("id", "")) if tag == "script" else None

    def handle_endtag(self, tag: str) -> None:
        self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data

    def lives(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """[(customer, {number: email})] of every block, in order."""
        found: list[Any] = []
        for name, text in self.scripts.items():
            if name.startswith("block-"):
                found += json.loads(zlib.decompress(base64.b64decode(json.loads(text)), -15))
        return [(life, mails) for life, mails in found]


def test_every_reason_for_holding_an_email_back_has_words() -> None:
    assert words.HELD.keys() == REASONS.keys()
    assert words.reason("MessageRejected") == "SES refused it: MessageRejected"


def test_the_same_run_gives_the_same_bytes(content: Content, report: str) -> None:
    with lived(content) as again:
        assert build("Stories", again, outputs.summary(again, 0)) == report


def test_every_customer_and_every_email_is_in_it(world: World, report: str) -> None:
    page = Parsed(report)
    overview = json.loads(page.scripts["overview"])
    assert [row[0] for row in overview["customers"]] == [life["id"] for life, _ in page.lives()]
    assert {life["id"] for life, _ in page.lives()} >= {profile.customer_id for profile in world.profiles()}
    mails = {int(number): mail for _, mails in page.lives() for number, mail in mails.items()}
    assert sorted(mails) == [mail.number for mail in world.mail]
    assert all(mail["subject"] and mail["html"] and mail["text"] and mail["preheader"] for mail in mails.values())
    assert overview["first"][0] == 0
    assert overview["notes"] == []
    assert sum(kind["count"] for kind in overview["quarantine"]) == overview["summary"]["quarantined"] > 0


def test_every_planned_email_stands_in_its_customers_timeline_with_the_reason_in_words(
    world: World, report: str
) -> None:
    told = [
        item for life, _ in Parsed(report).lives() for item in life["timeline"] if item["kind"] == "mail"
    ]  # fmt: skip
    assert len(told) == len(world.tally.planned)
    held = [item for item in told if not item["mail"]]
    assert held
    assert all(item["text"] in words.HELD.values() and item["tone"] == "held" for item in held)
    assert all(item["state"] and item["title"] and len(item["why"]) >= 3 for item in told)
    assert all(sentence for item in told for sentence, _ in item["why"])


def test_the_page_itself_has_no_hole_and_asks_nothing_of_a_network(report: str) -> None:
    page = Parsed(report)
    for tag, attributes in page.tags:
        assert tag not in ("img", "iframe", "object", "embed"), tag
        for name in ("src", "href"):
            address = attributes.get(name) or "#"
            assert address.startswith(("#", "data:")), (tag, address)
    bare = "".join(part for part in report.split("<script")[0:1])
    assert "{{" not in bare
    assert "undefined" not in bare
    policy = next(tag["content"] for name, tag in page.tags if tag.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in str(policy)
    assert "http" not in str(policy)


def hostile(content: Content) -> World:
    world = World("memory", content, 1_795_000_000_000)
    traits = {"firstName": BREAKOUT, "email": "m@example.com", "marketing_consent": "granted"}
    for message in (
        {"type": "identify", "userId": BREAKOUT, "traits": traits},
        {"type": "track", "userId": BREAKOUT, "event": BREAKOUT, "properties": {"name": BREAKOUT}},
    ):
        assert world.http("POST", "/v1/batch", HEADERS, json.dumps({"batch": [message]}).encode()).status == 200
    world.run_out(world.now + DAY)
    return world


def test_a_hostile_name_does_not_break_out_of_the_page(content: Content) -> None:
    with hostile(content) as world:
        report = build(BREAKOUT, world, outputs.summary(world, 0))
    page = Parsed(report)
    assert [tag for tag, _ in page.tags if tag == "img"] == []
    assert json.loads(page.scripts["overview"])["customers"][0][:2] == [BREAKOUT, BREAKOUT]
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    ((life, mails),) = page.lives()
    assert [item["title"] for item in life["timeline"] if item["kind"] == "event"] == ["Identified", BREAKOUT]
    assert all("<img src=x" not in mail["html"] for mail in mails.values())


@pytest.mark.slow
def test_a_browser_draws_it_and_runs_no_name(content: Content, tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("there is no Chromium to draw with")
    with hostile(content) as world:
        (tmp_path / "report.html").write_text(build("Hostile", world, outputs.summary(world, 0)), encoding="utf-8")
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", f"--user-data-dir={tmp_path}/profile",
        "--window-size=1280,900", "--virtual-time-budget=4000", "--dump-dom", (tmp_path / "report.html").as_uri(),
    ]  # fmt: skip
    drawn = Parsed(subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout)
    frames = [attributes for tag, attributes in drawn.tags if tag == "iframe"]
    assert len(frames) == 1
    assert "allow-scripts" not in str(frames[0]["sandbox"])
    assert [tag for tag, _ in drawn.tags if tag == "img"] == []
    assert [attributes.get("class") for tag, attributes in drawn.tags if tag == "button"].count("slip") == 1
    assert [attributes.get("data-name") for tag, attributes in drawn.tags if tag == "figure"] == [
        "sizes", "turnover", "stages", "rfm"
    ]  # fmt: skip


def test_the_pictures_show_where_everyone_stands_and_how_they_came_there(world: World, report: str) -> None:
    drawn = {one["name"]: one for one in json.loads(Parsed(report).scripts["overview"])["pictures"]}
    assert list(drawn) == ["sizes", "turnover", "stages", "rfm"]
    for one in drawn.values():
        assert ElementTree.fromstring(one["svg"]).tag.endswith("svg")  # noqa: S314 our own
        assert one["rows"]
        assert all(len(row) == len(one["head"]) for row in one["rows"])
    now = Counter(name for profile in world.profiles() for name in profile.segments)
    assert {row[0]: int(row[3]) for row in drawn["sizes"]["rows"]} == {
        name: now[name] for name in world.content.segments
    }
    buyers = [profile for profile in world.profiles() if profile.last_order]
    assert sum(int(row[2]) for row in drawn["rfm"]["rows"]) == len(buyers)
    assert ["new", "active"] in [row[:2] for row in drawn["stages"]["rows"]]


def test_an_empty_world_and_one_without_segments_have_no_pictures_or_say_why(content: Content) -> None:
    with World("memory", content, 1_795_000_000_000) as world:
        assert pictures(Story(world).history()) == []
        told = Story(world).history()._replace(content=Content(content.shop), profiles=[Profile("ada")], moves=[])
    assert [(one.name, one.svg, one.rows) for one in pictures(told)] == [
        (name, None, []) for name in ("sizes", "turnover", "stages", "rfm")
    ]
    assert all(one.note for one in pictures(told))


def test_two_hundred_segments_are_all_there_and_the_largest_are_seen_first(content: Content) -> None:
    profiles = [Profile(f"c{n}", segments=[f"s{m:03}" for m in range(n, 200)]) for n in range(200)]
    history = History(profiles, [], [Moves(0)], Content(content.shop), 1_795_000_000_000)
    first, more = pictures(history)[:2]
    assert [row[0] for row in first.rows] == [f"s{number:03}" for number in range(199, 183, -1)]
    assert (more.name, len(more.rows)) == ("more", 184)


def test_what_does_not_fit_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "MOST_LIVES", 3)
    monkeypatch.setattr(pack, "MOST_MAILS", 4)
    monkeypatch.setattr(pack, "BLOCK", 1)
    page = Parsed(build("Stories", world, {}))
    overview = json.loads(page.scripts["overview"])
    assert overview["first"] == [0, 1, 2]
    assert len(page.lives()) == 3
    assert sum(len(mails) for _, mails in page.lives()) == 4
    assert overview["notes"] == [
        f"{len(overview['customers']) - 3} timelines are not in this page: "
        "sends.ndjson and profiles.ndjson hold everyone.",
        f"{len(world.mail) - 4} emails are not in this page: the outbox folder beside it holds every one.",
    ]


def test_pictures_are_drawn_in_the_preview_and_left_alone_in_the_message(world: World) -> None:
    mail = next(mail for mail in world.mail if mail.tags["tp"] == "cart-reminder")
    shown = preview(mail)
    assert "data:image/svg+xml" in shown["html"]
    assert 'src="https://' not in shown["html"]
    assert b"data:image" not in mail.raw
    assert ["To", shown["to"]] in shown["headers"]


def test_what_ses_said_later_shows_at_the_email(content: Content) -> None:
    with World("memory", content, 1_795_000_000_000) as world:
        traits = {"email": "ada@example.com", "marketing_consent": "granted"}
        body = {"type": "identify", "userId": "ada", "traits": traits}
        world.http("POST", "/v1/batch", HEADERS, json.dumps({"batch": [body]}).encode())
        world.advance(world.now + 10 * MINUTE)
        world.feedback({"eventType": "Open", "mail": {"destination": ["ada@example.com"]}, "open": {}})
        world.advance(world.now + 10 * MINUTE)
        told = Story(world).customer("ada")["timeline"]
    assert [item["state"] for item in told if item["kind"] == "mail"] == ["Opened"]
    assert told[-1]["title"] == "Waits in welcome"


def event(number: int, customer: str = "ada", **changes: Any) -> Event:
    return Event(f"m{number}", number * MINUTE, customer, "track", "Store Visited", "segment", **changes)


def test_what_is_kept_of_lives_is_bounded_and_what_is_counted_is_not() -> None:
    lives = Lives(most_in_all=100)
    for number in range(1000):
        lives.take(event(number, f"c{number % 10}"))
    kept = [one for customer in range(10) for one in lives.of(f"c{customer}")]
    assert 50 <= len(kept) <= 100
    assert max(one.at for one in kept) == 999 * MINUTE
    assert lives.counts["c0"] == 100
    assert sum(lives.days.values()) == 1000


def test_what_happens_to_nobody_is_not_told() -> None:
    lives = Lives()
    lives.take(Event("t1", 1, "ada", "timer"))
    lives.take(event(1, "product#1"))
    lives.take(Event("s1", 5, "ada", "track", "Email Delivered", "ses", {"send_key": "k"}))
    assert lives.counts == {}
    assert lives.fates["k"] == {"Email Delivered": 5}


def test_an_event_is_told_in_a_line_whatever_is_in_it() -> None:
    products = [{"name": f"Mug\n{number}", "quantity": 2} for number in range(5)]
    told = tell(event(1, data={"products": products, "total": 1234.5, "currency": "GBP", "order_id": 7}))
    assert told == ("Store Visited", "2 × Mug 0, 2 × Mug 1, 2 × Mug 2 and 2 more · 1,234.50 GBP · order 7")
    for strange in (
        {"products": 3},
        {"total": {}},
        {"products": [None, {"name": []}]},
        {"price": True},
        {"name": "x" * 9999},
    ):
        title, text = tell(event(1, data=strange))
        assert title == "Store Visited"
        assert len(text) <= LONGEST
