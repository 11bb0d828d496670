"""`mailwright replay` as a user meets it: what goes in, what comes out, and that it is the same every time."""

import gzip
import json
import os
import signal
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from local.cli import cli

ROOT = Path(__file__).parents[2]
STORIES = sorted(str(path) for path in (ROOT / "events/stories").glob("*.jsonl"))
CART = {
    "type": "track",
    "event": "Product Added",
    "userId": "ada",
    "messageId": "m-1",
    "timestamp": "2026-11-01T10:00:00Z",
    "properties": {"product_id": "p-1", "name": "Candle", "price": 12.5, "quantity": 1},
}
HELLO = {
    "type": "identify",
    "userId": "ada",
    "messageId": "m-0",
    "timestamp": "2026-11-01T09:59:00Z",
    "traits": {"email": "ada@example.com", "firstName": "Ada", "marketing_consent": "granted"},
}


def mailwright(*words: str, given: bytes = b"", cwd: Path | None = None, **environment: str) -> "Done":
    done = subprocess.run(
        [sys.executable, "-m", "local", *words], input=given, capture_output=True, cwd=cwd or ROOT, check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT}/layers/core/python", **environment},
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def inside(*words: str, given: bytes = b"") -> "Done":
    """The same in this process: no start to pay for."""
    done = CliRunner().invoke(cli, words, input=given, catch_exceptions=False)
    return Done(done.exit_code, done.stdout, done.stderr)


class Done:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def figures(self) -> dict[str, Any]:
        assert self.code == 0, self.err
        found: dict[str, Any] = json.loads(self.out)
        return found


def replayed(tmp_path: Path, *records: Any, options: tuple[str, ...] = ()) -> dict[str, Any]:
    log = tmp_path / "log.ndjson"
    log.write_text("".join(json.dumps(record) + "\n" for record in records))
    return inside("replay", str(log), "--engine", "memory", "--json", "--out", str(tmp_path / "out"), *options).figures


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_cart_left_behind_brings_its_reminder_an_hour_later(tmp_path: Path) -> None:
    figures = replayed(tmp_path, HELLO, CART)
    assert (figures["events"], figures["customers"], figures["quarantined"]) == (2, 1, 0)
    sends = lines(tmp_path / "out/sends.ndjson")
    reminder = next(send for send in sends if send.get("journey") == "cart-abandoned")
    assert reminder["at"] > "2026-11-01T11:00"
    assert reminder["at"] < "2026-11-01T11:05"
    assert (reminder["to"], reminder["state"], reminder["held"]) == ("ada@example.com", "accepted", None)
    mail = message_from_bytes((tmp_path / "out" / reminder["outbox"]).read_bytes())
    assert mail["To"] == "ada@example.com"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert figures["accepted"] == len(list((tmp_path / "out/outbox").iterdir()))
    (ada,) = lines(tmp_path / "out/profiles.ndjson")
    assert ada["customer_id"] == "ada"
    assert ada["cart"]["lines"][0]["product_id"] == "p-1"
    assert "ada@example.com" in (tmp_path / "out/report.html").read_text()


def test_the_same_log_gives_the_same_bytes_whatever_the_machine(tmp_path: Path) -> None:
    for name, zone, seed in (("a", "UTC", "1"), ("b", "Pacific/Apia", "2")):
        done = mailwright("replay", *STORIES, "--engine", "memory", "--out", str(tmp_path / name), TZ=zone,
                          PYTHONHASHSEED=seed)  # fmt: skip
        assert done.code == 0, done.err
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_both_engines_tell_the_same_of_everyone(tmp_path: Path) -> None:
    for engine in ("memory", "moto"):
        assert inside("replay", *STORIES, "--engine", engine, "--out", str(tmp_path / engine)).code == 0
    for name in ("profiles.ndjson", "quarantine.ndjson", "sends.ndjson"):
        assert (tmp_path / "memory" / name).read_bytes() == (tmp_path / "moto" / name).read_bytes()


@pytest.mark.parametrize("form", ["array", "pretty", "gzip", "stdin", "batch", "bom"])
def test_a_log_may_come_in_any_form(form: str, tmp_path: Path) -> None:
    records = [HELLO, CART]
    ndjson = "".join(json.dumps(record) + "\n" for record in records).encode()
    content = {
        "array": json.dumps(records).encode(),
        "pretty": json.dumps(records, indent=2).encode(),
        "gzip": gzip.compress(ndjson),
        "stdin": ndjson,
        "batch": json.dumps({"batch": records}).encode(),
        "bom": b"\xef\xbb\xbf" + ndjson,
    }[form]
    log = tmp_path / "log"
    log.write_bytes(content)
    name = "-" if form == "stdin" else str(log)
    run = mailwright if form == "stdin" else inside
    done = run("replay", name, "--engine", "memory", "--json", "--out", str(tmp_path / "out"), given=content)
    assert (done.figures["events"], done.figures["customers"], done.figures["quarantined"]) == (2, 1, 0)


