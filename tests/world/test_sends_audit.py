"""`mailwright sends --audit`: a replay's own account balances, and one that was tampered with does not."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from local.audit import NoAccount, of_journal, of_replay
from local.cli import cli
from mailwright.metrics.account import ENDS
from mailwright.model.send import SendRecord, encode_json


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "outbox").mkdir()
    rows = []
    for number, state in enumerate(("accepted", "accepted", "suppressed", "expired", "unconfirmed"), 1):
        file = f"outbox/{number}.eml" if state == "accepted" else None
        if file:
            (tmp_path / file).write_bytes(b"mail")
        held = "" if state == "accepted" else "no_consent"
        rows.append({"key": f"k{number}", "state": state, "held": held or None, "outbox": file, "customer_id": "c",
                     "template": "t"})  # fmt: skip
    write(tmp_path, rows)
    return tmp_path


def write(out: Path, rows: list[dict]) -> None:
    (out / "planned.txt").write_text("".join(f"k{number}\n" for number in range(1, 6)))
    (out / "sends.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))


def rows_of(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "sends.ndjson").read_text().splitlines()]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["sends", *arguments])
    return result.exit_code, result.output


def test_an_account_that_balances_says_so_with_its_numbers(out: Path) -> None:
    code, said = run("--audit", "--out", str(out))
    assert code == 0
    assert "5 planned = 2 accepted + 1 unconfirmed + 0 failed + 1 expired + 0 cancelled + 1 suppressed" in said
    assert "It balances" in said


def test_an_email_that_came_to_no_end_turns_the_audit_red(out: Path) -> None:
    write(out, rows_of(out)[:-1])
    code, said = run("--audit", "--out", str(out))
    assert code == 1
    assert "1 emails were planned and came to no end: k5" in said
    assert run("--out", str(out))[0] == 0  # without --audit it only counts


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows.append(dict(rows[0])), "2 lines for the email k1"),
        (lambda rows: rows.append({**rows[2], "key": "k9"}), "1 emails came to an end and were never planned: k9"),
        (lambda rows: rows[2].update(state="accepted"), "1 emails are accepted and not in the outbox: k3"),
        (lambda rows: rows[0].update(state="expired"), "1 emails are in the outbox and counted as not sent: k1"),
        (lambda rows: rows[1].update(outbox="outbox/1.eml"), "outbox/1.eml belongs to 2 emails"),
        (lambda rows: rows[4].update(state="claimed"), "states that are no end: claimed"),
    ],
)
def test_whatever_does_not_add_up_is_named(out: Path, change, said: str) -> None:
    rows = rows_of(out)
    change(rows)
    write(out, rows)
    assert said in of_replay(out).wrong


def test_an_email_nobody_accounts_for_is_found(out: Path) -> None:
    (out / "outbox" / "9.eml").write_bytes(b"mail")
    assert of_replay(out).wrong == ["1 files in the outbox that no email accounts for: outbox/9.eml"]


def test_a_journal_counts_each_email_once_by_the_line_that_knows_most(tmp_path: Path) -> None:
    lines = [SendRecord("a", "c", 1, "p", "t", "unconfirmed"), SendRecord("a", "c", 2, "p", "t", "accepted")]
    plain, packed = tmp_path / "one.ndjson", tmp_path / "two.ndjson.gz"
    plain.write_bytes(encode_json(lines[0]) + b"\n")
    packed.write_bytes(gzip.compress(encode_json(lines[1]) + b"\n"))
    found = of_journal([plain, packed])
    assert (found.counts["planned"], found.counts["accepted"], found.wrong) == (1, 1, [])
    assert of_journal([tmp_path]) == found  # a folder is what is in it
    assert sum(found.counts[end] for end in ENDS) == 1


def test_wrong_paths_and_wrong_files_are_answered_in_words(tmp_path: Path) -> None:
    code, said = run("--audit", "--out", str(tmp_path / "nowhere"))
    assert code == 2
    assert "planned.txt does not exist" in said
    (tmp_path / "x.ndjson").write_text("not json\n")
    code, said = run(str(tmp_path / "x.ndjson"))
    assert code == 2
    assert "x.ndjson:1 is not a line of the journal" in said
    whole = gzip.compress(b"x" * 1000, mtime=0)
    for broken in (b"no gzip", whole[:-9], whole[:12] + b"\xff\xff" + whole[14:]):
        (tmp_path / "x.gz").write_bytes(broken)
        with pytest.raises(NoAccount, match="cannot be read"):
            of_journal([tmp_path / "x.gz"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoAccount, match="has no journal files"):
        of_journal([tmp_path / "empty"])


def test_a_reason_counts_once_however_often_the_journal_has_it(tmp_path: Path) -> None:
    line = encode_json(SendRecord("a", "c", 1, "p", "t", "suppressed", "capped")) + b"\n"
    (tmp_path / "one.ndjson").write_bytes(line * 3)
    assert of_journal([tmp_path]).held == {"capped": 1}
