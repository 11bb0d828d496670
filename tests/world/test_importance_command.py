"""`mailwright importance`: from event logs to an answer, with the profiles that the real fold makes."""

import json
import random
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from local.cli import cli
from local.commands.importance import Outcome
from local.importance.events import events
from local.importance.refold import Refold
from local.replay.feed import Feeder
from local.replay.read import read
from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.model.event import Event, encode_event
from mailwright.model.profile import Profile
from mailwright.model.times import DAY, MINUTE, iso
from mailwright.science.outcome import OUTCOMES, snapshot

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "layers" / "content"
START = 1_767_225_600_000
RETAIL = ROOT.parent / "shared" / "data" / "online-retail.csv.gz"
STORIES = sorted(map(str, (ROOT / "events" / "stories").glob("*.jsonl")))


def run(line: str) -> Result:
    result = CliRunner().invoke(cli, shlex.split(line))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def message(customer: str, at: int, event: str = "Order Completed", **properties: object) -> str:
    told = {"type": "track", "event": event, "userId": customer, "messageId": f"{customer}-{at}", "timestamp": iso(at)}
    return json.dumps({**told, "properties": properties})


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four months of 300 customers: half order each week or two, the others once in a long while."""
    rng = random.Random(5)
    lines = []
    for number in range(300):
        pause, at = (10 if number % 2 else 120), START + rng.randrange(40 * DAY)
        while at < START + 120 * DAY:
            lines.append((at, message(f"c{number:03}", at, order_id=f"{number}-{at}", total=rng.randrange(5, 50))))
            at += int(rng.expovariate(1 / (pause * DAY))) + MINUTE
    file = tmp_path_factory.mktemp("logs") / "orders.ndjson"
    file.write_text("\n".join(line for _, line in sorted(lines)))
    return file


def test_regulars_are_told_by_what_they_did_lately(log: Path, tmp_path: Path) -> None:
    told = run(f"importance {log} --content {CONTENT} --plot {tmp_path}/told.svg")
    assert told.exit_code == 0, told.output
    assert "ordered-30d: learned from 300 customers as of 2026-03-01" in told.output
    assert "AUC 0." in told.output
    first = told.output.split("missing", 1)[1].split()[0]
    assert first in ("orders", "orders_90d", "orders_30d", "days_since_last_order", "interactions_90d"), told.output
    ElementTree.fromstring((tmp_path / "told.svg").read_text())  # noqa: S314 our own
    found = json.loads(run(f"importance {log} --content {CONTENT} --json --column orders_90d --column country").output)
    assert found["verdict"] == "predicted"
    assert [column["name"] for column in found["columns"]] == ["orders_90d"]
    assert found["left_out"] == ["country"]
    assert (found["learned_at"], found["tried_at"], found["until"]) == ("2026-03-01", "2026-03-31", "2026-04-30")


def clicks(seed: int, often: float) -> bytes:
    """A lake's events of 400 customers over four months; every other one clicks `often` as often as the rest."""
    rng = random.Random(seed)
    made = []
    for number in range(400):
        at, pause = START + rng.randrange(30 * DAY), 40 * DAY / (often if number % 2 else 1)
        while at < START + 120 * DAY:
            name = f"c{number:03}"
            made.append(Event(f"{name}{at}", at, name, "track", "Email Link Clicked", "ses", {"send_key": "k"}))
            at += int(rng.expovariate(1 / pause)) + MINUTE
    return b"\n".join(map(encode_event, made))


def test_who_clicks_is_told_by_who_clicked_in_the_lakes_own_events(tmp_path: Path) -> None:
    (tmp_path / "lake.ndjson").write_bytes(clicks(1, often=8))
    told = run(f"importance {tmp_path}/lake.ndjson --content {CONTENT} --outcome clicked-30d")
    assert told.exit_code == 0, told.output
    assert told.output.split("missing", 1)[1].split()[0].startswith(("clicks_", "interactions_", "engagement_score"))
    assert "clicks_30d" in told.output


def test_where_nothing_tells_there_is_no_ranking(tmp_path: Path) -> None:
    (tmp_path / "lake.ndjson").write_bytes(clicks(2, often=1))
    line = f"importance {tmp_path}/lake.ndjson --content {CONTENT} --outcome clicked-30d --plot {tmp_path}/told.svg"
    told = run(line)
    assert told.exit_code == 0, told.output
    assert "Nothing here predicts it: AUC 0." in told.output
    assert "AUC lost" not in told.output
    assert "Nothing here predicts it" in (tmp_path / "told.svg").read_text()


