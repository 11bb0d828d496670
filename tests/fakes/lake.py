"""A Lake in memory: objects by key."""

import gzip
from collections.abc import Iterator

from mailwright.workflow.ports import LakeUnreachable


class FakeLake:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.down = False
        self.read_keys: list[str] = []

    def keys(self, prefix: str) -> Iterator[str]:
        yield from (key for key in sorted(self.objects, key=str.encode) if key.startswith(prefix))

    def lines(self, prefix: str) -> Iterator[bytes]:
        for key in self.keys(prefix):
            self.read_keys.append(key)
            body = self.objects[key]
            yield from filter(None, (gzip.decompress(body) if key.endswith(".gz") else body).splitlines())

    def read(self, key: str) -> bytes | None:
        if self.down:
            raise LakeUnreachable(key)
        return self.objects.get(key)

    def write(self, key: str, body: bytes) -> None:
        self.objects[key] = body
