"""Where in the input each quarantined record stood, found afterwards: most replays have few of them, or none."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from local.replay.read import Entry
from mailwright.model.problem import Quarantined

_key = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


def places(entries: Iterable[Entry], kept: Sequence[Quarantined]) -> list[str | None]:
    """`events.ndjson, line 12` for each record, in their order; None for one that is not as it stood in the input."""
    if not kept:
        return []
    wanted = [_key(record.record) for record in kept]
    sought = set(wanted)
    found: defaultdict[bytes, deque[str]] = defaultdict(deque)
    for entry in entries:
        key = _key(_record(entry))
        if key in sought:
            found[key].append(str(entry.place))
    return [found[key].popleft() if found[key] else None for key in wanted]


def _record(entry: Entry) -> Any:
    return _decode(entry.body) if entry.refused is None else entry.refused.record
