"""One DynamoDB table in memory: rows by key, sparse indexes in order, and the stream of what changed."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zlib import crc32

from local.world.memory.capacity import index_units, write_units
from local.world.memory.changes import Changes
from local.world.memory.values import Invalid, Item, comparable, item_size

ITEM_LIMIT = 400 * 1024
KeyPart = Any  # str, bytes, int or Decimal, as the key's type says
Key = tuple[KeyPart, KeyPart]


class Row(NamedTuple):
    item: Item
    size: int


@dataclass
class Index:
    """A global secondary index that projects the keys only."""

    name: str
    hash: str
    range: str
    partitions: dict[KeyPart, list[tuple[KeyPart, Key]]] = field(default_factory=dict)  # each list sorted


class Table:
    """Rows under (partition key, sort key). Items given out are the stored ones: callers do not change them."""

    def __init__(self, name: str, keys: dict[str, str], key: tuple[str, str], indexes: list[Index]) -> None:
        self.name = name
        self.types = keys  # attribute -> S, N or B, for table and index keys alike
        self.hash, self.range = key
        self.indexes = {index.name: index for index in indexes}
        self.partitions: dict[KeyPart, dict[KeyPart, Row]] = {}
        self.changes = Changes()
        self._order: list[tuple[int, KeyPart]] | None = None

    def key(self, item: Item, *, exact: bool = False) -> Key:
        """The key in an item, checked; `exact` when the item must hold nothing else."""
        if exact and item.keys() != {self.hash, self.range}:
            raise Invalid("The provided key element does not match the schema")
        return self.part(self.hash, item), self.part(self.range, item)

    def part(self, name: str, item: Item) -> KeyPart:
        """One key attribute as something that sorts."""
        if name not in item:
            raise Invalid(f"One or more parameter values were invalid: Missing the key {name} in the item")
        kind, content = comparable(item[name])
        if kind != self.types[name]:
            raise Invalid(
                f"One or more parameter values were invalid: Type mismatch for key {name} expected: {self.types[name]} "
                f"actual: {kind}"
            )
        if content in (b"", ""):
            raise Invalid(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                f"empty string value. Key: {name}"
            )
        return content

    def get(self, key: Key) -> Row | None:
        """The row under a key."""
        return self.partitions.get(key[0], {}).get(key[1])

    def check(self, item: Item) -> int:
        """The size of an item that may be stored; Invalid for one that may not."""
        size = item_size(item)
        if size > ITEM_LIMIT:
            raise Invalid("Item size has exceeded the maximum allowed size")
        for index in self.indexes.values():
            for name in (index.hash, index.range):
                if name in item:
                    self.part(name, item)
        return size

    def write(self, key: Key, after: Item | None, at: int) -> dict[str, int]:
        """Put (or, with None, delete) one row. Returns the write units by place: the table, `table/index`."""
        row = self.get(key)
        before = row.item if row else None
        size = self.check(after) if after is not None else 0
        units = {self.name: write_units(max(size, row.size if row else 0))}
        if before == after:
            return units
        for index in self.indexes.values():
            cost = self._reindex(index, key, before, after)
            if cost:
                units[f"{self.name}/{index.name}"] = cost
        self._store(key, None if after is None else Row(after, size))
        keys = {name: (after or before or {})[name] for name in (self.hash, self.range)}
        self.changes.add(at, keys, before, after)
        return units

    def _store(self, key: Key, row: Row | None) -> None:
        rows = self.partitions.get(key[0])
        if row is not None:
            if rows is None:
                rows = self.partitions[key[0]] = {}
                self._order = None
            rows[key[1]] = row
        elif rows is not None:
            del rows[key[1]]
            if not rows:
                del self.partitions[key[0]]
                self._order = None

    def entry(self, index: Index, item: Item | None) -> Item | None:
        """What an index holds of an item; None when the item lacks one of its keys (a sparse index)."""
        if item is None or index.hash not in item or index.range not in item:
            return None
        return {name: item[name] for name in (index.hash, index.range, self.hash, self.range)}

    def _reindex(self, index: Index, key: Key, before: Item | None, after: Item | None) -> int:
        old, new = self.entry(index, before), self.entry(index, after)
        if old == new:
            return 0
        if old is not None:
            entries = index.partitions[self.part(index.hash, old)]
            del entries[bisect_left(entries, (self.part(index.range, old), key))]
        if new is not None:
            insort(index.partitions.setdefault(self.part(index.hash, new), []), (self.part(index.range, new), key))
        return index_units(old, new, (index.hash, index.range))

    def scanned(self, segment: int, segments: int, after: Key | None) -> Iterator[tuple[Item, int]]:
        """Items and sizes of one part of a parallel scan, in an order of the table's own, from after a key."""
        if self._order is None:
            self._order = sorted((crc32(repr(part).encode()), part) for part in self.partitions)
        start = (crc32(repr(after[0]).encode()), after[0]) if after else None
        for code, part in self._order[bisect_left(self._order, start) if start else 0 :]:
            if code % segments != segment:
                continue
            for sort, row in sorted(self.partitions.get(part, {}).items()):
                if after is None or (code, part) != start or sort > after[1]:
                    yield row
