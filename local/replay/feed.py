"""Entries into the world, each at its time: messages over HTTP as an SDK would flush them, envelopes onto the bus."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from local.replay.read import Entry
from local.world.names import WRITE_KEY
from local.world.world import World
from mailwright.model.problem import Problem, Quarantined
from mailwright.model.times import SECOND, iso
from mailwright.sources.limits import BATCH_BYTES

FLUSH = 10 * SECOND  # what one batch may span: how long SDKs gather messages before they post them
FULL = 100  # messages in one batch
_ROOM = BATCH_BYTES - 4_096  # bytes of messages in one body
_HEADERS = {"content-type": "application/json", "authorization": f"Bearer {WRITE_KEY}"}


class Feeder:
    """Feeds one world. `assumed` counts the messages of `assume_consent`, which no log brought."""

    def __init__(self, world: World, *, assume_consent: bool = False) -> None:
        self._world = world
        self._assume = assume_consent
        self._consented: set[str] = set()
        self._batch: list[bytes] = []
        self._size = 0
        self._began = 0
        self.assumed = 0

    def feed(self, entries: Iterable[Entry], done: Callable[[int], None] = lambda count: None) -> None:
        """Let the world live through entries that are in the order of their time; `done` is told of each."""
        for entry in entries:
            if entry.refused is not None:
                self._keep(entry.at, entry.refused)
            elif entry.kind == "segment":
                self._message(entry)
            else:
                self._flush()
                self._world.advance(entry.at)
                self._other(entry)
            done(1)
        self._flush()

    def _message(self, entry: Entry) -> None:
        if len(entry.body) > _ROOM:
            reason = f"the event has {len(entry.body):,} bytes of JSON, more than a request may hold"
            self._keep(entry.at, Quarantined(0, "replay", "event_too_large", reason, entry.body.decode()))
            return
        full = len(self._batch) >= FULL or self._size + len(entry.body) > _ROOM
        if self._batch and (full or entry.at - self._began > FLUSH):
            self._flush()
        if not self._batch:
            self._began = entry.at
        self._world.advance(entry.at)
        if self._assume:
            self._consent(entry)
        self._add(entry.body)

    def _consent(self, entry: Entry) -> None:
        message: dict[str, Any] = json.loads(entry.body)
        who = next((key for key in ("userId", "anonymousId") if message.get(key)), None)
        if who is None or str(message[who]) in self._consented:
            return
        self._consented.add(str(message[who]))
        self.assumed += 1
        # A millisecond earlier than all the log says, so that the log's own word on consent is the later one.
        assumed = {
            "type": "identify",
            "messageId": f"assumed-consent-{self.assumed}",
            "timestamp": iso(entry.at - 1),
            who: message[who],
            "traits": {"marketing_consent": "granted"},
        }
        self._add(json.dumps(assumed).encode())

    def _add(self, body: bytes) -> None:
        self._batch.append(body)
        self._size += len(body) + 1

    def _flush(self) -> None:
        if self._batch:
            body = b'{"batch":[' + b",".join(self._batch) + b"]}"
            self._batch, self._size = [], 0
            response = self._world.http("POST", "/v1/import", _HEADERS, body)
            while response.status == HTTPStatus.TOO_MANY_REQUESTS:  # as an SDK would: later, and the same again
                self._world.advance(self._world.now + int(response.headers["retry-after"]) * SECOND)
                response = self._world.http("POST", "/v1/import", _HEADERS, body)

    def _other(self, entry: Entry) -> None:
        record = json.loads(entry.body)
        if entry.kind == "ses":
            self._world.feedback(record.get("detail", record) if "detail-type" in record else record)
            return
        try:
            self._world.put_event(record)
        except Problem as problem:
            self._keep(entry.at, Quarantined(0, "replay", problem.code, problem.message, record))

    def _keep(self, at: int, record: Quarantined) -> None:
        self._flush()
        self._world.advance(at)
        kept = Quarantined(self._world.now, record.where, record.code, record.reason, record.record)
        self._world.app.quarantine.put([kept])
