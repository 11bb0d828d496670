"""Event logs to entries in the order of their time: NDJSON or JSON, plain or gzip, one format or several mixed."""

import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mailwright.model.problem import Problem, Quarantined
from mailwright.model.times import parse_iso
from mailwright.sources import limits, segment
from mailwright.sources.fields import shown
from mailwright.sources.recognise import Format, recognise

_BOM = b"\xef\xbb\xbf"
_encode = msgspec.json.Encoder().encode
_TIMES: dict[Format, tuple[str, ...]] = {
    "segment": ("timestamp", "originalTimestamp", "sentAt"),
    "envelope": ("time",),
    "ses": ("time", "timestamp", "Timestamp"),
}


class Unreadable(Exception):
    """A file that cannot be read at all; the message names it."""


class Place(NamedTuple):
    """Where a record stood: `line` 0 when its file is one JSON document, `item` 0 when its line is one record."""

    file: str
    line: int
    item: int

    def __str__(self) -> str:
        parts = [self.file] + [f"{name} {n}" for name, n in (("line", self.line), ("item", self.item)) if n]
        return ", ".join(parts)


class Entry(NamedTuple):
    """One record: `body` is its JSON. A record that cannot be used has no body and its reason in `refused`."""

    at: int  # event time, milliseconds UTC; 0 when the record has none
    kind: Format
    body: bytes
    place: Place
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
    for line, item, text in _records(name):
        place = Place(name, line, item)
        try:
            yield from _recognised(text, place)
        except Problem as problem:
            record = text.decode("utf-8", "backslashreplace")
            reason = f"{place}: {problem.message}"
            yield Entry(0, "segment", b"", place, Quarantined(0, "replay", problem.code, reason, record))


@contextmanager
def _opened(name: str) -> Iterator[BufferedReader]:
    """The lines of a file or of standard input (`-`), unpacked if it is gzip; Unreadable when that is not possible."""
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as stream:
            assert isinstance(stream, BufferedReader)
            packed = stream.peek(2)[:2] == b"\x1f\x8b"
            yield BufferedReader(gzip.GzipFile(fileobj=stream)) if packed else stream
    except IsADirectoryError:
        raise Unreadable(f"{name} is a folder: name the files in it, as in {name}/*.jsonl") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(f"{name} is damaged gzip: {error}") from None
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror or error}") from None


def _records(name: str) -> Iterator[tuple[int, int, bytes]]:
    """(line, item, JSON text) of each record: a line each, or the items of one JSON document that spans lines.

    Lines and items count from 1; an item of 0 is the whole line, a line of 0 the whole file.
    """
    with _opened(name) as stream:
        lines = enumerate(stream, 1)
        begin = next(((number, line) for number, line in lines if line.removeprefix(_BOM).strip()), None)
        if begin is None:
            return
        start, first = begin[0], begin[1].removeprefix(_BOM)
        if not _is_json(first):
            rest = first + stream.read()
            whole = _document(rest)
            if whole is not None:
                items = whole if isinstance(whole, list) else [whole]
                yield from ((0, number, _encode(item)) for number, item in enumerate(items, 1))
                return
            first, *others = rest.splitlines()
            lines = enumerate(others, start + 1)
        for number, line in chain([(start, first)], lines):
            if text := line.strip():
                yield from ((number, item, part) for item, part in _items(text))


def _items(line: bytes) -> Iterator[tuple[int, bytes]]:
    if line[:2] == b"[{":  # a JSON array on one line
        items = _document(line)
        if isinstance(items, list):
            yield from ((number, _encode(item)) for number, item in enumerate(items, 1))
            return
    yield 0, line


def _is_json(line: bytes) -> bool:
    return _document(line) is not None


def _document(content: bytes) -> Any:
    """A JSON value, or None when this is not one; NaN is left for `limits.decode` to refuse by name."""
    try:
        return json.loads(content, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        return None


def _recognised(text: bytes, place: Place) -> Iterator[Entry]:
    value = limits.decode(text)
    kind = recognise(value)
    if kind != "batch":
        yield Entry(_time(value, kind), kind, text, place)
        return
    for message in segment.messages(value):
        if not isinstance(message, dict):
            raise Problem("invalid_message", f"a message must be an object, not {shown(message)}")
        yield Entry(_time(message, "segment"), "segment", _encode(message), place)


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