def test_what_cannot_be_used_is_kept_whole_with_its_line_and_harms_no_neighbour(tmp_path: Path) -> None:
    log = tmp_path / "log.ndjson"
    broken = '{"type":"track","event":"Product Added"'
    log.write_text("\n".join([json.dumps(HELLO), broken, json.dumps(CART), '{"odd": 1}', '{"type":"track","x":NaN}']))
    figures = inside("replay", str(log), "--engine", "memory", "--json", "--out", str(tmp_path / "out")).figures
    assert (figures["events"], figures["quarantined"]) == (2, 3)
    kept = lines(tmp_path / "out/quarantine.ndjson")
    assert broken in [record["record"] for record in kept]
    assert any("log.ndjson, line 2:" in record["reason"] for record in kept)
    assert {record["code"] for record in kept} == {"malformed_json", "unknown_format"}


def test_an_event_too_large_for_any_request_is_kept(tmp_path: Path) -> None:
    figures = replayed(tmp_path, HELLO, {**CART, "properties": {"note": "x" * 600_000}})
    assert (figures["events"], figures["quarantined"]) == (1, 1)
    (kept,) = lines(tmp_path / "out/quarantine.ndjson")
    assert kept["code"] == "event_too_large"


def test_without_consent_nothing_goes_out_unless_it_is_assumed(tmp_path: Path) -> None:
    mute = {**HELLO, "traits": {"email": "ada@example.com"}}
    assert replayed(tmp_path, mute, CART)["accepted"] == 0
    assumed = replayed(tmp_path, mute, CART, options=("--assume-consent",))
    assert assumed["accepted"] > 0
    assert assumed["events"] == 2  # what we assumed is not counted


def test_what_the_log_says_of_consent_outranks_what_is_assumed(tmp_path: Path) -> None:
    denied = {**HELLO, "traits": {"email": "ada@example.com", "marketing_consent": "denied"}}
    figures = replayed(tmp_path, denied, CART, options=("--assume-consent",))
    assert figures["accepted"] == 0
    assert set(figures["held"]) <= {"opted_out", "no_consent"}


def test_time_can_be_stopped_before_anything_is_due(tmp_path: Path) -> None:
    figures = replayed(tmp_path, CART, options=("--until", "30m"))
    assert figures["planned"] == 0
    assert figures["ended_at"] == "2026-11-01T10:30:00.000Z"


def test_a_second_replay_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    replayed(tmp_path, HELLO, CART)
    replayed(tmp_path, CART)
    assert list((tmp_path / "out/outbox").iterdir()) == []
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere.ndjson",), "nowhere.ndjson cannot be read"),
        ((".",), ". is a folder"),
        (("log", "--until", "soon"), "'soon' is not a duration"),
        (("log", "--content", "nowhere"), "there is no folder nowhere"),
        (("log", "--engine", "postgres"), "'moto', 'memory'"),
        (("log", "--out", "log"), "log cannot be written"),
    ],
)
def test_a_mistake_is_told_in_one_line_and_nothing_is_written(
    words: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    (tmp_path / "log").write_text(json.dumps(CART))
    done = mailwright("replay", *words, cwd=tmp_path)
    assert done.code == 2
    assert told in done.err.replace("\n", " ")
    assert "Traceback" not in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log"]


def test_an_empty_log_is_an_empty_replay(tmp_path: Path) -> None:
    assert replayed(tmp_path)["customers"] == 0
    assert "<html" in (tmp_path / "out/report.html").read_text()


def test_ctrl_c_in_the_middle_leaves_no_files(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "local", "replay", "-", "--engine", "memory", "--out", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT}/layers/core/python"}
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as running:
        assert running.stdin is not None
        running.stdin.write(
            b"".join(json.dumps({**CART, "messageId": f"m-{n}"}).encode() + b"\n" for n in range(5_000))
        )
        running.stdin.flush()  # more than a pipe holds: it is reading by now, and waits for the end
        running.send_signal(signal.SIGINT)
        assert running.stderr is not None
        told = running.stderr.read()
        running.wait(timeout=60)
    assert running.returncode == 130
    assert told.decode().splitlines()[-1] == "mailwright replay: stopped; nothing was written"
    assert not (tmp_path / "out").exists()