@pytest.mark.slow
def test_a_year_of_a_real_shops_orders(tmp_path: Path) -> None:
    if not RETAIL.is_file():
        pytest.skip(f"{RETAIL} is not here: UCI Online Retail, the donor's copy")
    converted = run(f"convert --map {ROOT}/events/maps/online-retail.yaml {RETAIL} --out {tmp_path}/orders.ndjson")
    assert converted.exit_code == 0, converted.output
    found = json.loads(run(f"importance {tmp_path}/orders.ndjson --content {CONTENT} --json").output)
    assert (found["learned_from"], found["tried_on"], found["events"]) == (3412, 3761, 23065)
    assert found["auc"] == pytest.approx(0.722, abs=0.01)
    assert [column["name"] for column in found["columns"][:3]] == ["orders", "days_since_last_order", "revenue"]


def test_nobody_clicked_is_too_few_and_draws_that(log: Path, tmp_path: Path) -> None:
    told = run(f"importance {log} --content {CONTENT} --outcome clicked-30d --plot {tmp_path}/told.svg")
    assert told.exit_code == 0
    assert "Too few to say: at least 30 customers have to do it" in told.output
    assert "Too few to say" in (tmp_path / "told.svg").read_text()


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("--cutoff 2026-04-20", "are not over in these logs, which end on 2026-04-30: take a cut-off of 2026-03-31 or"),
        ("--cutoff 2026-01-20", "nobody is known as of 2025-12-21"),
        ("--cutoff 2026-03-31 --learn 2026-03-20", "the same days would be learned from and tried on"),
        ("--cutoff tomorrow", "--cutoff 'tomorrow' is no day: write 2026-11-03"),
        ("--column order_30d", "there is no column 'order_30d' as of an instant (did you mean orders_30d?)"),
        ("--column cluster", "may have been trained on what customers did later"),
        ("--plot /no/such/folder/x.svg", "there is no such folder"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_line(log: Path, said: str, answer: str) -> None:
    told = run(f"importance {log} --content {CONTENT} {said}")
    assert told.exit_code == 2
    assert answer in told.output
    assert "Traceback" not in told.output


def test_logs_that_are_not_there_or_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.ndjson").write_text("")
    (tmp_path / "broken.ndjson").write_text('{"type": "track"\nnonsense')
    assert "cannot be read" in run(f"importance {tmp_path}/none.ndjson --content {CONTENT}").output
    for name in ("empty", "broken"):
        told = run(f"importance {tmp_path}/{name}.ndjson --content {CONTENT}")
        assert told.exit_code == 2
        assert "there are no events in these logs" in told.output


def test_every_outcome_can_be_asked_for() -> None:
    assert {one.value for one in Outcome} == set(OUTCOMES)


def facts(profile: Profile) -> Profile:
    """Without what follows from facts, and what tells when a table was written: versions, timers, ids of merges."""
    return replace(profile, v=0, stage="new", segments=[], journeys={}, due=None, ids={})


def test_the_stories_folded_here_give_the_profiles_that_the_world_gives() -> None:
    content = compile_folder(CONTENT)
    entries = [entry for entry in read(STORIES) if entry.kind != "ses"]
    with World("memory", content, entries[0].at - MINUTE) as world:
        Feeder(world).feed(entries)
        world.advance(entries[-1].at + MINUTE)
        there = {profile.customer_id: facts(profile) for profile in world.profiles()}
    log, _ = events(STORIES)
    told = Refold(log, content)
    here = {one.customer_id: facts(one) for one in told.to(log[-1].at + MINUTE) if not one.merged_into}
    assert here.keys() == there.keys()
    for name, profile in here.items():
        assert profile == there[name]


def test_folding_on_changes_nothing_of_what_was_seen_before(log: Path) -> None:
    content = compile_folder(CONTENT)
    found, _ = events([str(log)])
    told = Refold(found, content)
    cut = START + 60 * DAY
    early = told.to(cut)
    before = snapshot(early, cut, content)
    told.to(found[-1].at)
    assert snapshot(early, cut, content) == before
    assert snapshot(Refold([event for event in found if event.at <= cut], content).to(cut), cut, content) == before
    with pytest.raises(ValueError, match="only be folded on"):
        told.to(cut)


def test_the_lakes_own_events_are_read_and_what_we_made_of_them_is_made_again(tmp_path: Path) -> None:
    made = [
        Event("o1", START, "ada", "track", "Order Completed", "shopify", {"total": 5}),
        Event("t1", START + 1, "ada", "timer", "recompute", "mailwright"),
        Event("k1", START + 2, "ada", "track", "Email Link Clicked", "ses", {"send_key": "k"}),
    ]
    feedback = {"eventType": "Open", "mail": {"destination": ["ada@example.com"], "timestamp": iso(START)}, "open": {}}
    lines = [*map(encode_event, made), json.dumps(feedback).encode(), b'{"type": "track", "event": "Nobody\'s"}']
    (tmp_path / "lake.ndjson").write_bytes(b"\n".join(lines))
    found, unused = events([str(tmp_path / "lake.ndjson")])
    assert [event.id for event in found] == ["o1", "k1"]
    assert found == [made[0], made[2]]
    assert unused == {"ses_feedback": 1, "missing_field": 1}
