"""A folder that stands for the lake: a replay's results keep their models where a deployment keeps its own."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from mailwright.model.content import Content
from mailwright.workflow.clusters import NoModel, current, decoded


class FolderLake:
    """Implements workflow.ports.Lake with a file for each object."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keys(self, prefix: str) -> Iterator[str]:
        keys = (path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if path.is_file())
        yield from sorted((key for key in keys if key.startswith(prefix)), key=str.encode)

    def lines(self, prefix: str) -> Iterator[bytes]:
        for key in self.keys(prefix):
            yield from filter(None, (self._root / key).read_bytes().splitlines())

    def read(self, key: str) -> bytes | None:
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, key: str, body: bytes) -> None:
        target = self._root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)


def placing(content: Content, file: Path | None) -> Content:
    """The content with the clusters in a file, or of those in use in a folder that holds what a replay wrote; as it is
    without either. NoModel when there are none.
    """
    if file is None:
        return content
    if file.is_dir():
        made = with_current(content, file)
        if made.clusters is None:
            raise NoModel(f"there are no clusters in {file}: `mailwright clusters train --out {file}` looks for some")
        return made
    try:
        body = file.read_bytes()
    except OSError as error:
        raise NoModel(f"{file} cannot be read: {error.strerror}") from None
    return msgspec.structs.replace(content, clusters=decoded(body, str(file)))


def with_current(content: Content, out: Path) -> Content:
    """The content with the clusters trained on a replay's results, if any are in use there."""
    return msgspec.structs.replace(content, clusters=current(FolderLake(out)))
