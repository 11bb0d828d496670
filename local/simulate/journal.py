"""The journal as it is written: of each email the line that counts, so that a million of them fit."""

from collections import Counter

import msgspec
from msgspec.structs import replace

from mailwright.metrics.account import final
from mailwright.model.send import SendRecord

_decode = msgspec.json.Decoder(SendRecord).decode


class Journal:
    """`ends`: by send key. `lines`: all that were written."""

    def __init__(self) -> None:
        self.ends: dict[str, SendRecord] = {}
        self.lines = 0

    def take(self, record: bytes) -> None:
        """One record that Firehose took: a line or several."""
        for line in record.splitlines():
            self._take(line)

    def _take(self, line: bytes) -> None:
        self.lines += 1
        record = _decode(line)
        kept = self.ends.get(record.key)
        if kept is not None:
            record = final((kept, record))[record.key]
        if record is not kept:
            self.ends[record.key] = replace(record, to="", subject="", trace={})

    def held(self) -> dict[str, int]:
        """Emails that did not go out, by reason."""
        return dict(sorted(Counter(one.held for one in self.ends.values() if one.held).items()))
