"""Who enters and leaves segments and stages: every move is counted, by customers or by time, and none twice."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.world.moves import Moves, MovesWatch
from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.model.content import Content
from mailwright.model.profile import Profile
from mailwright.model.run import decode_run
from mailwright.model.state import encode_profile
from mailwright.model.times import DAY, HOUR
from tests.functions.doors import basic

ROOT = Path(__file__).parents[2]
HEADERS = {"authorization": basic("local"), "content-type": "application/json"}
START = 1_795_000_000_000


@pytest.fixture(scope="module")
def content() -> Content:
    return compile_folder(ROOT / "layers" / "content")


def call(world: World, user: str, **fields: Any) -> None:
    message = {"type": "track", "userId": user, "messageId": f"{user}-{world.now}", **fields}
    assert world.http("POST", "/v1/batch", HEADERS, json.dumps({"batch": [message]}).encode()).status == 200


def order(world: World, user: str, total: int = 600) -> None:
    call(world, user, event="Order Completed", properties={"order_id": f"{user}{world.now}", "total": total})


def total(periods: list[Moves], table: Callable[[Moves], dict[str, int]]) -> Counter[str]:
    found = Counter[str]()
    for period in periods:
        found.update(table(period))
    return found


def test_every_move_is_counted_and_adds_up_to_where_everyone_stands(content: Content) -> None:
    with World("memory", content, START) as world:
        for number in range(6):
            order(world, f"c{number}")
        world.advance(START + 20 * DAY)
        for number in range(3):
            order(world, f"c{number}")
        world.advance(START + 100 * DAY)
        order(world, "c5")
        world.advance(START + 130 * DAY)
        periods, profiles = world.moves.periods, world.profiles()
        runs = [decode_run(line) for line in world.app.lake.lines("segments/dt=")]
    members = Counter(name for profile in profiles for name in profile.segments)
    entered, left = total(periods, lambda one: one.entered), total(periods, lambda one: one.left)
    assert {name: entered[name] - left[name] for name in entered if entered[name] != left[name]} == members
    stages = Counter[str]()
    for period in periods:
        for before, flow in period.flows.items():
            stages.update(flow)
            stages.subtract({before: sum(flow.values())})
    assert stages.pop("") == -6
    assert +stages == Counter(profile.stage for profile in profiles)
    assert any("repeat" in period.flows.get("new", {}) for period in periods)  # by an order, which no run finds
    assert not any("repeat" in run.counts.flows.get("new", {}) for run in runs)
    assert [period.since for period in periods] == [START, *(run.at for run in runs)]


def test_what_a_run_finds_is_what_follows_it(content: Content) -> None:
    with World("memory", content, START) as world:
        order(world, "ada")
        world.advance(START + 31 * DAY)
        (run,) = [run for run in map(decode_run, world.app.lake.lines("segments/dt=")) if run.counts.flows]
        (period,) = [period for period in world.moves.periods if period.since == run.at]
    assert run.counts.flows == period.flows == {"new": {"active": 1}}
    assert run.counts.entered == period.entered
    assert run.counts.left == period.left


def image(name: str, profile: Profile | None) -> dict[str, Any]:
    keys = {"customer_id": {"S": name}, "row": {"S": "profile"}}
    if profile is None:
        return {"dynamodb": {"Keys": keys}}
    return {"dynamodb": {"Keys": keys, "NewImage": {**keys, "state": {"B": encode_profile(profile)}}}}


def test_an_id_that_became_anothers_leaves_and_comes_from_no_stage() -> None:
    watch = MovesWatch(0)
    watch.take("s", [image("a", Profile("a", stage="active", segments=["x", "y"]))])
    watch.night(HOUR)
    watch.take("s", [image("a", Profile("a", merged_into="b")), image("b", Profile("b", segments=["x"]))])
    watch.take("s", [image("b", None)])
    first, second = watch.periods
    assert first.flows == {"": {"active": 1}}
    assert (second.entered, second.left, second.flows) == ({"x": 1}, {"x": 2, "y": 1}, {"": {"new": 1}})


def test_a_row_that_cannot_be_read_moves_nobody() -> None:
    watch = MovesWatch(0)
    damaged = image("a", Profile("a"))
    damaged["dynamodb"]["NewImage"]["state"]["B"] = b"\x07nonsense"
    watch.take("s", [damaged])
    assert watch.periods == [Moves(0)]
