"""Runs the world behind HTTP until it is told to stop."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NamedTuple

from local.http_server import serve_http
from local.serve.site import Site
from local.world.live import Live
from local.world.world import EngineName, World
from mailwright.model.content import Content

_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  addresses that mean all of them


class Place(NamedTuple):
    """Where and how it runs; port 0 takes a free one."""

    host: str
    port: int
    speed: float
    engine: EngineName


def serve(content: Content, place: Place, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. `ready` is told the URL once requests are answered.

    OSError when the address cannot be had. Runs in the main thread: signals come there.
    """
    site = Site(_clock, place.speed)
    server = serve_http(place.host, place.port, site)
    name = "localhost" if place.host in _EVERYWHERE else place.host
    url = f"http://{name}:{server.server_port}"
    answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    try:
        with World(place.engine, content, _clock(), public_url=url, hourly=True) as world:
            live = Live(world, place.speed)
            site.live = live

            def stop(number: int, frame: FrameType | None) -> None:
                live.stop()

            before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
            answering.start()
            ready(url)
            try:
                live.run()
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)
    finally:
        if answering.is_alive():
            server.shutdown()
        server.server_close()


def _clock() -> int:
    return time.time_ns() // 1_000_000
