"""`mailwright serve`: a process on loopback that real clients talk to, and a page that follows."""
# ruff: noqa: S310 (every address is the server's own, on loopback)

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request as Get
from urllib.request import urlopen

import pytest
import rudderstack.analytics.client
import segment.analytics.client

from local.exchange import Request
from local.serve.hurry import hurried
from mailwright.model.times import HOUR
from tests.functions.doors import basic
from tests.world.sdk import install_node_sdk, python_client, say_everything, say_everything_in_node

COMMAND = [sys.executable, "-m", "local", "serve"]
ROOT = Path(__file__).parents[2]
HEADERS = {"authorization": basic("local"), "content-type": "application/json"}


class Served:
    """A running server: its URL, what it said at the start, and a few ways to ask it."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": f"{ROOT}:{ROOT}/layers/core/python"},
        )  # fmt: skip
        assert self.process.stdout is not None
        self.said = ""
        while "curl" not in self.said or "}'" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.process.communicate()[1]
            self.said += line
        found = re.search(r"http://[\w.:]+", self.said)
        assert found is not None
        self.url = found[0]

    def get(self, path: str) -> Any:
        with urlopen(self.url + path, timeout=20) as reply:
            return json.load(reply)

    def post(self, path: str, body: Any, **headers: str) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            with urlopen(Get(self.url + path, data, HEADERS | headers), timeout=20) as reply:
                return int(reply.status)
        except HTTPError as error:
            return error.code

    def until(self, ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The overview once it is as wanted."""
        end = time.monotonic() + 30
        while True:
            overview = self.get("/live/overview")
            if ready(overview):
                return dict(overview)
            assert time.monotonic() < end, overview
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        self.process.send_signal(number)
        said = self.process.communicate(timeout=20)[1]
        return self.process.returncode, said


@contextmanager
def serving(*options: str) -> Iterator[Served]:
    served = Served("--port", "0", *options)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.process.kill()
        served.process.communicate()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--speed", "600") as served:
        yield served


def test_the_example_it_gives_works_as_it_stands(served: Served) -> None:
    command = served.said[served.said.index("curl") :]
    assert "`local`" in served.said
    done = subprocess.run(["sh", "-c", f"{command}"], capture_output=True, text=True, timeout=30, check=False)
    if done.returncode == 127:
        pytest.skip("there is no curl to try the example with")
    assert json.loads(done.stdout) == {"success": True}
    served.until(lambda overview: any(row[0] == "ada" for row in overview["customers"]))


def test_an_event_posted_becomes_an_email_on_the_page_and_one_click_ends_it(served: Served) -> None:
    traits = {"email": "bea@example.com", "firstName": "Bea", "marketing_consent": "granted"}
    assert served.post("/v1/identify", {"userId": "bea", "traits": traits}) == 200
    served.until(lambda overview: any(row[0] == "bea" and row[4] for row in overview["customers"]))
    life = served.get("/live/customer?id=bea")
    (mail,) = [item for item in life["timeline"] if item["kind"] == "mail"][:1]
    letter = served.get(f"/live/mail/{mail['mail']}")
    assert letter["to"] == "bea@example.com"
    assert "Bea" in letter["html"]
    link = dict(letter["headers"])["List-Unsubscribe"].strip("<>")
    assert link.startswith(f"{served.url}/u/")
    with urlopen(link, timeout=20) as page:
        assert b"<form" in page.read()
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert served.post(link.removeprefix(served.url), b"List-Unsubscribe=One-Click", **form) == 200
    cart = {"product_id": "p1", "name": "Mug", "price": 9.5, "quantity": 1}
    assert served.post("/v1/track", {"userId": "bea", "event": "Product Added", "properties": cart}) == 200
    served.until(lambda overview: any(held["reason"] == "opted_out" for held in overview["held"]))


@pytest.mark.parametrize("library", [segment.analytics.client, rudderstack.analytics.client], ids=["segment", "rudder"])
def test_the_python_sdks_work_as_they_are(served: Served, library: Any) -> None:
    client = python_client(library, served.url)
    name = library.__name__.partition(".")[0]
    ids = say_everything(client, name)
    assert client.failures == []
    # The alias and group calls are events of the customer's as well.
    served.until(lambda overview: any(row[0] == name and row[3] == len(ids) for row in overview["customers"]))


