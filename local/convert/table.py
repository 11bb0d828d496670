"""An export as rows: plain or gzip, from a file or standard input, each with the line it begins on."""

import csv
import gzip
import io
from collections.abc import Iterator
from typing import IO, NamedTuple, cast

_LONGEST = 1_000_000  # characters of one field; an unclosed quote would otherwise swallow the rest of the file


class Row(NamedTuple):
    """`line` counts from 1; `fields` are as they stand in the file."""

    line: int
    fields: list[str]


class Broken(NamedTuple):
    """A row that the CSV reader could not read."""

    line: int
    why: str


def open_table(raw: IO[bytes], encoding: str) -> io.TextIOWrapper:
    """Text of an export, unpacked when it is gzip. Bytes that are no text survive as surrogates, to be reported."""
    buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", raw))
    packed = buffered.peek(2)[:2] == b"\x1f\x8b"
    stream = cast("IO[bytes]", gzip.GzipFile(fileobj=buffered)) if packed else buffered
    name = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    return io.TextIOWrapper(stream, encoding=name, errors="surrogateescape", newline="")


def rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[Row | Broken]:
    """Every row, the header first; empty lines are none."""
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(text, delimiter=delimiter)
    line = 1
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Broken(line, str(error))
        else:
            if fields:
                yield Row(line, fields)
        line = reader.line_num + 1
