"""Two ids of one person, lived through with the real functions on both engines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.model.content import Content
from mailwright.model.profile import count
from mailwright.model.times import DAY, HOUR, MINUTE, iso, parse_iso
from mailwright.workflow.contacts import person
from tests.functions.doors import basic

ROOT = Path(__file__).parents[2]
HEADERS = {"authorization": basic("local"), "content-type": "application/json"}
START = parse_iso("2026-11-02T10:00:00Z")
LAMP = {"product_id": "HP-1006", "name": "Lamp", "price": 95, "quantity": 1}


@pytest.fixture(scope="module")
def content() -> Content:
    return compile_folder(ROOT / "layers" / "content")


@pytest.fixture(params=["memory", "moto"])
def world(request: pytest.FixtureRequest, content: Content) -> Iterator[World]:
    with World(request.param, content, START, strict=request.param == "memory") as made:
        yield made


def say(world: World, kind: str, number: int, **message: Any) -> int:
    body = {"type": kind, "messageId": f"m{number}", "timestamp": iso(world.now), **message}
    status = world.http("POST", "/v1/batch", HEADERS, json.dumps({"batch": [body]}).encode()).status
    world.advance(world.now + 2 * MINUTE)
    return status


def told(world: World) -> list[tuple[str, str, str]]:
    assert world.failures == []
    assert world.dead_letters() == {}
    return [(record.to or record.customer_id, record.template, record.held or record.state) for record in world.journal]


def granted(email: str) -> dict[str, str]:
    return {"email": email, "marketing_consent": "granted"}


def test_a_visitor_who_logs_in_is_reminded_once_and_what_comes_late_or_twice_counts_once(world: World) -> None:
    say(world, "track", 1, anonymousId="visitor", event="Product Added", properties=LAMP)
    late = {"timestamp": iso(world.now - MINUTE), "event": "Product Viewed", "properties": LAMP}
    say(world, "identify", 2, anonymousId="visitor", userId="ines", traits=granted("ines@example.com"))
    for _ in range(2):
        say(world, "track", 3, anonymousId="visitor", **late)
        say(world, "track", 1, anonymousId="visitor", **{**late, "event": "Product Added", "timestamp": iso(START)})
    for number in range(4, 8):
        say(world, "page", number, anonymousId="visitor", userId="ines")
    world.run_out(START + 5 * DAY)
    assert told(world)[:2] == [
        ("ines@example.com", "welcome", "accepted"), ("ines@example.com", "cart-reminder", "accepted"),
    ]  # fmt: skip
    assert [template for _, template, _ in told(world)].count("cart-reminder") == 2  # the second is the next day's
    (ines,) = world.profiles()
    assert [count(ines.totals, name) for name in ("adds", "views", "visits")] == [1, 1, 4]
    assert world.app.profiles.load(["visitor"])["visitor"].merged_into == "ines"
    assert world.quarantined == []


def test_two_known_customers_become_one_with_the_stricter_consent(world: World) -> None:
    say(world, "identify", 1, userId="c1", traits=granted("ada@example.com"))
    say(world, "identify", 2, userId="c2", traits=granted("ada@home.example.com"))
    assert [template for _, template, _ in told(world)] == ["welcome", "welcome"]
    link = world.mail[0].raw.partition(b"List-Unsubscribe: <")[2].partition(b">")[0].decode().replace("\r\n ", "")
    path = "/u/" + link.rpartition("/u/")[2]
    say(world, "alias", 3, userId="c2", previousId="c1")
    say(world, "track", 4, userId="c2", event="Product Added", properties=LAMP)
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert world.http("POST", path, form, b"List-Unsubscribe=One-Click").status == 200  # the link of the old id's email
    world.run_out(world.now + 8 * DAY)
    assert person(world.app.contacts, "c1").consent["marketing"].state == "denied"
    assert [held for _, _, held in told(world)][:2] == ["accepted", "accepted"]
    assert {held for _, _, held in told(world)[2:]} <= {"opted_out"}
    assert len(world.mail) == 2
    (ada,) = world.profiles()
    assert (ada.customer_id, count(ada.totals, "unsubscribes")) == ("c2", 1)


def test_what_cannot_be_joined_is_refused_with_its_reason_and_harms_nobody(world: World) -> None:
    assert say(world, "alias", 1, userId="c1", previousId="c1") == 400
    say(world, "alias", 2, userId="c1", previousId="visitor")
    say(world, "alias", 3, userId="c2", previousId="visitor")
    say(world, "alias", 4, userId="visitor", previousId="c1")
    say(world, "page", 5, userId="c2", anonymousId="visitor")  # a second person at the same device
    world.run_out(world.now + HOUR)
    assert sorted(record.code for record in world.quarantined) == ["alias_loop", "already_merged", "self_alias"]
    assert [profile.customer_id for profile in world.profiles()] == ["c1", "c2"]
    assert told(world) == []


def test_ids_that_claim_each_other_at_one_instant_end_as_one(world: World) -> None:
    for number, name in enumerate(("ann", "bob", "cy")):
        say(world, "track", number, userId=name, event="Product Viewed", properties=LAMP)
    ring = [("bob", "ann"), ("cy", "bob"), ("ann", "cy")]
    batch = [
        {"type": "alias", "messageId": f"ring-{old}", "timestamp": iso(world.now), "userId": new, "previousId": old}
        for new, old in ring
    ]
    assert world.http("POST", "/v1/batch", HEADERS, json.dumps({"batch": batch}).encode()).status == 200
    world.run_out(world.now + HOUR)
    (one,) = world.profiles()
    assert count(one.totals, "views") == 3
    assert told(world) == []
