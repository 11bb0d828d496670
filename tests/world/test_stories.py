"""The stories in events/ come out as they are told: who is written to, with what, and who is left in peace."""

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.fold.cart import lines
from mailwright.model.content import Content
from mailwright.model.problem import Problem
from mailwright.model.profile import count
from mailwright.model.times import DAY, parse_iso
from mailwright.sources import limits
from mailwright.sources.recognise import recognise
from tests.functions.doors import basic

ROOT = Path(__file__).parents[2]
HEADERS = {"authorization": basic("local"), "content-type": "application/json"}

Told = list[tuple[str, str, str]]  # customer, template, what became of it


@pytest.fixture(scope="module")
def content() -> Content:
    return compile_folder(ROOT / "layers" / "content")


@pytest.fixture
def live(content: Content) -> Iterator[Callable[[str], World]]:
    worlds: list[World] = []

    def through(story: str) -> World:
        lines = (ROOT / "events" / "stories" / f"{story}.jsonl").read_bytes().splitlines()
        world = World("memory", content, max(0, when(lines[0])))
        worlds.append(world)
        for line in lines:
            world.advance(max(world.now, when(line)))
            send(world, line)
        world.run_out(world.now + 10 * DAY)
        return world

    yield through
    for world in worlds:
        world.close()


def read(line: bytes) -> tuple[str, Any]:
    """Format and document of a line; ("segment", None) when it has none: a client would have sent it all the same."""
    try:
        document = limits.decode(line)
        return recognise(document), document
    except Problem:
        return "segment", None


def when(line: bytes) -> int:
    """When a line was sent; 0 when it does not say."""
    kind, document = read(line)
    if document is None:
        return 0
    times = [document.get("time")] if kind == "envelope" else [
        each.get("timestamp") for each in document.get("batch", [document])
    ]  # fmt: skip
    try:
        return max(parse_iso(time) for time in times)
    except (TypeError, ValueError):
        return 0


def send(world: World, line: bytes) -> None:
    kind, document = read(line)
    if kind == "envelope":
        world.put_event(document)
    else:
        body = line if kind == "batch" else b'{"batch":[' + line + b"]}"
        assert world.http("POST", "/v1/batch", HEADERS, body).status < 500


def told(world: World) -> Told:
    assert world.failures == []
    return [(record.customer_id, record.template, record.held or record.state) for record in world.journal]


def test_a_cart_left_is_reminded_of_twice_and_a_good_customer_is_thanked(live: Callable[[str], World]) -> None:
    world = live("abandoned-cart")
    assert told(world) == [("c-2001", "cart-reminder", "accepted")] * 2
    assert "10%" in world.journal[1].subject


def test_a_cart_bought_or_emptied_in_time_is_not_mentioned(live: Callable[[str], World]) -> None:
    assert told(live("cart-in-time")) == []


def test_someone_new_is_welcomed_until_they_order(live: Callable[[str], World]) -> None:
    assert told(live("welcome")) == [("c-2004", "welcome", "accepted"), ("c-2004", "welcome-picks", "accepted")]


def test_who_never_said_yes_hears_nothing(live: Callable[[str], World]) -> None:
    world = live("no-consent")
    assert world.mail == []
    assert {held for _, _, held in told(world)} == {"no_consent", "no_address"}


def test_a_no_is_heeded_until_there_is_a_new_yes(live: Callable[[str], World]) -> None:
    world = live("unsubscribes")
    assert [held for _, _, held in told(world)] == ["accepted", "opted_out", "opted_out", "accepted", "accepted"]
    no, yes = parse_iso("2026-11-06T15:30:00Z"), parse_iso("2026-11-16T09:00:00Z")
    assert not any(no <= record.at < yes for record in world.journal if record.state == "accepted")


def test_a_regular_is_counted_once_whatever_the_client_repeats(live: Callable[[str], World]) -> None:
    world = live("repeat-buyer")
    assert told(world) == []
    assert world.counts()["duplicates"] == 1
    (gus,) = world.profiles()
    assert gus.customer_id == "c-2007"
    assert list(gus.aliases) == ["3f2a9d10-77c1-4f0a-8d4e-1f6f0f4a2c33"]


def test_hostile_records_are_kept_and_the_customer_among_them_is_served(live: Callable[[str], World]) -> None:
    world = live("hostile")
    assert len(world.quarantined) == 15
    assert ("c-2009", "welcome", "accepted") in told(world)
    assert "{{7*7}}" in world.journal[0].subject  # not run: a name is only text
    for mail in world.mail:
        message = message_from_bytes(mail.raw, policy=policy.default)
        assert message["Bcc"] is None
        texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        assert len(texts) == 2
        for hostile in ("<script>", "<img src=x", "javascript:"):
            assert hostile not in texts[1], hostile


def test_a_shopify_shop_is_served_by_its_webhooks(live: Callable[[str], World]) -> None:
    world = live("shopify")
    hana = [(template, held) for customer, template, held in told(world) if customer == "7064520229777"]
    assert hana == [("welcome", "accepted"), ("welcome-picks", "accepted"), ("cart-reminder", "accepted")]
    assert [profile.customer_id for profile in world.profiles()] == ["7064520229777"]  # the cart's token is hers


def test_a_cart_filled_before_the_login_is_reminded_of_once_under_the_known_id(live: Callable[[str], World]) -> None:
    world = live("anonymous-cart")
    assert {customer for customer, _, _ in told(world)} == {"c-2010"}
    assert [(template, held) for _, template, held in told(world) if template == "cart-reminder"] == [
        ("cart-reminder", "accepted")
    ] * 2  # the reminder and the one of the next day
    reminder = next(record for record in world.journal if record.template == "cart-reminder")
    assert (reminder.to, reminder.planned_at) == ("ines@example.com", parse_iso("2026-11-12T20:09:00Z"))
    (ines,) = world.profiles()
    assert (count(ines.totals, "views"), count(ines.totals, "visits"), ines.absorbed) == (2, 3, 1)
    assert [(product.product_id, pieces) for product, pieces in lines(ines.cart)] == [("HP-1006", 1), ("HP-1002", 2)]
    assert world.counts()["duplicates"] == 0
