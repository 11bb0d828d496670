"""DynamoDB's capacity by its published rules.

A write costs one unit a started KB of the larger of the item before and after, a failed condition included; a strongly
consistent read one unit a started 4 KB, an eventually consistent one half; a transaction twice either. An index costs
a write for each entry put in, taken out or changed, two when its key changes.
docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html, GSI.html, transaction-apis.html.
"""

from local.world.memory.values import Item, item_size


def write_units(size: int) -> int:
    """Units to write an item of so many bytes (the larger of before and after); an absent item is of 0 bytes."""
    return max(1, -(-size // 1024))


def read_units(size: int, *, consistent: bool) -> float:
    """Units to read so many bytes in one request; finding nothing costs as much as finding 4 KB."""
    return max(1, -(-size // 4096)) * (1.0 if consistent else 0.5)


def index_units(before: Item | None, after: Item | None, key: tuple[str, ...]) -> int:
    """Units an index takes when its entry for one item changes from `before` to `after`; `key` are its own keys."""
    if before == after:
        return 0
    moved = before is not None and after is not None and any(before[name] != after[name] for name in key)
    sizes = [item_size(entry) for entry in (before, after) if entry is not None]
    return sum(map(write_units, sizes)) if moved else write_units(max(sizes))
