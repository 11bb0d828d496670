"""The local cloud: ministack in its own environment, on a free port of the loopback, and gone afterwards."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from tests.e2e.certificate import self_signed

ROOT = Path(__file__).parents[2]
BINARY = ROOT / ".venv-e2e/bin/ministack"
REGION = "us-east-1"
ROOT_KEY = "test"
_FAST = Config(retries={"total_max_attempts": 2}, connect_timeout=2, read_timeout=60)


T = TypeVar("T")


class Engine:
    """A running ministack: AWS clients that talk to it, and what only it can tell."""

    def __init__(self, port: int, account: str, log: Path, certificate: Path) -> None:
        self.port, self.account, self.log, self.certificate = port, account, log, certificate
        self.url = f"https://127.0.0.1:{port}"

    def client(self, service: str, key: str = ROOT_KEY) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=key,
            aws_secret_access_key=key,
            verify=str(self.certificate),
            config=_FAST,
        )

    def emails(self) -> list[dict[str, Any]]:
        """Everything that was handed to SES, oldest first."""
        found = self._get(f"/_ministack/ses/messages?account={self.account}")
        return [message for messages in found["messages"].values() for message in messages]

    def _get(self, path: str) -> Any:
        trust = ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(self.url + path, timeout=5, context=trust) as reply:  # noqa: S310 - our own https://127.0.0.1
            return json.load(reply)

    def ready(self) -> bool:
        try:
            return bool(self._get("/_ministack/health"))
        except OSError:
            return False


@contextmanager
def running(account: str, folder: Path) -> Iterator[Engine]:
    """Start, wait until it answers (at most 60 s), and end the whole process group whatever happens."""
    if not BINARY.exists():
        sys.exit(f"{BINARY.relative_to(ROOT)} is missing: run `make e2e`, which installs it")
    certificate, key = self_signed(folder)
    engine = Engine(_free_port(), account, folder / "ministack.log", certificate)
    with engine.log.open("wb") as log:
        process = subprocess.Popen(
            [BINARY], stdout=log, stderr=log, cwd=folder, env=_environment(engine, folder, key), start_new_session=True
        )
    try:
        wait("ministack to answer", engine.ready, 60)
        yield engine
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _environment(engine: Engine, folder: Path, key: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    (folder / "tmp").mkdir()
    return kept | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(engine.port),
        "MINISTACK_ACCOUNT_ID": engine.account,
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AUTH": "true",  # every call is held against the policies of whoever makes it
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(engine.certificate),
        "MINISTACK_SSL_KEY": str(key),
        "TMPDIR": str(folder / "tmp"),  # the workers unpack their layers there; it goes when we go
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Slow(AssertionError):
    """Something did not happen in its time."""


def wait(what: str, probe: Callable[[], T], seconds: float) -> T:
    """Ask `probe` until it gives something, at most `seconds` long; Slow with `what` otherwise."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := probe():
            return found
        time.sleep(0.2)
    raise Slow(f"waited {seconds:g} s for {what}")
