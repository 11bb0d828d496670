"""The whole path: a storefront's event goes in, the right email comes out; the same on both engines and any machine."""

import base64
import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from local.world.live import Live
from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.model.times import DAY, HOUR, MINUTE, iso, parse_iso

ROOT = Path(__file__).parents[2]
START = parse_iso("2026-11-02T10:00:00Z")
HEADERS = {"content-type": "application/json", "authorization": "Basic " + base64.b64encode(b"local:").decode()}
MUG = {"product_id": "p1", "name": "Mug", "price": 12.5, "quantity": 2, "url": "https://shop.example.com/p1"}


@pytest.fixture(scope="module")
def content():
    return compile_folder(ROOT / "layers" / "content")


def post(world, call, message_id, **message):
    body = {"userId": "ada", "messageId": message_id, "timestamp": iso(world.now), **message}
    return world.http("POST", f"/v1/{call}", HEADERS, json.dumps(body).encode())


def leave_a_cart(world, email="ada@example.com"):
    traits = {"email": email, "firstName": "Ada", "marketing_consent": "granted"}
    assert post(world, "identify", "m1", traits=traits).status == 200
    world.advance(world.now + HOUR)
    assert post(world, "track", "m2", event="Product Added", properties=MUG).status == 200


@pytest.mark.parametrize("engine", ["memory", "moto"])
def test_an_event_goes_in_and_the_right_email_comes_out(engine, content):
    with World(engine, content, START, strict=True) as world:
        leave_a_cart(world)
        assert post(world, "track", "m2", event="Product Added", properties=MUG).status == 200, (
            "the client sent it again"
        )
        world.run_out(world.now + 36 * HOUR)
        assert [(mail.tags["tp"], iso(mail.at)[:16]) for mail in world.mail] == [
            ("welcome", "2026-11-02T10:01"),
            ("cart-reminder", "2026-11-02T12:01"),
            ("cart-reminder", "2026-11-03T11:01"),
        ]
        assert all(mail.to == ("ada@example.com",) for mail in world.mail)
        assert b"Mug" in world.mail[1].raw
        counts = world.counts()
        assert counts["failures"] == counts["dead_letters"] == counts["held"] == {}
        assert world.quarantined == []
        assert (counts["events"], counts["duplicates"], counts["planned"], counts["accepted"]) == (3, 1, 3, 3)
        assert ("units" in counts) is (engine == "memory")
        (ada,) = world.profiles()
        assert ada.customer_id == "ada"
        lines = list(world.app.lake.lines("events/"))
        assert sum(b'"Email Delivered"' in line for line in lines) == 3


def test_an_order_in_time_stops_the_reminder(content):
    with World("memory", content, START) as world:
        leave_a_cart(world)
        world.advance(world.now + 30 * MINUTE)
        order = {"order_id": "o1", "total": 25, "products": [MUG]}
        post(world, "track", "m3", event="Order Completed", properties=order)
        world.run_out(world.now + 2 * DAY)
        assert [mail.tags["tp"] for mail in world.mail] == ["welcome"]


def test_the_one_click_in_an_email_stops_the_next_one(content):
    with World("memory", content, START) as world:
        leave_a_cart(world)
        world.advance(world.now + 2 * HOUR)
        link = re.search(
            rb"^List-Unsubscribe: <http://localhost:8080([^>]*)>", world.mail[-1].raw.replace(b"\r\n ", b""), re.M
        )
        assert link is not None
        answer = world.http(
            "POST",
            link[1].decode(),
            {"content-type": "application/x-www-form-urlencoded"},
            b"List-Unsubscribe=One-Click",
        )
        assert answer.status in (200, 202, 204)
        world.run_out(world.now + 9 * DAY)
        assert [mail.tags["tp"] for mail in world.mail] == ["welcome", "cart-reminder"]
        assert set(world.counts()["held"]) == {"opted_out"}


@pytest.mark.parametrize("address", ["bounce@simulator.amazonses.com", "complaint@simulator.amazonses.com"])
def test_an_address_that_bounces_or_complains_gets_no_second_email(address, content):
    with World("memory", content, START) as world:
        leave_a_cart(world, address)
        world.run_out(world.now + 9 * DAY)
        assert len(world.mail) == 1
        assert world.counts()["accepted"] == 1
        assert sum(world.counts()["held"].values()) >= 2


def test_a_story_may_say_who_clicked_without_knowing_the_mails_id(content):
    with World("memory", content, START) as world:
        leave_a_cart(world)
        world.advance(world.now + 2 * HOUR)
        click = {"link": "https://shop.example.com/p1", "timestamp": iso(world.now), "userAgent": "Mozilla/5.0"}
        world.feedback({"eventType": "Click", "mail": {"destination": ["ada@example.com"]}, "click": click})
        world.advance(world.now + 10 * MINUTE)
        assert world.quarantined == []
        clicks = [line for line in world.app.lake.lines("events/") if b'"Email Link Clicked"' in line]
        assert [json.loads(line)["data"]["template"] for line in clicks] == ["cart-reminder"]


