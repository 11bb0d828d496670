"""`python -m tests.e2e`: synthesize, start a local cloud, deploy, post events, read the email. docs/e2e.md explains."""

import sys
import tempfile
import time
import traceback
from pathlib import Path

from infra.app import build
from infra.config import PLACEHOLDER_ACCOUNT
from tests.e2e.deploy import deploy
from tests.e2e.differences import DIFFERENCES
from tests.e2e.engine import running
from tests.e2e.shop import Shop
from tests.e2e.steps import STEPS

# Two of the stack's own settings: no minute to wait for a batch, and an identity that is verified beforehand.
SETTINGS = {"window": "1", "create_identity": "false"}
STACK = "mailwright"


def main() -> int:
    """0 when every step passed."""
    with tempfile.TemporaryDirectory(prefix="mailwright-e2e-") as name:
        folder = Path(name)
        build(SETTINGS, folder / "cdk.out").synth()
        _say("synthesized")
        with running(PLACEHOLDER_ACCOUNT, folder) as engine:
            outputs = deploy(engine, folder / "cdk.out", STACK)
            engine.client("sesv2").create_email_identity(EmailIdentity="shop.example.com")
            _say(f"deployed, with {len(DIFFERENCES)} differences from what goes to AWS: {', '.join(DIFFERENCES)}")
            failed = _walk(Shop(engine, outputs))
            if failed:
                print(engine.log.read_text(errors="replace")[-20_000:], file=sys.stderr)
    print(f"e2e: {len(STEPS) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _walk(shop: Shop) -> int:
    """Every step; after one has failed the later ones are counted as failed, since they build on it."""
    for number, step in enumerate(STEPS):
        started = time.monotonic()
        name = step.__name__.replace("_", " ")
        try:
            step(shop)
        except Exception:
            print(f"FAILED {name}")
            traceback.print_exc()
            return len(STEPS) - number
        print(f"ok {time.monotonic() - started:5.1f} s  {name}", flush=True)
    return 0


def _say(what: str) -> None:
    print(f"e2e: {what}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # the engine is gone by then
        sys.exit(130)
