"""The EventBridge trigger: rules on a bus, matched by pattern, delivered to functions asynchronously.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html. Delivery itself cannot fail on a laptop, so the 24
hours and 185 tries of EventBridge have nothing to do here; what a function does with an event is Lambda's business.
"""

import json
from hashlib import sha256
from typing import Any

from functions.wiring import Function, Trigger
from local.world import names
from local.world.clock import Clock
from local.world.pollers.asynchronous import Asynchronous
from local.world.pollers.patterns import matcher
from mailwright.model.problem import Problem
from mailwright.model.times import iso

PARTNER = "aws.partner/"
ENTRY_LIMIT = 1024 * 1024  # bytes, since January 2026
REQUIRED = ("source", "detail-type", "detail")


class Buses:
    """All buses with their rules."""

    def __init__(self, clock: Clock, invoke: Asynchronous) -> None:
        self._clock = clock
        self._invoke = invoke
        self._rules: list[tuple[Function, str, Any]] = []
        self._count = 0
        self.unmatched = 0  # events that no rule wanted; AWS drops them without a word

    def rule(self, function: Function, trigger: Trigger) -> None:
        """One rule of function.toml."""
        self._rules.append((function, trigger["bus"], matcher(trigger["pattern"])))

    def put(self, envelope: dict[str, Any], bus: str | None = None) -> bool:
        """One event onto a bus: the partner's when its source says so, the shop's otherwise. False: no rule wanted it.

        Raises Problem for what PutEvents would refuse.
        """
        event = self._completed(envelope)
        bus = bus or ("shopify" if event["source"].startswith(PARTNER) else "shop")
        targets = [function for function, on, wanted in self._rules if on == bus and wanted(event)]
        for function in targets:
            self._invoke(function, event)
        self.unmatched += not targets
        return bool(targets)

    def _completed(self, envelope: dict[str, Any]) -> dict[str, Any]:
        """The event as its targets get it: what PutEvents fills in is filled in."""
        missing = [name for name in REQUIRED if not envelope.get(name)]
        if missing or not isinstance(envelope.get("detail"), dict):
            what = ", ".join(missing) or "detail, which must be an object"
            raise Problem("malformed_event", f"EventBridge refuses an event without {what}")
        for name in ("source", "detail-type"):
            if not isinstance(envelope[name], str):
                raise Problem("malformed_event", f"EventBridge refuses an event whose {name} is not text")
        if len(json.dumps(envelope["detail"]).encode()) > ENTRY_LIMIT:
            raise Problem("event_too_large", "EventBridge refuses an event above 1 MB")
        self._count += 1
        digest = sha256(f"event:{self._count}".encode()).hexdigest()
        name = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
        filled = {"version": "0", "id": name, "account": names.ACCOUNT, "region": names.REGION, "resources": []}
        return {**filled, "time": _second(self._clock()), **envelope}


def _second(at: int) -> str:
    return f"{iso(at)[:19]}Z"
