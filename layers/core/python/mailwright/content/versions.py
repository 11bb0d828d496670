"""Published content: one file that is always whole, and the versions before it, to go back to.

`content.json` is what is read; beside it `content.versions/<version>.json` holds the last ten, this one among them. A
version is kept before it is put in force, and it is put in force by one rename: whoever reads at any moment, or after a
kill or power cut at any moment, finds the old content or the new.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from mailwright.model.content import Content, decode_content, encode_content

KEPT = 10
SECOND = 1_000_000_000  # nanoseconds


class Kept(NamedTuple):
    version: str
    at: int  # seconds UTC when it was last published
    file: Path
    current: bool


class NoVersion(LookupError):
    """There is no such version to go back to; the message says which there are."""


def write(content: Content, file: Path) -> None:
    """The published file: equal content, equal bytes. The old one stays whole until the new one is."""
    _put(encode_content(content), file)


def publish(content: Content, file: Path) -> None:
    """Keep a version, and put it in force."""
    keep(content, file)
    write(content, file)
    _sweep(file)


def keep(content: Content, file: Path) -> None:
    """Keep a version among the last ten; what is in force stays so."""
    _put(encode_content(content), _folder(file) / f"{content.version}.json")
    for old in versions(file)[KEPT:]:
        if not old.current:
            old.file.unlink(missing_ok=True)


def versions(file: Path) -> list[Kept]:
    """Those that are kept, the one published last first."""
    current = _version(file)
    found = [
        Kept(one.stem, one.stat().st_mtime_ns, one, one.stem == current)
        for one in _folder(file).glob("*.json")
        if not one.name.startswith(".")
    ]
    return [one._replace(at=one.at // SECOND) for one in sorted(found, key=lambda one: (-one.at, one.version))]


def kept(file: Path, version: str) -> Content:
    """The content of a version that is kept, named by its first characters (four at least). NoVersion when there is
    none, or more than one.
    """
    there = versions(file)
    found = [one for one in there if len(version) >= 4 and one.version.startswith(version)]
    if len(found) != 1:
        known = ", ".join(one.version for one in there) or "none: `mailwright publish` keeps one each time"
        many = "more than one version begins with" if found else "there is no version"
        raise NoVersion(f"{many} {version!r}; kept are {known}")
    try:
        return decode_content(found[0].file.read_bytes())
    except msgspec.DecodeError as error:
        raise NoVersion(f"version {found[0].version} cannot be read by this Mailwright: {error}") from error


def back(file: Path, version: str) -> Content:
    """Put a version that is kept in force again. NoVersion as for `kept`; then nothing has changed."""
    content = kept(file, version)
    write(content, file)
    return content


def _folder(file: Path) -> Path:
    return file.with_name(file.stem + ".versions")


def _version(file: Path) -> str | None:
    """The version in force; None when there is none, or what is there is no content."""
    with suppress(OSError, msgspec.DecodeError):
        return decode_content(file.read_bytes()).version
    return None


def _put(body: bytes, file: Path) -> None:
    """All of a file or nothing of it, also when two do it at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as opened:
            opened.write(body)
            opened.flush()
            os.fsync(opened.fileno())
        part.chmod(0o644)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _sweep(file: Path) -> None:
    """Take away what killed publications left behind: parts begun before the version in force was."""
    since = file.stat().st_mtime_ns
    for part in (*_folder(file).glob(".*.json.*.part"), *file.parent.glob(f".{file.name}.*.part")):
        with suppress(FileNotFoundError):  # another publication swept, or finished
            if part.stat().st_mtime_ns < since:
                part.unlink()
