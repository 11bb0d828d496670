"""Does the account of emails balance? What was planned against what became of it, and against the emails themselves."""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mailwright.metrics.account import ENDS, account, final
from mailwright.model.send import SendRecord

_record = msgspec.json.Decoder(SendRecord).decode


class NoAccount(ValueError):
    """There is nothing to audit, or it cannot be read: what, where and what to do."""


class Audit(NamedTuple):
    """`counts`: planned, each end, open. `wrong`: what does not balance, in words; empty when all does."""

    counts: dict[str, int]
    held: dict[str, int]
    wrong: list[str]


def of_replay(out: Path) -> Audit:
    """Audit what `mailwright replay` wrote: planned.txt, sends.ndjson and outbox/."""
    planned = [line.strip() for _, line in _lines(out / "planned.txt")]
    rows = [_row(out / "sends.ndjson", number, line) for number, line in _lines(out / "sends.ndjson")]
    records = [_as_record(row) for row in rows]
    wrong = [f"{number} lines for the email {key}" for key, number in _repeated(row["key"] for row in rows)]
    wrong += [f"{number} times planned: the email {key}" for key, number in _repeated(planned)]
    wrong += _outbox(out, rows)
    return _audit(planned, records, wrong)


def of_journal(files: Sequence[Path]) -> Audit:
    """Audit journal files (NDJSON, plain or .gz), or folders of them: every email they name must have come to an end.

    What is planned and has no line yet, because it waits, is not in a journal.
    """
    inside = [file for path in files for file in _below(path)]
    records = [_journal_line(file, number, line) for file in inside for number, line in _lines(file)]
    return _audit([record.key for record in records], records, [])


def _audit(planned: Iterable[str], records: list[SendRecord], wrong: list[str]) -> Audit:
    keys = set(planned)
    if strange := {record.key for record in records} - keys:
        wrong.append(f"{len(strange)} emails came to an end and were never planned: {_some(strange)}")
    if unknown := {record.state for record in records} - set(ENDS):
        wrong.append(f"states that are no end: {_some(unknown)}")
        records = [record for record in records if record.state in ENDS]
    counts = account(keys, records)
    if counts["open"]:
        left = keys - {record.key for record in records}
        wrong.append(f"{counts['open']} emails were planned and came to no end: {_some(left)}")
    held = Counter(record.held for record in final(records).values() if record.held)
    return Audit(counts, dict(sorted(held.items())), wrong)


def _outbox(out: Path, rows: list[dict[str, Any]]) -> list[str]:
    """An email that was accepted is one file, and a file is one such email."""
    there = {f"outbox/{file.name}" for file in (out / "outbox").glob("*.eml")}
    named = Counter(row["outbox"] for row in rows if row["outbox"])
    wrong = [f"{name} belongs to {number} emails" for name, number in named.items() if number > 1]
    unsent = [row["key"] for row in rows if row["state"] == "accepted" and row["outbox"] not in there]
    held_back = [row["key"] for row in rows if row["state"] not in ("accepted", "unconfirmed") and row["outbox"]]
    if unsent:
        wrong.append(f"{len(unsent)} emails are accepted and not in the outbox: {_some(unsent)}")
    if held_back:
        wrong.append(f"{len(held_back)} emails are in the outbox and counted as not sent: {_some(held_back)}")
    if extra := there - named.keys():
        wrong.append(f"{len(extra)} files in the outbox that no email accounts for: {_some(extra)}")
    return wrong


def _repeated(keys: Iterable[str]) -> list[tuple[str, int]]:
    return [(key, number) for key, number in Counter(keys).items() if number > 1]


def _some(names: Iterable[str]) -> str:
    ordered = sorted(map(str, names))
    return ", ".join(ordered[:3]) + (" ..." if len(ordered) > 3 else "")


def _below(path: Path) -> list[Path]:
    """The journal files of a folder, as `aws s3 sync` brings them; a file is itself."""
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in (".gz", ".ndjson"))
    if not found:
        raise NoAccount(f"{path} has no journal files (.gz or .ndjson) in it")
    return found


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as stream:
            yield from ((number, line) for number, line in enumerate(stream, 1) if line.strip())
    except FileNotFoundError:
        raise NoAccount(f"{file} does not exist: is this what `mailwright replay --out` wrote?") from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise NoAccount(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _row(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        return {name: row[name] for name in ("key", "state", "held", "outbox", "customer_id", "template")}
    except (ValueError, KeyError, TypeError) as error:
        raise NoAccount(f"{file}:{number} is not a line of a replay's sends.ndjson: {error}") from None


def _as_record(row: dict[str, Any]) -> SendRecord:
    return SendRecord(row["key"], row["customer_id"], 0, "", row["template"], row["state"], row["held"] or "")


def _journal_line(file: Path, number: int, line: str) -> SendRecord:
    try:
        return _record(line)
    except msgspec.DecodeError as error:
        raise NoAccount(f"{file}:{number} is not a line of the journal: {error}") from None
