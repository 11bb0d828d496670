"""Keeps count of a run from what passes by: the stream, the queue of emails and the journal."""

from collections import Counter
from hashlib import blake2b
from typing import Any

import msgspec

from local.world.lives import Lives
from mailwright.ledger.states import accounted
from mailwright.model.event import decode_event, lines
from mailwright.model.send import SendRecord, decode_task

_record = msgspec.json.Decoder(SendRecord).decode
OURS = frozenset({"ses", "mailwright"})  # sources of events that nobody outside sent


class Tally:
    """Consumer of the stream's feed, listener of the queues and of the Firehoses."""

    def __init__(self) -> None:
        self.events = 0  # events of the outside on the stream, repetitions included
        self._ids: set[bytes] = set()
        self.planned: dict[str, int] = {}  # send key -> its place in the order of planning
        self.journal: list[SendRecord] = []
        self.dead: Counter[str] = Counter()
        self.lives = Lives()
        self.passed = 0  # records on the stream and changes of rows: when this stands still, nothing happened

    def streamed(self, shard: str, records: list[dict[str, Any]]) -> None:
        """New records on the Kinesis stream; what is no event is fold's to refuse, and is counted there."""
        self.passed += len(records)
        for line in (line for record in records for line in lines(record["Data"])):
            try:
                event = decode_event(line)
            except msgspec.MsgspecError:
                continue
            if event.source not in OURS and event.forwarded is None:
                self.events += 1
                name = blake2b(f"{event.customer_id}\x1f{event.id}".encode(), digest_size=12).digest()
                if name in self._ids:
                    continue
                self._ids.add(name)
            self.lives.take(event)

    def changed(self, shard: str, records: list[dict[str, Any]]) -> None:
        """New records on the table's stream."""
        self.passed += len(records)

    def queued(self, queue: str, body: str) -> None:
        """A message was sent to a queue."""
        if queue == "sends":
            try:
                self.planned.setdefault(decode_task(body).key, len(self.planned))
            except msgspec.MsgspecError:
                return

    def journalled(self, delivery: str, record: bytes) -> None:
        """A record, of one line or several, went to a Firehose."""
        if delivery == "journal":
            self.journal += map(_record, record.splitlines())

    @property
    def duplicates(self) -> int:
        """Events that had been on the stream before, by customer and id."""
        return self.events - len(self._ids)

    def outcomes(self) -> dict[str, SendRecord]:
        """The last line of the journal for each email, by its key, in the order of planning."""
        last = {record.key: record for record in self.journal}
        return dict(sorted(last.items(), key=lambda one: (self.planned.get(one[0], len(self.planned)), one[0])))

    def states(self) -> dict[str, int]:
        """How many emails ended how; `open` are those that have not come to an end."""
        found = Counter(accounted(record.state) for record in self.outcomes().values())
        found["open"] = len(self.planned.keys() - {record.key for record in self.journal})
        return {state: number for state, number in sorted(found.items()) if number}

    def held(self) -> dict[str, int]:
        """How many emails did not go out, by reason."""
        return dict(sorted(Counter(record.held for record in self.outcomes().values() if record.held).items()))
