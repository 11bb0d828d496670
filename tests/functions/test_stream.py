"""The fold, tick and recompute functions as AWS calls them, over a real table on moto."""

import base64
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from functions.fold.handler import handler as fold_handler
from functions.recompute.handler import handler as recompute_handler
from functions.tick.handler import handler as tick_handler
from local.world.invoke import Context
from mailwright import bootstrap
from mailwright.model.content import Content, Shop
from mailwright.model.event import Event, encode_event
from mailwright.model.outbox import Pending
from mailwright.model.profile import count
from mailwright.model.times import DAY
from mailwright.settings import Settings
from mailwright.workflow.wake import timer
from tests.fakes.aws import TABLE, dynamodb
from tests.fakes.lake import FakeLake
from tests.fakes.quarantine import FakeQuarantine
from tests.fakes.stream import FakeStream

NOW = 1_767_225_600_000
CONTENT = Content(Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street"))


@pytest.fixture
def app() -> Iterator[bootstrap.App]:
    with dynamodb() as client:
        made = bootstrap.App(Settings({"CUSTOMERS_TABLE": TABLE}), client=lambda _: client, clock=lambda: NOW)
        made.__dict__.update(quarantine=FakeQuarantine(), stream=FakeStream(), lake=FakeLake(), content=CONTENT)
        bootstrap.use(made)
        yield made
        bootstrap.use(None)


def fold(*events: Event | bytes) -> dict[str, list[dict[str, str]]]:
    """The answer to a batch as the event source mapping delivers it."""
    records: list[dict[str, Any]] = []
    for number, event in enumerate(events):
        data = event if isinstance(event, bytes) else encode_event(event)
        kinesis = {"sequenceNumber": f"4959033827149025660855969{number}", "data": base64.b64encode(data).decode()}
        records.append({"eventSource": "aws:kinesis", "eventID": f"shardId-000000000000:{number}", "kinesis": kinesis})
    return fold_handler({"Records": records}, None)  # type: ignore[arg-type]


def visit(id: str, customer: str = "c1", at: int = NOW) -> Event:  # noqa: A002
    return Event(id, at, customer, "page")


def test_a_batch_is_folded_and_fully_acknowledged(app: bootstrap.App) -> None:
    assert fold(visit("1"), visit("2"), visit("1"), visit("3", "c2")) == {"batchItemFailures": []}
    assert count(app.profiles.load(["c1"])["c1"].totals, "visits") == 2


def test_poison_is_acknowledged_because_it_is_kept(app: bootstrap.App) -> None:
    assert fold(b"\x00", visit("1")) == {"batchItemFailures": []}
    assert isinstance(app.quarantine, FakeQuarantine)
    assert [record.code for record in app.quarantine.records] == ["malformed_event"]


def test_a_failing_customer_is_named_by_the_sequence_number_of_its_first_record(
    app: bootstrap.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = app.profiles.commit

    def fail_for_c1(profile: Any, *rest: Any) -> bool:
        if profile.customer_id == "c1":
            raise ConnectionError
        return commit(profile, *rest)

    monkeypatch.setattr(app.profiles, "commit", fail_for_c1)
    answer = fold(visit("0", "c0"), visit("1", "c1"), visit("2", "c1"), visit("3", "c2"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "49590338271490256608559691"}]}
    assert sorted(app.profiles.load(["c0", "c1", "c2"])) == ["c0", "c2"]


def test_a_row_that_cannot_be_read_keeps_its_own_events_whole_and_nobody_elses(app: bootstrap.App) -> None:
    fold(visit("1", "c1"), visit("1", "c2"))
    newer = {"customer_id": {"S": "c1"}, "row": {"S": "profile"}, "v": {"N": "7"}, "state": {"B": b"\x07newer"}}
    app.client("dynamodb").put_item(TableName=TABLE, Item=newer)
    answer = fold(visit("2", "c1"), visit("2", "c2"), timer("c1", NOW, "tick"), visit("1", "c3"))
    assert answer == {"batchItemFailures": []}
    assert isinstance(app.quarantine, FakeQuarantine)
    assert [(one.code, one.record["id"]) for one in app.quarantine.records] == [("unreadable_row", "2")]
    assert count(app.profiles.load(["c2"])["c2"].totals, "visits") == 2
    assert list(app.profiles.load(["c3"])) == ["c3"]


def test_a_batch_is_one_line_in_the_log_without_anything_personal(
    app: bootstrap.App, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("fold"), "propagate", True)
    with caplog.at_level(logging.INFO):
        fold(*(Event(f"{n}", NOW, "ann@example.com", "identify", data={"email": "ann@example.com"}) for n in range(9)))
    (line,) = caplog.records
    assert line.message == "folded"
    assert (line.__dict__["events"], line.__dict__["writes"]) == (9, 1)
    assert "ann@example.com" not in str(line.__dict__)


def test_a_due_timer_comes_back_as_an_event_and_is_then_quiet(app: bootstrap.App) -> None:
    fold(visit("1"))
    profile = app.profiles.load(["c1"])["c1"]
    assert app.profiles.commit(profile, NOW - 1, Pending())
    assert tick_handler({}, None) == {"woken": 1, "throttled": 0}  # type: ignore[arg-type]
    assert isinstance(app.stream, FakeStream)
    fold(*app.stream.events)
    assert tick_handler({}, None) == {"woken": 0, "throttled": 0}  # type: ignore[arg-type]


def test_the_nightly_run_wakes_whom_time_has_changed(app: bootstrap.App) -> None:
    fold(visit("1"), visit("2", "c2"))
    assert _nightly("2026-01-01T03:00:00Z") == (2, 0)
    app.clock = lambda: NOW + 30 * DAY
    assert _nightly("2026-01-31T03:00:00Z") == (2, 2)


def _nightly(scheduled: str) -> tuple[int, int]:
    """Profiles looked at and woken, by all parts of a run."""
    context = Context("recompute", 1024, "arn", "id", 900_000)
    parts = [_recompute({"scheduled": scheduled, "parts": 2, "part": part}, context) for part in range(2)]
    assert all(part["done"] for part in parts)
    total = _recompute({"scheduled": scheduled, "parts": 2}, context)
    return total["profiles"], total["woken"]


def _recompute(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return recompute_handler(event, context)  # type: ignore[arg-type]
