"""One conversion from bytes to bytes: rows in, NDJSON out, and every row that was refused accounted for."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

import msgspec

from local.convert.column_map import ColumnMap, MapInvalid
from local.convert.orders import Counts, Orders
from local.convert.table import Broken, Row, open_table, rows
from local.convert.values import Refused
from mailwright.content.findings import Finding, meant

_encode = msgspec.json.Encoder().encode
LINES_SHOWN = 5


class TableUnreadable(Exception):
    """The export cannot be read to its end; the message says where and why."""


@dataclass
class Report:
    """`rows` is every row below the header; each is in `counts` or in `refused` (reason -> count, first lines)."""

    rows: int = 0
    counts: Counts = field(default_factory=Counts)
    refused: dict[str, tuple[int, list[int]]] = field(default_factory=dict)

    @property
    def refused_rows(self) -> int:
        return sum(count for count, _ in self.refused.values())

    def refuse(self, reason: str, line: int) -> None:
        count, lines = self.refused.get(reason, (0, []))
        self.refused[reason] = (count + 1, [*lines, line] if len(lines) < LINES_SHOWN else lines)


def convert(
    column_map: ColumnMap, source: IO[bytes], write: Callable[[bytes], object], reject: Callable[[bytes], object]
) -> Report:
    """Convert an export. `write` gets each message, `reject` each refused row, as one line of JSON with its newline.

    Raises MapInvalid when the map names columns the file does not have, TableUnreadable when the file is damaged.
    """
    report = Report()
    line = 0
    try:
        found = rows(open_table(source, column_map.encoding), column_map.delimiter)
        orders = Orders(column_map, _header(column_map, next(found, None)))
        report.counts = orders.counts
        for row in found:
            line = row.line
            report.rows += 1
            try:
                for message in orders.add(_fields(row)):
                    write(_encode(message) + b"\n")
            except Refused as refused:
                report.refuse(refused.reason, line)
                reject(_rejected(row, refused))
        for message in orders.close():
            write(_encode(message) + b"\n")
    except (UnicodeError, EOFError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise TableUnreadable(f"the file cannot be read after line {line}: {error}") from error
    return report


def _header(column_map: ColumnMap, first: Row | Broken | None) -> list[str]:
    if not isinstance(first, Row):
        raise TableUnreadable("the file is empty" if first is None else f"the header cannot be read: {first.why}")
    header = [name.strip() for name in first.fields]
    findings: list[Finding] = []
    for column, where in column_map.used().items():
        if column not in header:
            hint = meant(column, header) or "the columns are " + ", ".join(header)
            findings.append(column_map.document.finding(where, f"the file has no column {column!r}", hint))
        elif header.count(column) > 1:
            findings.append(column_map.document.finding(where, f"the file has more than one column {column!r}"))
    if findings:
        raise MapInvalid(findings)
    return header


def _fields(row: Row | Broken) -> list[str]:
    if isinstance(row, Broken):
        raise Refused("not_csv", row.why)
    text = "".join(row.fields)
    if "\x00" in text:
        raise Refused("not_text", "the row contains a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Refused("not_text", "the row has bytes that are no text in this encoding") from None
    return row.fields


def _rejected(row: Row | Broken, refused: Refused) -> bytes:
    record = {"line": row.line, "code": refused.reason, "reason": str(refused)}
    if isinstance(row, Row):
        return json.dumps({**record, "record": row.fields}).encode() + b"\n"
    return json.dumps(record).encode() + b"\n"
