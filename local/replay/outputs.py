"""What a replay leaves behind: the outbox, three NDJSON files and the report, written whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from local.world.world import World
from mailwright.fold.document import document
from mailwright.metrics.account import final
from mailwright.model.times import iso

_FILES = ("outbox", "sends.ndjson", "profiles.ndjson", "quarantine.ndjson", "report.html")
_line = msgspec.json.Encoder().encode


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


def write(world: World, out: Path, report: str) -> None:
    """Put the files into `out`, replacing those of an earlier replay; OSError when that is not possible."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".replay-", dir=out) as kept:
        draft = Path(kept)
        (draft / "outbox").mkdir()
        for mail in world.mail:
            (draft / "outbox" / f"{mail.number}.eml").write_bytes(mail.raw)
        _ndjson(draft / "sends.ndjson", sends(world))
        currency = world.content.shop.currency
        _ndjson(draft / "profiles.ndjson", (document(one, world.now, currency) for one in world.profiles()))
        _ndjson(draft / "quarantine.ndjson", (_kept(one) for one in map(msgspec.to_builtins, world.quarantined)))
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


def _kept(record: Mapping[str, Any]) -> dict[str, Any]:
    return {**record, "at": iso(record["at"])}


def _ndjson(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with file.open("wb") as stream:
        for row in rows:
            stream.write(_line(row) + b"\n")


def _replace(made: Path, wanted: Path) -> None:
    if wanted.is_dir() and not wanted.is_symlink():
        shutil.rmtree(wanted)
    made.replace(wanted)
