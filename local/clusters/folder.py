"""A folder that stands for the lake: a replay's results keep their models where a deployment keeps its own."""

from collections.abc import Iterator
from pathlib import Path


class FolderLake:
    """Implements workflow.ports.Lake with a file for each object."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def lines(self, prefix: str) -> Iterator[bytes]:
        keys = (path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if path.is_file())
        for key in sorted((key for key in keys if key.startswith(prefix)), key=str.encode):
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
