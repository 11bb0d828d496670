"""The state machine on the virtual clock: its parts, its patience, its end; and the nightly run in a whole world."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.machine import definition
from functions.wiring import Function, Trigger, read
from local.world.clock import Clock
from local.world.invoke import Invoker
from local.world.pollers.machine import Machine
from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.model.run import decode_run
from mailwright.model.times import DAY, HOUR, SECOND, parse_iso

START = parse_iso("2026-11-22T10:00:00Z")
TRIGGER = Trigger("map", {"cron": "0 3 * * ? *", "parts": 3, "at_once": 2})
FUNCTION = Function("recompute", "Looks", 128, 900, (), (TRIGGER,), {})


class Doll:
    """A function that says done at the second look, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.clock, self.failures = Clock(START), failures
        self.calls: list[tuple[int, Any]] = []
        self.machine = Machine(
            self.clock, Invoker(self.clock, lambda name: self._called), definition(FUNCTION, TRIGGER, "arn")
        )

    def _called(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        looked = sum(1 for _, part in self.calls if part == event.get("part"))
        self.calls.append(((self.clock() - START) // SECOND, event.get("part")))
        return {"done": looked > 0}

    def run(self) -> list[tuple[int, Any]]:
        self.machine(FUNCTION, {"scheduled": "2026-11-22T03:00:00Z"})
        while self.clock.step():
            pass
        return self.calls


def test_every_part_is_asked_until_it_is_done_and_then_the_run_is_concluded() -> None:
    doll = Doll()
    assert doll.run() == [(0, 0), (0, 0), (0, 1), (0, 1), (0, 2), (0, 2), (0, None)]
    assert doll.machine.failed == []


def test_a_part_that_fails_is_asked_again_after_ever_longer_pauses() -> None:
    doll = Doll(failures=3)
    assert doll.run()[0] == (10 + 20 + 40, 0)
    assert len(doll.calls) == 7


def test_after_ten_retries_an_execution_fails_and_says_where() -> None:
    doll = Doll(failures=100)
    assert doll.run() == []
    assert doll.machine.failed == ["recompute: state Look: RuntimeError: not now"]
    assert doll.clock() - START == (10 + 20 + 40 + 80 + 160 + 5 * 300) * SECOND


def test_what_the_laptop_does_not_drive_is_an_error() -> None:
    doll = Doll()
    doll.machine._definition["States"]["Work"]["ResultWriter"] = {}
    with pytest.raises(ValueError, match="state Work: ResultWriter is not driven here"):
        doll.run()


def test_every_night_is_written_down_and_time_alone_moves_people() -> None:
    content = compile_folder(Path(__file__).parents[2] / "layers" / "content")
    with World("memory", content, START) as world:
        order = {
            "type": "track", "event": "Order Completed", "userId": "ada", "messageId": "m1",
            "timestamp": "2026-11-22T10:00:00Z", "properties": {"order_id": "o1", "total": 600},
        }  # fmt: skip
        assert (
            world.http("POST", "/v1/track", {"authorization": "Basic bG9jYWw6"}, json.dumps(order).encode()).status
            == 200
        )
        world.advance(START + HOUR)
        (ada,) = world.profiles()
        assert ada.segments == ["engaged-but-infrequent", "high-value", "new-customers"]
        world.advance(START + 31 * DAY)
        runs = [decode_run(line) for line in world.app.lake.lines("segments/dt=")]
        assert len(runs) == 31
        assert runs[0].run == "20261123T030000Z"
        assert runs[0].counts.sizes["new-customers"] == 1
        assert runs[-1].counts.sizes["new-customers"] == 0
        assert sum(run.counts.left.get("new-customers", 0) for run in runs) <= 1
        (ada,) = world.profiles()
        assert ada.segments == ["high-value", "infrequent-browsers"]
        assert world.failures == []
        assert world.machines[0].failed == []


def test_the_shipped_function_is_triggered_by_a_map() -> None:
    (trigger,) = read("recompute").triggers
    assert (trigger.kind, trigger["parts"]) == ("map", 16)
