"""Finds one customer in what a replay wrote."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from mailwright.model.send import SendRecord
from mailwright.model.times import parse_iso

_read = msgspec.json.Decoder(dict[str, Any]).decode


class NotFound(Exception):
    """There is no such customer, or no replay was written where one was looked for; the message says what to do."""


def profile(out: Path, name: str) -> dict[str, Any]:
    """The document of the customer with this id or email address, or who once had this id, in OUT/profiles.ndjson."""
    known: list[str] = []
    was: dict[str, Any] | None = None
    for document in _lines(out, "profiles.ndjson", "traits"):
        names = [document["customer_id"], document["traits"].get("email")]
        if name in names:
            return document
        if name in document.get("aliases", ()):
            was = document
        known += [one for one in names if isinstance(one, str)]
    if was is not None:
        return was
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"{out}/profiles.ndjson has everyone"
    raise NotFound(f"nobody has the id or address {name!r} ({hint})")


def sends(out: Path, customer_id: str) -> list[SendRecord]:
    """What became of each email planned for a customer, in the order of OUT/sends.ndjson."""
    return [_record(row) for row in _lines(out, "sends.ndjson", "trace") if row["customer_id"] == customer_id]


def _lines(out: Path, name: str, needed: str) -> Iterator[dict[str, Any]]:
    file = out / name
    try:
        with file.open("rb") as stream:
            for row in map(_read, stream):
                if not {"customer_id", needed} <= row.keys():
                    raise _not_ours(file)
                yield row
    except OSError as error:
        hint = f"`mailwright replay FILE --out {out}` writes it"
        raise NotFound(f"{file} cannot be read: {error.strerror}; {hint}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _not_ours(file) from None


def _not_ours(file: Path) -> NotFound:
    return NotFound(f"{file} is not what `mailwright replay` writes")


def _record(row: dict[str, Any]) -> SendRecord:
    kind = next(kind for kind in ("journey", "campaign") if kind in row)
    return SendRecord(
        key=row["key"],
        customer_id=row["customer_id"],
        at=parse_iso(row["at"]),
        program=f"{kind}:{row[kind]}",
        template=row["template"],
        state=row["state"],
        held=row["held"] or "",
        to=row["to"],
        subject=row["subject"],
        planned_at=parse_iso(row["planned_at"]),
        trace=row["trace"],
    )
