"""`mailwright clusters`: from a replay's results to a model, and back into a replay."""

import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from local.cli import cli
from local.clusters import run as module
from local.clusters.folder import placing
from local.report.story import Story
from local.segments.read import line
from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.model.clusters import decode_clusters
from mailwright.model.profile import Profile
from mailwright.model.times import DAY, MINUTE, iso
from mailwright.science.train import train as trained
from tests.core.shapes import shop
from tests.functions.doors import basic

SHIPPED = Path(__file__).parents[2] / "layers" / "content"
NOW = 1_795_000_000_000
CALL = {"type": "track", "event": "Order Completed", "userId": "ada", "messageId": "m1"}


def run(line: str) -> Result:
    result = CliRunner().invoke(cli, shlex.split(line))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def states(folder: Path, rows: int, kinds: tuple[str, ...] = ("regular", "new")) -> Path:
    """A replay's states of so many customers."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    lines = []
    for n, (since, orders, value, known, *_) in enumerate(shop(rng, rows, kinds)):
        first, last = NOW - int(known * DAY), NOW - int((since or 0) * DAY)
        totals = [0] * 5 + [int(orders), int(value * 100)]
        made = Profile(f"c{n}", first_seen=first, last_seen=last, first_order=first, last_order=last, totals=totals)
        lines.append(line(made, NOW))
    (folder / "states.ndjson").write_bytes(b"".join(lines))
    return folder


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "trained", lambda *given: trained(*given, references=4, bootstraps=2))


def test_training_tells_what_speaks_for_the_clusters_and_keeps_them(tmp_path: Path) -> None:
    out = states(tmp_path / "out", 600)
    told = run(f"clusters train --out {out} --content {SHIPPED}")
    assert told.exit_code == 0, told.output
    for words in (
        "silhouette",
        "elbow",
        "agglomerative (Ward)",
        "DBSCAN",
        "Frequent buyers: 300 customers, 50.0 %",
    ):
        assert words in told.output, words
    version = told.output.splitlines()[-2].partition(":")[0]
    assert f"\n{version}: in use.\n" in told.output
    assert told.output.endswith(f"`mailwright replay FILE --clusters {out}`, `serve --clusters {out}`.\n")
    shown = run(f"clusters show --out {out}")
    assert shown.output.splitlines()[:-1] == told.output.splitlines()[:-2]
    model = decode_clusters(run(f"clusters show --out {out} --json").output.encode())
    assert model.version == version
    assert run(f"clusters train --out {out} --content {SHIPPED}").output == told.output  # the same ones, again
    assert [path.name for path in (out / "models/clusters").iterdir() if path.name != "current.json"] == [
        f"{version}.json"
    ]


def sized(out: Path, content: Path) -> str:
    lines = run(f"segments recompute --out {out} --content {content}").output.splitlines()
    return next(line.split()[1] for line in lines if line.startswith("those "))


def test_segments_that_ask_for_a_cluster_can_be_tried(tmp_path: Path) -> None:
    out, content = states(tmp_path / "out", 600), tmp_path / "content"
    shutil.copytree(SHIPPED, content)
    rule = "description: Those.\nwhen: cluster = 'Frequent buyers'\nexamples:\n  in: [{cluster: Frequent buyers}]\n"
    (content / "segments/those.yaml").write_text(rule + "  out: [{cluster: Others}, {}]\n")
    assert run(f"check {content}").exit_code == 0
    assert sized(out, content) == "0"
    run(f"clusters train --out {out} --content {content}")
    assert sized(out, content) == "300"
    why = run(f"segments explain c0 those --out {out} --content {content}").output
    assert "(cluster is 'Frequent buyers')" in why


def test_what_is_refused_is_published_nowhere(tmp_path: Path) -> None:
    out = states(tmp_path / "out", 40)
    told = run(f"clusters train --out {out} --content {SHIPPED}")
    assert told.exit_code == 0
    assert "no structure: 40 customers are too few to tell: 500 are needed" in told.output
    assert told.output.endswith("nothing was published.\n")
    shown = run(f"clusters show --out {out}")
    assert (shown.exit_code, "there are no clusters in" in shown.output) == (2, True)
    verdict = json.loads(run(f"clusters train --out {out} --content {SHIPPED} --json").output)
    assert (verdict["verdict"], verdict["clusters"]) == ("no structure", [])


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    out = states(tmp_path / "out", 600)
    told = run(f"clusters train --out {out} --content {SHIPPED} --dry-run")
    assert told.output.endswith("nothing was written.\n")
    assert [path.name for path in out.iterdir()] == ["states.ndjson"]


def test_one_can_go_back_to_an_earlier_model(tmp_path: Path) -> None:
    out = states(tmp_path / "out", 600)
    first = json.loads(run(f"clusters train --out {out} --content {SHIPPED} --json").output)
    states(out, 900, ("regular", "new", "faded"))
    second = json.loads(run(f"clusters train --out {out} --content {SHIPPED} --json").output)
    assert second["drift"]["former"] == first["version"] != second["version"]
    told = run(f"clusters use {first['version']} --out {out}")
    assert told.output.startswith(f"{first['version']} is in use: ")
    assert json.loads(run(f"clusters show --out {out} --json").output) == first
    assert json.loads(run(f"clusters show {second['version']} --out {out} --json").output) == second


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("clusters train --out nowhere", "nowhere/states.ndjson cannot be read"),
        ("clusters show --out nowhere", "there is no folder nowhere"),
        ("clusters show nonsense --out .", "there is no model 'nonsense'"),
        ("clusters use nonsense --out .", "there is no model 'nonsense'"),
        ("clusters train --out . --content nowhere", "there is no folder nowhere"),
        ("clusters trian", "No such command 'trian'"),
        ("replay log.ndjson --clusters nowhere.json", "nowhere.json cannot be read"),
        ("replay log.ndjson --clusters log.ndjson", "log.ndjson is no model that can be read"),
        ("replay log.ndjson --clusters .", "there are no clusters in .: `mailwright clusters train --out .`"),
        ("serve --port 0 --clusters nowhere.json", "nowhere.json cannot be read"),
        ("serve --port 0 --clusters .", "there are no clusters in ."),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, says: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.ndjson").write_text(json.dumps(CALL | {"timestamp": "2026-11-01T10:00:00Z"}))
    told = run(line)
    assert told.exit_code == 2
    assert says in told.output
    assert "Traceback" not in told.output


def test_four_characters_name_a_model_and_a_wrong_name_is_told_which_there_are(tmp_path: Path) -> None:
    out = states(tmp_path / "out", 600)
    version = json.loads(run(f"clusters train --out {out} --content {SHIPPED} --json").output)["version"]
    assert run(f"clusters use {version[:4]} --out {out}").output.startswith(f"{version} is in use: ")
    assert run(f"clusters show {version[:3]} --out {out}").output.endswith(
        f"there is no model {version[:3]!r}; kept are {version}\n"
    )


def test_a_live_world_places_customers_by_the_model_in_use_in_a_folder(tmp_path: Path) -> None:
    """What `serve --clusters` hands to the world, and what its page says of a customer."""
    out = states(tmp_path / "out", 600)
    run(f"clusters train --out {out} --content {SHIPPED}")
    content = placing(compile_folder(SHIPPED), out)
    with World("memory", content, NOW) as world:
        order = CALL | {"timestamp": iso(NOW), "properties": {"order_id": "o1", "total": 90}}
        body = json.dumps({"batch": [order]}).encode()
        assert world.http("POST", "/v1/batch", {"authorization": basic("local")}, body).status == 200
        world.run_out(NOW + 10 * MINUTE)
        assert ["cluster: New customers", False] in Story(world).customer("ada")["chips"]


def test_a_replay_places_customers_by_the_model_it_is_given(tmp_path: Path) -> None:
    out = states(tmp_path / "trained", 600)
    run(f"clusters train --out {out} --content {SHIPPED}")
    model = next(path for path in (out / "models/clusters").glob("*.json") if path.name != "current.json")
    calls = [
        CALL
        | {
            "messageId": f"m{n}",
            "timestamp": f"2026-11-{n + 1:02}T10:00:00Z",
            "properties": {"order_id": f"o{n}", "total": 90},
        }
        for n in range(12)
    ]
    log = tmp_path / "log.ndjson"
    log.write_text("\n".join(map(json.dumps, calls)))
    for options, cluster in (
        ("", None),
        (f"--clusters {model}", "Frequent buyers"),
        (f"--clusters {out}", "Frequent buyers"),
    ):
        told = run(f"replay {log} --engine memory --content {SHIPPED} --out {tmp_path}/out --until 2d {options}")
        assert told.exit_code == 0, told.output
        (ada,) = map(json.loads, (tmp_path / "out/profiles.ndjson").read_text().splitlines())
        assert ada["cluster"] == cluster
