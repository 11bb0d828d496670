"""`mailwright segments`: what a replay left behind, asked about segments."""

import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from local.cli import cli
from local.segments.explain import explained, text
from local.segments.sizes import quintiles
from mailwright.content.publish import compile_folder
from mailwright.content.rules import parse_rule
from mailwright.model.content import Content, Segment

SHIPPED = Path(__file__).parents[2] / "layers" / "content"


def run(line: str) -> Result:
    result = CliRunner().invoke(cli, shlex.split(line))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def call(user: str, event: str, at: str, **properties: object) -> str:
    message = {"type": "track", "event": event, "userId": user, "messageId": f"{user}-{at}-{event}", "timestamp": at}
    return json.dumps({**message, "properties": properties})


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ada, worth 600, and Ben, who looked; a week passes."""
    folder = tmp_path_factory.mktemp("replayed")
    log = [
        call("ada", "Order Completed", "2026-11-01T10:00:00Z", order_id="o1", total=600),
        *(call("ben", "Product Viewed", f"2026-11-02T10:0{n}:00Z", product_id=f"p{n}") for n in range(6)),
    ]
    (folder / "log.ndjson").write_text("\n".join(log))
    told = run(f"replay {folder}/log.ndjson --engine memory --until 10d --content {SHIPPED} --out {folder}/out")
    assert told.exit_code == 0, told.output
    return folder / "out"


def row(output: str, name: str) -> list[str]:
    (line,) = [line for line in output.splitlines() if line.startswith(f"{name} ")]
    return line.split()[1:]


def test_sizes_with_what_the_last_night_changed(out: Path) -> None:
    told = run(f"segments --out {out}")
    assert told.exit_code == 0
    assert row(told.output, "high-value") == ["1", "50.0", "%", "0", "0", "0"]
    assert row(told.output, "window-shoppers")[0] == "0"  # Ben's views are a week old
    assert "2 customers, 11 nightly runs, the last 20261112T030000Z." in told.output


def test_who_came_and_went_since_the_last_run_with_whom_it_found(tmp_path: Path) -> None:
    log = [
        *(call("ben", "Product Viewed", f"2026-11-02T10:0{n}:00Z", product_id=f"p{n}") for n in range(6)),
        *(call("cy", "Product Viewed", f"2026-11-09T20:0{n}:00Z", product_id=f"p{n}") for n in range(6)),
    ]
    (tmp_path / "log.ndjson").write_text("\n".join(log))
    replayed = f"replay {tmp_path}/log.ndjson --engine memory --until 5s --content {SHIPPED} --out {tmp_path}/out"
    assert run(replayed).exit_code == 0
    told = run(f"segments --out {tmp_path}/out")
    # The run of the night found Ben's week over; Cy came in the evening.
    assert row(told.output, "window-shoppers") == ["1", "50.0", "%", "0", "1", "1", "-1"]
    assert "the last 20261109T030000Z.\nCame and went: since that run" in told.output


def test_before_the_first_run_all_came_since_the_beginning(tmp_path: Path) -> None:
    log = (call("ben", "Product Viewed", f"2026-11-02T10:0{n}:00Z", product_id=f"p{n}") for n in range(6))
    (tmp_path / "log.ndjson").write_text("\n".join(log))
    run(f"replay {tmp_path}/log.ndjson --engine memory --until 5s --content {SHIPPED} --out {tmp_path}/out")
    told = run(f"segments --out {tmp_path}/out")
    assert row(told.output, "window-shoppers") == ["1", "100.0", "%", "+1", "1", "0"]
    assert "1 customer, no nightly run yet." in told.output


def test_every_night_of_a_replay_is_written_down(out: Path) -> None:
    nights = [json.loads(line) for line in (out / "segments.ndjson").read_text().splitlines()]
    assert [night["counts"]["sizes"]["window-shoppers"] for night in nights] == [0] + [1] * 6 + [0] * 4
    assert sum(night["counts"]["left"].get("window-shoppers", 0) for night in nights) == 1


def test_a_reason_names_every_term_and_what_it_read(out: Path) -> None:
    told = run(f"segments explain ben window-shoppers --out {out} --content {SHIPPED}")
    assert told.output.splitlines() == [
        "no      window-shoppers: orders = 0 AND product_views_7d >= 5",
        "  no      all of",
        "    yes     orders = 0   (orders is 0)",
        "    no      product_views_7d >= 5   (product_views_7d is 0)",
        "As last folded, ben is not in window-shoppers.",
    ]


def test_other_rules_are_tried_without_writing(out: Path, tmp_path: Path) -> None:
    before = {file: file.read_bytes() for file in out.iterdir() if file.is_file()}
    content = tmp_path / "content"
    for file in SHIPPED.rglob("*"):
        if file.is_file():
            copy = content / file.relative_to(SHIPPED)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    rule = content / "segments" / "high-value.yaml"
    rule.write_text(
        rule.read_text().replace("lifetime_value >= 500", "lifetime_value >= 700").replace(": 500", ": 700")
    )
    told = run(f"segments recompute --out {out} --content {content}")
    assert told.exit_code == 0, told.output
    assert row(told.output, "high-value") == ["0", "0", "1"]
    assert "1 of 2 customers would be woken; nothing was written." in told.output
    assert {file: file.read_bytes() for file in out.iterdir() if file.is_file()} == before


def test_overlap_and_rfm_stand_in_tables(out: Path) -> None:
    assert row(run(f"segments overlap --out {out}").output, "high-value") == [
        "new-customers",
        "1",
        "100",
        "%",
        "100",
        "%",
    ]
    told = run(f"segments rfm --out {out}")
    assert "1 potential_loyal" in told.output
    assert "monetary: [600]  # fewer than five groups" in told.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("segments --out nowhere", "nowhere/states.ndjson cannot be read"),
        ("segments explain nobody high-value --out {out}", "nobody has the id or address 'nobody'"),
        ("segments explain ada high-vlaue --out {out}", "did you mean high-value?"),
        ("segments recompute --content nowhere --out {out}", "there is no folder nowhere"),
    ],
)
def test_what_is_not_there_is_named(out: Path, line: str, told: str) -> None:
    result = run(line.format(out=out))
    assert result.exit_code == 2
    assert told in result.output


def test_quintiles_part_into_fifths_and_leave_out_what_would_repeat() -> None:
    assert quintiles([float(n) for n in range(1, 101)]) == [21, 41, 61, 81]
    assert quintiles([1, 1, 1, 1, 1, 1, 1, 2, 3, 9]) == [1, 3]
    assert quintiles([]) == []


def test_terms_are_written_as_the_rule_language_writes_them() -> None:
    rule = "country IN ('DE', 'it''s') AND NOT city LIKE 'a%' AND (age + 1 > 2 OR age IS NOT NULL) AND has_email = TRUE"
    tree = parse_rule(rule, ())
    assert parse_rule(text(tree), ()) == tree
    segment = Segment("all", "all", tree, rule)
    lines = list(explained("all", Content(compile_folder(SHIPPED).shop, segments={"all": segment}), {"age": 3}))
    assert [line.split()[0] for line in lines] == [
        "unknown",
        "unknown",
        "unknown",
        "unknown",
        "unknown",
        "yes",
        "yes",
        "yes",
        "unknown",
    ]
