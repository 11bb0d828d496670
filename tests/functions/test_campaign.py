"""campaign: one email to each member of a segment, once a run."""

from types import SimpleNamespace

import pytest

from functions.campaign.handler import handler
from mailwright import bootstrap
from mailwright.expression.tree import Column, Compare, Const
from mailwright.model.content import Campaign, Content, Segment
from mailwright.model.profile import Profile
from mailwright.model.times import HOUR, MINUTE, iso, parse_iso
from mailwright.settings import Settings
from tests.fakes.profiles import FakeProfiles
from tests.fakes.queue import FakeQueue
from tests.functions.outbox import SHOP, WELCOME

RUN = parse_iso("2026-12-01T09:00:00Z")
NEW = Segment("new", "", Compare("=", Column("orders"), Const(0)))
CLICKERS = Segment("clickers", "", Compare(">", Column("clicks_7d"), Const(0)))


@pytest.fixture
def world():
    campaigns = {
        "hello": Campaign("hello", "", "new", "welcome", "0 9 1 * *", ["ten"]),
        "thanks": Campaign("thanks", "", "clickers", "welcome", iso(RUN)),
    }
    found = SimpleNamespace(profiles=FakeProfiles(), sends=FakeQueue(), now=RUN)
    found.content = Content(SHOP, "abc", {"new": NEW, "clickers": CLICKERS}, {}, campaigns, {"welcome": WELCOME})
    for number in range(1200):
        found.profiles.put(Profile(f"c{number}", first_seen=1))
    app = bootstrap.App(Settings({}), clock=lambda: found.now)
    app.__dict__.update(profiles=found.profiles, sends=found.sends, content=found.content)
    bootstrap.use(app)
    yield found
    bootstrap.use(None)


def test_every_member_gets_one_task_that_names_its_run(world):
    assert handler({"scheduled": "2026-12-01T09:00:00Z"}, None) == {"hello": 1200, "thanks": 0}
    assert len({task.key for task in world.sends.tasks}) == 1200
    first = world.sends.tasks[0]
    assert (first.program, first.template, first.offers, first.cls) == ("campaign:hello", "welcome", ["ten"], "M")
    assert (first.planned_at, first.not_after) == (RUN, RUN + 24 * HOUR)
    assert first.trace == {"campaign": "hello", "segment": "new", "scheduled": iso(RUN), "content": "abc"}


def test_a_run_that_comes_twice_or_late_plans_the_same_emails(world):
    handler({"scheduled": "2026-12-01T09:02:11Z"}, None)
    once = list(world.sends.tasks)
    world.now += HOUR
    handler({"scheduled": "2026-12-01T09:02:11Z"}, None)
    assert world.sends.tasks == once * 2


def test_the_next_run_is_another_email(world):
    handler({"scheduled": iso(RUN)}, None)
    handler({"scheduled": "2027-01-01T09:00:00Z"}, None)
    assert len({task.key for task in world.sends.tasks}) == 2400


def test_a_row_that_cannot_be_read_keeps_nobody_else_from_the_campaign(world):
    world.profiles.rows["c600"] = (1, b"\x07newer")
    assert handler({"scheduled": iso(RUN)}, None) == {"hello": 1199, "thanks": 0}


def test_between_runs_no_profile_is_read(world):
    for minutes in (-5, 5, 60):
        assert handler({"scheduled": iso(RUN + minutes * MINUTE)}, None) == {}
    assert world.profiles.loads == 0


def test_without_a_scheduled_time_the_clock_counts(world):
    assert handler({}, None) == {"hello": 1200, "thanks": 0}


def test_a_run_that_dies_half_way_and_starts_over_misses_nobody(world, monkeypatch):
    taken = world.sends.put
    calls = []

    def dies(tasks, delay=0):
        calls.append(len(tasks))
        if len(calls) == 2:
            raise ConnectionError("the queue is away")
        taken(tasks, delay)

    with monkeypatch.context() as patch:
        patch.setattr(world.sends, "put", dies)
        with pytest.raises(ConnectionError):
            handler({"scheduled": iso(RUN)}, None)
    handler({"scheduled": iso(RUN)}, None)
    assert len({task.key for task in world.sends.tasks}) == 1200