def test_a_function_that_fails_is_on_record_and_the_caller_gets_a_500(content):
    def broken(name):
        def handle(event, context):
            raise KeyError(name)

        return handle

    with World("memory", content, START, handler=broken) as world:
        assert post(world, "identify", "m1", traits={}).status == 500
        (failure,) = world.failures
        assert (failure.at, failure.function, failure.error, failure.records) == (
            START,
            "collect",
            "KeyError: 'collect'",
            1,
        )
        assert "raise KeyError(name)" in failure.trace


def test_an_unknown_path_is_404_and_reaches_no_function(content):
    with World("memory", content, START) as world:
        assert world.http("GET", "/nothing").status == 404
        assert world.invoker.invocations == {}


def test_run_out_comes_to_an_end_although_schedules_never_do(content):
    with World("memory", content, START) as world:
        leave_a_cart(world)
        world.run_out()
        assert not world.clock.busy
        assert world.clock.due is not None, "recompute goes on"
        assert world.engine.sqs.queues["sends"].messages == {}


def test_a_week_of_ticks_costs_only_those_that_find_something(content):
    with World("memory", content, START) as world:
        world.run_out(START + 7 * DAY)
        assert world.invoker.invocations["tick"] == 0
        leave_a_cart(world)
        world.run_out(world.now + 7 * DAY)
        assert 0 < world.invoker.invocations["tick"] < 20


SCRIPT = """
import base64, hashlib, json, sys
from pathlib import Path
from local.world.world import World
from mailwright.content.publish import compile_folder
sys.path.insert(0, {root!r})
from tests.world.test_world import START, leave_a_cart, post
from mailwright.model.times import DAY
content = compile_folder(Path({root!r}) / "layers" / "content")
with World({engine!r}, content, START) as world:
    leave_a_cart(world)
    for n in range(40):
        product = {{"product_id": f"p{{n}}"}}
        post(world, "track", f"x{{n}}", userId=f"c{{n % 7}}", event="Product Viewed", properties=product)
    world.run_out(world.now + 4 * DAY)
    s3 = world.engine.client("s3")
    objects = []
    for bucket in ("mailwright-lake", "mailwright-quarantine"):
        for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            body = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            objects.append((entry["Key"], hashlib.sha256(body).hexdigest()))
    mail = [(m.at, m.message_id, m.tags, base64.b64encode(m.raw).decode()) for m in world.mail]
    print(json.dumps([mail, objects, world.counts(), [repr(p) for p in world.profiles()]]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["memory", "moto"])
def test_the_same_input_gives_the_same_bytes_on_any_machine(engine):
    def run(zone, seed):
        script = SCRIPT.format(root=str(ROOT), engine=engine)
        environment = {
            **os.environ,
            "TZ": zone,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": f"{ROOT}:{ROOT}/layers/core/python",
        }
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    first, second = run("Pacific/Auckland", "1"), run("America/New_York", "2")
    assert len(first[0]) == 3
    assert first == second


def test_both_engines_tell_the_same_story(content):
    told = []
    for engine in ("memory", "moto"):
        with World(engine, content, START) as world:
            leave_a_cart(world)
            world.run_out(world.now + 2 * DAY)
            told.append(([mail.raw for mail in world.mail], world.journal, world.profiles()))
    assert told[0] == told[1]


def test_a_live_world_does_what_other_threads_ask_at_the_pace_it_is_told(content):
    seconds = [0.0]
    with World("memory", content, START) as world:
        live = Live(world, speed=60, clock=lambda: seconds[0])
        answers = []
        asker = threading.Thread(target=lambda: answers.append(live.do(lambda it: (leave_a_cart(it), it.now))))
        asker.start()
        while asker.is_alive():
            live.turn(0.01)
        asker.join()
        assert answers[0][1] == START + HOUR
        seconds[0] = 3 * 60.0
        live.turn()
        assert world.now == START + 3 * HOUR
        assert [mail.tags["tp"] for mail in world.mail] == ["welcome", "cart-reminder"]


def test_a_live_world_gives_exceptions_back_and_stops_when_told(content):
    with World("memory", content, START) as world:
        live = Live(world)
        thread = threading.Thread(target=live.run)
        thread.start()
        with pytest.raises(ZeroDivisionError):
            live.do(lambda it: 1 / 0)
        assert live.do(lambda it: it.now) >= START
        live.stop()
        thread.join(5)
        assert not thread.is_alive()
        with pytest.raises((TimeoutError, CancelledError)):
            live.do(lambda it: None, timeout=0.05)
