"""EventBridge: what a bus takes, which rule wants it, and what becomes of an event whose function fails."""

import json

import pytest

from functions.wiring import Function, Trigger
from local.world.clock import Clock
from local.world.invoke import Invoker
from local.world.memory.engine import MemoryEngine
from local.world.pollers.asynchronous import Asynchronous
from local.world.pollers.eventbridge import Buses
from local.world.pollers.patterns import matcher
from mailwright.model.problem import Problem

START = 1_793_527_200_000
ORDER = {"source": "till", "detail-type": "order", "detail": {"total": 12}}


class Room:
    def __init__(self, *rules):
        self.clock = Clock(START)
        self.engine = MemoryEngine(self.clock)
        self.seen = []
        self.handle = lambda event: None
        self.invoker = Invoker(self.clock, lambda name: self._handler(name))
        self.buses = Buses(self.clock, Asynchronous(self.engine, self.invoker))
        functions = []
        for number, (bus, pattern) in enumerate(rules):
            trigger = Trigger("eventbridge", {"bus": bus, "pattern": json.dumps(pattern)})
            functions.append(Function(f"f{number}", "", 128, 60, (), (trigger,), {}))
            self.buses.rule(functions[-1], trigger)
        self.engine.build(functions)

    def _handler(self, name):
        def handle(event, context):
            self.seen.append((self.clock() - START, name, event))
            return self.handle(event)

        return handle

    def run(self):
        while self.clock.step():
            pass


def test_an_event_goes_to_every_rule_of_its_bus_that_wants_it():
    room = Room(
        ("shop", {"source": ["till"]}),
        ("shop", {"detail": {"total": [{"numeric": [">", 10]}]}}),
        ("shop", {"source": ["web"]}),
        ("shopify", {"source": ["till"]}),
    )
    assert room.buses.put(ORDER)
    assert [name for _, name, _ in room.seen] == ["f0", "f1"]


def test_what_no_rule_wants_is_counted():
    room = Room(("shop", {"source": ["web"]}))
    assert not room.buses.put(ORDER)
    assert room.buses.unmatched == 1


def test_a_partners_event_is_on_the_partners_bus():
    room = Room(("shopify", {"detail-type": ["shopifyWebhook"]}), ("shop", {"source": [{"exists": True}]}))
    room.buses.put({"source": "aws.partner/shopify.com/1/source", "detail-type": "shopifyWebhook", "detail": {"a": 1}})
    assert [name for _, name, _ in room.seen] == ["f0"]


def test_targets_get_the_whole_envelope_with_what_put_events_fills_in():
    room = Room(("shop", {"source": ["till"]}))
    room.buses.put(ORDER)
    ((_, _, event),) = room.seen
    assert event.pop("id").count("-") == 4
    assert event == {
        "version": "0",
        "account": "123456789012",
        "region": "us-east-1",
        "resources": [],
        "time": "2026-11-01T10:00:00Z",
        **ORDER,
    }


@pytest.mark.parametrize(
    "envelope",
    [
        {"detail-type": "order", "detail": {}},
        {"source": "till", "detail": {"a": 1}},
        {"source": "till", "detail-type": "order"},
        {"source": "till", "detail-type": "order", "detail": "text"},
        {"source": 7, "detail-type": "order", "detail": {"a": 1}},
        {"source": "till", "detail-type": "order", "detail": {"a": "x" * 1_100_000}},
    ],
    ids=["no source", "no detail-type", "no detail", "detail is text", "source is a number", "above 1 MB"],
)
def test_what_put_events_refuses_is_a_problem_that_says_why(envelope):
    with pytest.raises(Problem, match="EventBridge refuses"):
        Room().buses.put(envelope)


def test_a_failing_function_gets_the_event_three_times_and_then_it_is_kept_whole():
    room = Room(("shop", {"source": ["till"]}))
    room.handle = lambda event: {}["missing"]
    room.buses.put(ORDER)
    room.run()
    assert [at // 1000 for at, _, _ in room.seen] == [0, 60, 180]
    (message,) = room.engine.sqs.queues["undelivered"].messages.values()
    kept = json.loads(message.body)
    assert kept["requestPayload"]["detail"] == {"total": 12}
    assert kept["requestContext"]["condition"] == "RetriesExhausted"
    assert kept["responsePayload"]["errorMessage"] == "KeyError: 'missing'"


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({"a": ["x"]}, True),
        ({"a": ["y"]}, False),
        ({"a": [{"prefix": "x"}], "b": {"c": [{"exists": True}]}}, True),
        ({"b": {"c": [{"exists": False}]}}, False),
        ({"b": {"gone": [{"exists": False}]}}, True),
        ({"b": {"c": [{"numeric": [">=", 1, "<", 3]}]}}, True),
        ({"b": {"c": [{"anything-but": [2]}]}}, False),
        ({"a": [{"suffix": "y"}, "x"]}, True),
        ({"a": [{"wildcard": "x*"}]}, True),
        ({"$or": [{"a": ["y"]}, {"b": {"c": [2]}}]}, True),
        ({"list": ["two"]}, True),
    ],
)
def test_patterns_match_as_eventbridge_documents(pattern, wanted):
    event = {"a": "x", "b": {"c": 2, "large": "." * 1000}, "list": ["one", "two"]}
    assert matcher(json.dumps(pattern))(event) is wanted
