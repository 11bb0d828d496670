"""The unsubscribe link: a POST opts out at once and for good; nothing else changes anything."""

import json
import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions.preferences.handler import handler
from local.gateway import Request, payload
from mailwright import bootstrap
from mailwright.compose.tokens import seal
from mailwright.ledger.consent import MARKETING, may_send, merge
from mailwright.model.contact import Contact, ContactChange
from mailwright.model.content import Shop
from mailwright.model.times import DAY
from tests.fakes.contacts import FakeContacts
from tests.fakes.stream import FakeStream

NOW = 1_795_000_000_000
KEYS = {"current": "a", "a": "QUJD" * 21 + "QQ=="}  # 64 bytes
SHOP = Shop("Pots & Pans", "https://shop.example.com", "Pots <hello@shop.example.com>", "1 Street")
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"content-type": "application/x-www-form-urlencoded"}


class World:
    def __init__(self) -> None:
        self.now = NOW
        self.contacts, self.stream = FakeContacts(), FakeStream()
        granted = ContactChange("ann", 1, "identify", address="ann@example.com", consent={MARKETING: "granted"})
        assert self.contacts.commit(merge(Contact("ann"), granted))
        self.writes = self.contacts.writes
        self.token = seal(KEYS, "unsubscribe", "ann")

    def call(self, method: str, token: str, body: bytes = b"", headers: dict[str, str] = FORM) -> dict[str, Any]:
        asked = Request(method, f"/u/{token}", headers, body)
        event = payload(asked, f"{method} /u/{{token}}", {"token": token}, self.now, "r1")
        return handler(event, cast(Any, None))

    def may_send(self) -> str:
        return may_send(self.contacts.load("ann"), MARKETING)


@pytest.fixture
def world() -> Iterator[World]:
    it = World()
    fake = SimpleNamespace(
        contacts=it.contacts,
        stream=it.stream,
        content=SimpleNamespace(shop=SHOP),
        secret=lambda variable: {"TOKENS_SECRET": KEYS}[variable],
        clock=lambda: it.now,
    )
    bootstrap.use(cast(bootstrap.App, fake))
    yield it
    bootstrap.use(None)


def test_one_click_opts_out_and_tells_the_profile(world: World) -> None:
    reply = world.call("POST", world.token, ONE_CLICK)
    assert reply["statusCode"] == 200
    assert "You are unsubscribed" in reply["body"]
    assert world.may_send() == "opted_out"
    said = world.contacts.load("ann").consent[MARKETING]
    assert (said.state, said.at, said.source) == ("denied", NOW, "one-click")
    assert [(event.name, event.customer_id, event.at) for event in world.stream.events] == [
        ("Unsubscribed", "ann", NOW)
    ]


def test_a_second_click_repeats_the_same_event(world: World) -> None:
    world.call("POST", world.token, ONE_CLICK)
    assert world.call("POST", world.token, ONE_CLICK)["statusCode"] == 200
    assert world.contacts.writes == world.writes + 1
    world.now += 5_000
    assert world.call("POST", world.token, ONE_CLICK)["statusCode"] == 200
    assert world.contacts.load("ann").consent[MARKETING].at == NOW + 5_000  # the latest no counts
    assert len({event.id for event in world.stream.events}) == 1
    assert {event.at for event in world.stream.events} == {NOW}


def test_a_click_long_after_the_opt_out_is_no_news(world: World) -> None:
    world.call("POST", world.token, ONE_CLICK)
    world.now += 2 * DAY
    assert world.call("POST", world.token, ONE_CLICK)["statusCode"] == 200
    assert len(world.stream.events) == 1


def test_a_multipart_form_counts_as_well(world: World) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert world.call("POST", world.token, body, headers)["statusCode"] == 200
    assert world.may_send() == "opted_out"


def test_a_thousand_scanners_change_nothing(world: World) -> None:
    for turn in range(1_000):
        reply = world.call(("GET", "HEAD")[turn % 2], world.token)
        assert reply["statusCode"] == 200
    assert world.contacts.writes == world.writes
    assert world.stream.events == []
    assert world.may_send() == ""


def test_the_page_has_one_button_that_posts_what_a_mail_program_posts(world: World) -> None:
    reply = world.call("GET", world.token)
    assert reply["headers"]["content-type"].startswith("text/html")
    assert reply["body"].count("<button") == 1
    assert '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">' in reply["body"]
    assert "Pots &amp; Pans" in reply["body"]
    assert "ann" not in reply["body"].replace("Pots &amp; Pans", "")  # nothing of the person
    assert "script" not in reply["body"]
    assert "form-action 'self'" in reply["headers"]["content-security-policy"]


@pytest.mark.parametrize("body", [b"", b"List-Unsubscribe=No", b"x=1", b"\xff\xfe", json.dumps({"a": 1}).encode()])
def test_a_post_that_does_not_ask_for_it_changes_nothing(world: World, body: bytes) -> None:
    assert world.call("POST", world.token, body)["statusCode"] == 400
    assert world.contacts.writes == world.writes


def test_every_token_that_is_not_ours_gets_the_same_friendly_404(world: World) -> None:
    draw = random.Random(7)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = seal(KEYS, "feedback", "ann")
    tokens = ["", "a", "zzz", other, world.token[:-1], world.token + "A", "ü", "b" + world.token[1:], "%00"]
    for _ in range(500):
        place = draw.randrange(1, len(world.token))
        swap = draw.choice([letter for letter in letters if letter != world.token[place]])
        tokens.append(world.token[:place] + swap + world.token[place + 1 :])
    pages = {(world.call("POST", token, ONE_CLICK)["statusCode"], world.call("GET", token)["body"]) for token in tokens}
    assert len(pages) == 1
    status, page = pages.pop()
    assert status == 404
    assert "This link does not work" in page
    assert world.contacts.writes == world.writes


def test_a_writer_who_was_first_does_not_lose_the_opt_out(world: World) -> None:
    rivals = iter([True, True])

    def rival(customer_id: str) -> None:
        if next(rivals, False):
            v, state = world.contacts.rows[customer_id]
            world.contacts.rows[customer_id] = (v + 1, state)

    world.contacts.before_commit = rival
    assert world.call("POST", world.token, ONE_CLICK)["statusCode"] == 200
    assert world.may_send() == "opted_out"


def test_a_full_stream_does_not_stop_the_opt_out(world: World) -> None:
    world.stream.full = True
    assert world.call("POST", world.token, ONE_CLICK)["statusCode"] == 200
    assert world.may_send() == "opted_out"


def test_somebody_without_a_row_can_opt_out_too(world: World) -> None:
    token = seal(KEYS, "unsubscribe", "bob@example.com")
    assert world.call("POST", token, ONE_CLICK)["statusCode"] == 200
    assert may_send(world.contacts.load("bob@example.com"), MARKETING) == "no_address"
    assert world.contacts.load("bob@example.com").consent[MARKETING].state == "denied"