@pytest.mark.slow
def test_the_node_sdk_works_as_it_is(served: Served, tmp_path: Path) -> None:
    install_node_sdk(tmp_path)
    ids = say_everything_in_node(tmp_path, served.url)
    before = served.get("/live/overview")["summary"]["events"]
    assert before >= len(ids)


def test_the_page_asks_only_for_what_is_new(served: Served) -> None:
    with urlopen(served.url + "/", timeout=20) as reply:
        page = reply.read().decode()
    assert "data-live" in page
    assert "connect-src &#39;self&#39;" in page or "connect-src 'self'" in page
    served.post("/v1/track", {"userId": "cleo", "event": "Store Visited"})
    overview = served.until(lambda overview: any(row[0] == "cleo" for row in overview["customers"]))
    assert {"summary", "customers", "held", "programs", "days", "quarantine", "notes"} <= overview.keys()
    for _ in range(50):  # other tests' customers live on: wait for a moment in which nothing happens
        version = served.get("/live/overview")["version"]
        again = served.get("/live/overview?since=" + quote(version))
        if again.keys() == {"version", "title"}:
            return
    pytest.fail("the overview came whole each time")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/live/mail/99999", 404), ("/live/mail/x", 404), ("/v1/nothing", 404), ("/favicon.ico", 404)],
)
def test_what_is_not_there_is_a_404(served: Served, path: str, status: int) -> None:
    with pytest.raises(HTTPError) as refused:
        served.get(path)
    assert refused.value.code == status


def test_a_bad_request_is_told_so_and_kept_for_the_page_to_show(served: Served) -> None:
    assert served.post("/v1/track", b"{") == 400
    assert served.post("/v1/track", {"userId": "x", "event": "A"}, authorization=basic("wrong")) == 401
    assert served.post("/v1/track", {"userId": "dan", "event": "Order Completed", "properties": {"total": "x"}}) < 500
    served.until(lambda overview: overview["summary"]["quarantined"] > 0 and bool(overview["quarantine"]))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_it_at_once_and_without_a_traceback(number: int) -> None:
    with serving() as served, socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2]))):
        code, said = served.stop(number)  # while a client lingers
    assert code == 0
    assert said.strip() == "Stopped."


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*COMMAND, "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        f"mailwright serve: cannot listen on 127.0.0.1:{port}: Address already in use. "
        "Name another with --port, or 0 for a free one."
    ]


def test_a_host_that_is_not_this_machines_is_one_clear_line() -> None:
    command = [*COMMAND, "--host", "no.such.host.invalid", "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "cannot listen on no.such.host.invalid:0" in done.stderr


def test_content_with_mistakes_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("name: 3\n")
    command = [*COMMAND, "--content", str(tmp_path), "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "shop.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_on_a_hurried_clock_the_instants_of_clients_move_along() -> None:
    def moved(body: bytes, **headers: str) -> Any:
        return json.loads(hurried(Request("POST", "/v1/batch", headers, body), HOUR).body)

    message = {
        "timestamp": "2026-11-02T10:00:00Z",
        "sentAt": "2026-11-02T10:00:01.5Z",
        "properties": {"timestamp": "x"},
    }
    after = {
        "timestamp": "2026-11-02T11:00:00.000Z", "sentAt": "2026-11-02T11:00:01.500Z", "properties": {"timestamp": "x"},
    }  # fmt: skip
    assert moved(json.dumps({"batch": [message, 3]}).encode()) == {"batch": [after, 3]}
    assert moved(gzip.compress(json.dumps(message).encode()), **{"Content-Encoding": "gzip"}) == after


@pytest.mark.parametrize(
    "body", [b"", b"{", b"3", b"\xff\xfe", b"[" * 100_000, b'{"timestamp":"soon"}', b'{"batch":7}']
)
def test_what_cannot_be_moved_is_left_to_the_gateway_to_refuse(body: bytes) -> None:
    same = hurried(Request("POST", "/v1/track", {}, body), HOUR).body
    assert same == body
    packed = hurried(Request("POST", "/v1/track", {"content-encoding": "gzip"}, body), HOUR)
    assert packed.body == body


def test_webhooks_stay_as_they_are_signed() -> None:
    request = Request("POST", "/shopify", {}, b'{"timestamp":"2026-11-02T10:00:00Z"}')
    assert hurried(request, HOUR) == request
