"""Schedules: AWS's expressions, the slots they name, and runs that are left out because they would find nothing."""

import pytest

from functions.wiring import Function, Trigger
from local.world.clock import Clock
from local.world.cron import cron, every
from local.world.due import DueWatch
from local.world.invoke import Invoker
from local.world.memory.engine import MemoryEngine
from local.world.pollers.asynchronous import Asynchronous
from local.world.pollers.schedule import ScheduleTrigger
from mailwright.model.times import HOUR, MINUTE, SECOND, iso, parse_iso

START = parse_iso("2026-11-22T20:03:07Z")  # a Sunday


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("30 * * * ? *", ["2026-11-22T20:30", "2026-11-22T21:30"]),
        ("0 3 * * ? *", ["2026-11-23T03:00", "2026-11-24T03:00"]),
        ("0 9 1 * ? *", ["2026-12-01T09:00", "2027-01-01T09:00"]),
        ("0/20 8-9 ? * MON-FRI *", ["2026-11-23T08:00", "2026-11-23T08:20"]),
        ("15 10 ? * 1 *", ["2026-11-29T10:15", "2026-12-06T10:15"]),
        ("0 0 29 FEB ? *", ["2028-02-29T00:00"]),
        ("0 0 1 1 ? 2028,2030", ["2028-01-01T00:00", "2030-01-01T00:00"]),
        ("0 0 1 1 ? 2020", []),
    ],
)
def test_a_cron_expression_names_its_slots(text, slots):
    following, found, at = cron(text), [], START
    while len(found) < 2 and (at := following(at)) is not None:
        found.append(iso(at)[:16])
    assert found[: len(slots)] == slots
    assert slots or not found


@pytest.mark.parametrize(
    "text", ["* * * * *", "0 3 * * * *", "0 3 ? * ? *", "60 * * * ? *", "0 3 L * ? *", "x 3 * * ? *"]
)
def test_what_is_no_cron_expression_says_so(text):
    with pytest.raises(ValueError):
        cron(text)


def test_the_slots_of_a_period_do_not_depend_on_when_a_world_starts():
    assert iso(every("5m")(START))[:19] == "2026-11-22T20:05:00"
    assert every("5m")(START + 1) == every("5m")(START)


class Room:
    """A schedule of every minute whose function does as it is told."""

    def __init__(self, needed=lambda last: last, daemon=True):
        self.clock = Clock(START)
        self.engine = MemoryEngine(self.clock)
        function = Function("tick", "", 128, 60, (), (Trigger("schedule", {"every": "1m"}),), {})
        self.engine.build([function])
        self.runs = []
        self.handle = lambda event: None
        self.invoker = Invoker(self.clock, lambda name: self._run)
        invoke = Asynchronous(self.engine, self.invoker)
        self.schedule = ScheduleTrigger(self.clock, function, function.triggers[0], invoke, needed, daemon=daemon)

    def _run(self, event, context):
        self.runs.append((iso(self.clock())[11:19], event["scheduled"][11:]))
        return self.handle(event)

    def run(self, until):
        self.schedule.look()
        while self.clock.step(until):
            self.schedule.look()


def test_a_schedule_runs_at_every_slot_and_is_told_which():
    room = Room()
    room.run(START + 3 * MINUTE)
    assert room.runs == [("20:04:00", "20:04:00Z"), ("20:05:00", "20:05:00Z"), ("20:06:00", "20:06:00Z")]
    assert not room.clock.busy


def test_runs_that_would_find_nothing_are_left_out_and_the_others_come_at_their_slots():
    due = [START + 90 * SECOND, START + 10 * MINUTE]
    room = Room(lambda last: due[0] if due else None, daemon=False)
    room.handle = lambda event: due.pop(0)
    room.run(START + HOUR)
    assert [slot for slot, _ in room.runs] == ["20:05:00", "20:14:00"]
    assert not room.clock.busy


def test_what_is_found_again_is_run_for_again_at_the_next_slot():
    due = [START]
    room = Room(lambda last: due[0] if due else None)
    room.handle = lambda event: due.clear() if len(room.runs) == 3 else None
    room.run(START + HOUR)
    assert [slot for slot, _ in room.runs] == ["20:04:00", "20:05:00", "20:06:00"]


def test_what_turns_up_overdue_waits_for_the_next_slot():
    due = []
    room = Room(lambda last: due[0] if due else None)
    room.handle = lambda event: due.clear()
    room.clock.at(parse_iso("2026-11-22T20:10:00Z"), lambda: due.append(START))
    room.run(START + HOUR)
    assert [slot for slot, _ in room.runs] == ["20:11:00"]


def test_something_else_at_the_instant_of_a_slot_does_not_put_it_off():
    due = [START]
    room = Room(lambda last: due[0] if due else None)
    room.handle = lambda event: due.clear()
    room.clock.at(parse_iso("2026-11-22T20:04:00Z"), lambda: None)
    room.run(START + HOUR)
    assert [slot for slot, _ in room.runs] == ["20:04:00"]


def test_a_failing_run_is_retried_after_one_minute_and_two_and_then_kept_whole():
    room = Room(lambda last: None if room.runs else START)
    room.handle = lambda event: 1 / 0
    room.run(START + HOUR)
    assert room.runs == [(slot, "20:04:00Z") for slot in ("20:04:00", "20:05:00", "20:07:00")]
    (message,) = room.engine.sqs.queues["undelivered"].messages.values()
    assert '"requestPayload": {"scheduled": "2026-11-22T20:04:00Z"}' in message.body
    assert [failure.error for failure in room.invoker.failures] == ["ZeroDivisionError: division by zero"] * 3


def image(name, due=None):
    row = {"customer_id": {"S": name}, "row": {"S": "profile"}}
    timer = {} if due is None else {"due_shard": {"S": "1"}, "due": {"N": str(due)}}
    return {"dynamodb": {"Keys": row, "NewImage": {**row, **timer}}}


def test_the_earliest_timer_is_known_from_the_tables_stream():
    watch = DueWatch()
    assert watch.earliest() is None
    watch.take("s", [image("ada", 300), image("bob", 200)])
    assert watch.earliest() == 200
    watch.take("s", [image("bob", 400)])
    assert watch.earliest() == 300
    watch.take("s", [image("ada"), {"dynamodb": {"Keys": image("bob")["dynamodb"]["Keys"]}}])
    assert watch.earliest() is None
