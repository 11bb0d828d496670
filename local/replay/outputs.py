"""What a replay leaves behind: the outbox, NDJSON files and the report, written whole or not at all."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from errno import EEXIST, ENOTDIR
from pathlib import Path
from typing import Any

import msgspec

from local.segments.read import MOVES, RUNS, STATES, line
from local.world.world import World
from mailwright.fold.document import document
from mailwright.metrics.account import final
from mailwright.model.problem import Quarantined
from mailwright.model.run import FOLDER
from mailwright.model.times import iso

_NDJSON = ("sends.ndjson", "profiles.ndjson", STATES, RUNS, MOVES, "quarantine.ndjson")
_FILES = ("outbox", "planned.txt", *_NDJSON, "report.html")
_MAIL = re.compile(r"\d+\.eml")
_line = msgspec.json.Encoder().encode
_sorted = msgspec.json.Encoder(order="sorted").encode


def summary(world: World, assumed: int) -> dict[str, Any]:
    """The run in numbers: what `--json` prints. `assumed` events were ours and are not counted."""
    counts = world.counts()
    states = counts["states"]
    return {
        "events": counts["events"] - assumed,
        "duplicates": counts["duplicates"],
        "quarantined": counts["quarantined"],
        "customers": len(world.profiles()),
        "planned": counts["planned"],
        "accepted": counts["accepted"],
        "held": counts["held"],
        "states": states,
        "unmatched": counts["unmatched"],
        "dead_letters": counts["dead_letters"],
        "failures": counts["failures"],
        "ended_at": iso(world.now),
    }


def check(out: Path) -> None:
    """OSError when `out` cannot take the files, so that nobody waits for a replay that could not be written."""
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(ENOTDIR, "it is a file; --out names a folder", str(out))
    outbox = out / "outbox"
    if outbox.is_dir() and any(not _MAIL.fullmatch(file.name) for file in outbox.iterdir()):
        raise FileExistsError(EEXIST, "it holds files that no replay wrote; name another folder by --out", str(outbox))


def write(world: World, out: Path, report: str, places: Iterable[str | None]) -> None:
    """Put the files into `out`, replacing those of an earlier replay; OSError when that is not possible.

    `places` says for each record in quarantine where in the input it stood.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".replay-", dir=out) as kept:
        draft = Path(kept)
        (draft / "outbox").mkdir()
        for mail in world.mail:
            (draft / "outbox" / f"{mail.number}.eml").write_bytes(mail.raw)
        # Counted where emails enter the queue, apart from what became of them: `mailwright sends --audit` compares.
        (draft / "planned.txt").write_text("".join(f"{key}\n" for key in world.tally.planned))
        _ndjson(draft / "sends.ndjson", sends(world))
        currency = world.content.shop.currency
        _ndjson(draft / "profiles.ndjson", (document(one, world.now, currency) for one in world.profiles()))
        (draft / STATES).write_bytes(b"".join(line(one, world.now) for one in world.profiles()))
        (draft / RUNS).write_bytes(b"".join(run + b"\n" for run in world.app.lake.lines(f"{FOLDER}/dt=")))
        (draft / MOVES).write_bytes(b"".join(_sorted(period) + b"\n" for period in world.moves.periods))
        _ndjson(draft / "quarantine.ndjson", map(_kept, world.quarantined, places))
        (draft / "report.html").write_text(report, encoding="utf-8")
        for name in _FILES:
            _replace(draft / name, out / name)


def sends(world: World) -> Iterable[dict[str, Any]]:
    """A line for each planned email that came to an end, in the order of planning; docs/replay.md has the fields."""
    numbers = {mail.tags.get("sk"): mail.number for mail in world.mail}
    outcomes = final(world.journal)
    for key in world.tally.planned:
        record = outcomes.get(key)
        if record is None:
            continue
        kind, _, name = record.program.partition(":")
        yield {
            "customer_id": record.customer_id,
            "at": iso(record.at),
            "planned_at": iso(record.planned_at),
            kind: name,
            "template": record.template,
            "to": record.to,
            "subject": record.subject,
            "state": record.state,
            "held": record.held or None,
            "outbox": f"outbox/{numbers[key]}.eml" if key in numbers else None,
            "key": key,
            "trace": record.trace,
        }


def _kept(record: Quarantined, place: str | None) -> dict[str, Any]:
    return {**msgspec.to_builtins(record), "at": iso(record.at), "place": place}


def _ndjson(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with file.open("wb") as stream:
        for row in rows:
            stream.write(_line(row) + b"\n")


def _replace(made: Path, wanted: Path) -> None:
    if wanted.is_dir() and not wanted.is_symlink():
        shutil.rmtree(wanted)
    made.replace(wanted)
