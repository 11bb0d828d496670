"""Where a conversion reads and writes: files that appear whole or not at all, standard input and output."""

import gzip
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

from local.convert.column_map import ColumnMap
from local.convert.run import Report, convert


class Unwritable(Exception):
    """An output file cannot be made."""


def converted(column_map: ColumnMap, file: Path, out: Path | None, rejects: Path | None) -> Report:
    """Convert `file` (- for standard input) to `out`, refused rows to `rejects`. OSError when it cannot be read."""
    if rejects is None and out is not None:
        rejects = out.with_name(out.name + ".rejects.ndjson")
    with ExitStack() as stack:
        source = sys.stdin.buffer if str(file) == "-" else stack.enter_context(file.open("rb"))
        write: Callable[[bytes], object] = sys.stdout.buffer.write
        if out is not None:
            write = stack.enter_context(_appearing(out)).write
        reject: Callable[[bytes], object] = len  # counted by the report, kept nowhere
        if rejects is not None:
            reject = stack.enter_context(_appearing(rejects)).write
        report = convert(column_map, source, write, reject)
    sys.stdout.flush()
    return report


@contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes its name when all is written; gzip when its name says so."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        plain = draft.open("wb")
    except OSError as error:
        raise Unwritable(f"{path} cannot be written: {error.strerror}") from error
    try:
        with plain:
            if path.suffix == ".gz":
                with gzip.GzipFile("", "wb", fileobj=plain, mtime=0) as packed:
                    yield cast("IO[bytes]", packed)
            else:
                yield plain
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
