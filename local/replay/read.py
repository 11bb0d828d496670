"""Event logs to entries in the order of their time: NDJSON or JSON, plain or gzip, one format or several mixed."""

import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mailwright.model.problem import Problem, Quarantined
from mailwright.model.times import parse_iso
from mailwright.sources import limits, segment
from mailwright.sources.fields import shown
from mailwright.sources.recognise import Format, recognise

_encode = msgspec.json.Encoder().encode
_TIMES: dict[Format, tuple[str, ...]] = {
    "segment": ("timestamp", "originalTimestamp", "sentAt"),
    "envelope": ("time",),
    "ses": ("time", "timestamp", "Timestamp"),
}


class Unreadable(Exception):
    """A file that cannot be read at all; the message names it."""


class Entry(NamedTuple):
    """One record: `body` is its JSON. A record that cannot be used has no body and its reason in `refused`."""

    at: int  # event time, milliseconds UTC; 0 when the record has none
    kind: Format
    body: bytes
    refused: Quarantined | None = None


def read(files: Iterable[str]) -> list[Entry]:
    """Every record of the files (`-` is standard input), by event time; records of one time keep their order.

    A record without a time of its own stays behind the one before it. Unreadable when a file cannot be read.
    """
    entries: list[Entry] = []
    for name in files:
        last = 0
        for entry in _entries(name):
            at = entry.at or last
            last = at
            entries.append(entry if entry.at else entry._replace(at=at))
    start = min((entry.at for entry in entries if entry.at), default=0)
    entries = [entry if entry.at else entry._replace(at=start) for entry in entries]
    entries.sort(key=lambda entry: entry.at)
    return entries


def _entries(name: str) -> Iterator[Entry]:
    for place, text in _records(name, _content(name)):
        try:
            yield from _recognised(text)
        except Problem as problem:
            record = text.decode("utf-8", "backslashreplace")
            reason = f"{place}: {problem.message}"
            yield Entry(0, "segment", b"", Quarantined(0, "replay", problem.code, reason, record))


def _content(name: str) -> bytes:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except IsADirectoryError:
        raise Unreadable(f"{name} is a folder: name the files in it, as in {name}/*.jsonl") from None
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror or error}") from None
    except (EOFError, zlib.error) as error:
        raise Unreadable(f"{name} is damaged gzip: {error}") from None


def _records(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """(place, JSON text) of each record: a line each, or the items of one JSON document that spans lines."""
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    first = next((line for line in lines if line.strip()), b"")
    whole = None if _is_json(first) else _document(content)
    if whole is not None:
        items = whole if isinstance(whole, list) else [whole]
        yield from ((f"{name}, item {number}", _encode(item)) for number, item in enumerate(items, 1))
        return
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield from _items(f"{name}, line {number}", line)


def _items(place: str, line: bytes) -> Iterator[tuple[str, bytes]]:
    if line.lstrip()[:2] == b"[{":  # a JSON array on one line
        items = _document(line)
        if isinstance(items, list):
            yield from ((f"{place}, item {number}", _encode(item)) for number, item in enumerate(items, 1))
            return
    yield place, line


def _is_json(line: bytes) -> bool:
    return _document(line) is not None


def _document(content: bytes) -> Any:
    """A JSON value, or None when this is not one; NaN is left for `limits.decode` to refuse by name."""
    try:
        return json.loads(content, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        return None


def _recognised(text: bytes) -> Iterator[Entry]:
    value = limits.decode(text)
    kind = recognise(value)
    if kind != "batch":
        yield Entry(_time(value, kind), kind, text)
        return
    for message in segment.messages(value):
        if not isinstance(message, dict):
            raise Problem("invalid_message", f"a message must be an object, not {shown(message)}")
        yield Entry(_time(message, "segment"), "segment", _encode(message))


def _time(value: dict[str, Any], kind: Format) -> int:
    """The event time in milliseconds; 0 when it has none that can be read (its parser will say so)."""
    mail = value.get("mail")
    fields = [value.get(name) for name in _TIMES[kind]] + [mail.get("timestamp") if isinstance(mail, dict) else None]
    for given in fields:
        try:
            if isinstance(given, str) and (at := parse_iso(given)) > 0:
                return at
        except ValueError:
            continue
    return 0
