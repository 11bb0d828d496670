"""What is answered over HTTP: the live page and its JSON here, everything else by the gateway, as on AWS."""

import json
import re
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any
from urllib.parse import parse_qs

from local.exchange import Request, Response
from local.report.page import page
from local.report.story import Story
from local.serve.hurry import hurried
from local.world.live import Live
from local.world.world import World
from mailwright.model.times import iso

_MAIL = re.compile(r"/live/mail/(\d{1,9})")
_PAGE = {"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


class Site:
    """Call it with a Request, from any thread. `clock` is the machine's, in milliseconds UTC; `speed` is for the page.

    Before `live` is set, and after it stopped, the answer is 503.
    """

    def __init__(self, clock: Callable[[], int], speed: float) -> None:
        self.live: Live | None = None
        self._clock = clock
        self._speed = speed
        self._story: tuple[str, Story] | None = None

    def __call__(self, request: Request) -> Response:
        path, _, query = request.target.partition("?")
        answer = self._answer(path, request, parse_qs(query))
        if self.live is None:
            return _json(503, {"message": "starting"})
        try:
            return self.live.do(answer)
        except (CancelledError, TimeoutError):
            return _json(503, {"message": "stopping"})

    def _answer(self, path: str, request: Request, query: dict[str, list[str]]) -> Callable[[World], Response]:
        if request.method in ("GET", "HEAD"):
            if path == "/":
                return lambda world: Response(200, {**_PAGE, "content-type": "text/html; charset=utf-8"}, _page(world))
            if path == "/live/overview":
                return lambda world: self._overview(world, query.get("since", [""])[0])
            if path == "/live/customer":
                return lambda world: _json(200, self._of(world).customer(query.get("id", [""])[0]))
            if found := _MAIL.fullmatch(path):
                number = int(found[1])
                return lambda world: self._mail(world, number)
        return lambda world: self._gateway(world, request)

    def _gateway(self, world: World, request: Request) -> Response:
        request = hurried(request, 0 if self._speed == 1 else world.now - self._clock())
        return world.http(request.method, request.target, request.headers, request.body)

    def _overview(self, world: World, since: str) -> Response:
        version = _version(world)
        told: dict[str, Any] = {"version": version, "title": self._title(world)}
        if since != version:
            told = {**self._of(world).overview(told["title"], {}), **told}
        return _json(200, told)

    def _mail(self, world: World, number: int) -> Response:
        if not 0 < number <= len(world.mail):
            return _json(404, {"message": "there is no such email"})
        return _json(200, self._of(world).mail(number))

    def _title(self, world: World) -> str:
        hurry = "" if self._speed == 1 else f", {self._speed:g} times as fast"
        return f"Live · {iso(world.now)[:19].replace('T', ' ')} UTC{hurry}"

    def _of(self, world: World) -> Story:
        """The story up to now; gathered anew only when something happened."""
        version = _version(world)
        if self._story is None or self._story[0] != version:
            self._story = (version, Story(world))
        return self._story[1]


def _version(world: World) -> str:
    """Changes when anything the page shows does."""
    tally = world.tally
    return f"{tally.passed}-{len(tally.journal)}-{len(world.mail)}-{len(world.quarantined)}-{len(world.failures)}"


def _page(world: World) -> bytes:
    return page(world.content.shop.name, live=True).encode()


def _json(status: int, value: Any) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(status, {**_PAGE, "content-type": "application/json"}, body)
