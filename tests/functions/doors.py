"""The collect and intake functions as AWS calls them, over fakes: what tests of the doors share."""

import base64
import gzip
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any, cast

from functions.collect.handler import handler as collect_handler
from functions.intake.handler import handler as intake_handler
from local.gateway import Gateway, Request, Response
from mailwright import bootstrap
from mailwright.model.times import parse_iso
from mailwright.settings import Settings
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.stream import FakeStream

NOW = parse_iso("2026-11-22T20:00:00Z")
SECRETS = {"write_key": "local", "shopify_secret": "hush"}


@dataclass
class Doors:
    """`post` goes through gateway and handler; what got in is in `stream`, what did not in `quarantine`."""

    stream: FakeStream = field(default_factory=FakeStream)
    quarantine: FakeQuarantine = field(default_factory=FakeQuarantine)
    secrets: dict[str, str] = field(default_factory=lambda: dict(SECRETS))

    def __post_init__(self) -> None:
        app = bootstrap.App(Settings({}), clock=lambda: NOW)
        app.__dict__.update(stream=self.stream, quarantine=self.quarantine)
        app.secret = lambda variable: self.secrets  # type: ignore[method-assign]
        bootstrap.use(app)
        self.gateway = Gateway(invoke, lambda: NOW)

    def http(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Response:
        return self.gateway(Request(method, path, headers or {}, body))

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON answer to a JSON body sent with the write key, unless a header says otherwise."""
        sent = {"content-type": "application/json", "authorization": basic("local")}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.http("POST", path, {name: value for name, value in sent.items() if value}, raw)
        return answer.status, json.loads(answer.body)

    def shopify(self, topic: str, payload: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        sent = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Event-Id": "e-1",
            "X-Shopify-Hmac-Sha256": signature(raw),
            "content-type": "application/json",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http("POST", "/shopify", sent, raw)
        return answer.status, json.loads(answer.body)


def invoke(name: str, event: dict[str, Any]) -> Any:
    """What AWS would do with the event: call the function of that name, which gets its JSON and gives JSON."""
    call = {"collect": collect_handler, "intake": intake_handler}[name]
    result = call(json.loads(json.dumps(event)), cast("Any", None))
    return json.loads(json.dumps(result))


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def signature(body: bytes, secret: str = SECRETS["shopify_secret"]) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def packed(body: Any) -> bytes:
    return gzip.compress(json.dumps(body).encode())


def track(event: str = "Store Visited", **changes: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "event": event,
        "userId": "c1",
        "messageId": "m1",
        "timestamp": "2026-11-22T19:00:00Z",
        **changes,
    }
