"""The Firehose of both engines: buffers records and writes them to the lake as gzipped NDJSON.

A buffer is written when it is as old or as large as its hints say (docs.aws.amazon.com/firehose/latest/dev/
basic-deliver.html): 300 seconds or 64 MB, as infra/lake.py has it. Keys are Firehose's own:
`<prefix>/dt=YYYY-MM-DD/<stream>-1-YYYY-MM-DD-HH-MM-SS-<id>.ndjson.gz`, dated by the oldest record.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from local.world.clock import Clock, Timer
from local.world.memory.service import Service, operation
from local.world.meter import KB, Meter
from mailwright.model.times import SECOND, iso

INTERVAL = 300 * SECOND
SIZE = 64 * KB * KB
ROUNDING = 5 * KB  # Firehose bills each record by started 5 KB


@dataclass
class Delivery:
    """One delivery stream. `delimiter` is what AppendDelimiterToRecord puts after each record."""

    name: str
    prefix: str
    delimiter: bytes = b""
    since: int = 0
    size: int = 0
    records: list[bytes] = field(default_factory=list)
    timer: Timer | None = None
    written: int = 0


class Firehose(Service):
    """The client, and `take` for a stream that has another stream as its source. `write(key, body)` puts an object."""

    service = "firehose"

    def __init__(
        self,
        clock: Clock,
        meter: Meter,
        deliveries: list[Delivery],
        write: Callable[[str, bytes], None],
        *,
        strict: bool = False,
    ) -> None:
        super().__init__(clock, meter, strict=strict)
        self.deliveries = {delivery.name: delivery for delivery in deliveries}
        self._write = write
        self.told: Callable[[str, bytes], None] = lambda name, record: None

    @property
    def written(self) -> int:
        """How many objects have been written to the lake."""
        return sum(delivery.written for delivery in self.deliveries.values())

    @operation("DeliveryStreamName", "Records")
    def put_record_batch(self, request: dict[str, Any]) -> dict[str, Any]:
        name, records = request["DeliveryStreamName"], [bytes(record["Data"]) for record in request["Records"]]
        if name not in self.deliveries:
            raise self.error("PutRecordBatch", "ResourceNotFoundException", f"Firehose {name} not found")
        if not 0 < len(records) <= 500 or sum(map(len, records)) > 4 * KB * KB:
            raise self.error("PutRecordBatch", "InvalidArgumentException", "1 to 500 records, at most 4 MiB together")
        for record in records:
            self.take(name, record)
            self.told(name, record)
        ids = [sha256(record).hexdigest()[:32] for record in records]
        return {"FailedPutCount": 0, "Encrypted": True, "RequestResponses": [{"RecordId": each} for each in ids]}

    def take(self, name: str, record: bytes) -> None:
        """One record into the buffer; the buffer to the lake when that fills it."""
        delivery = self.deliveries[name]
        if not delivery.records:
            delivery.since = self.clock()
            delivery.timer = self.clock.at(delivery.since + INTERVAL, lambda: self.flush(name))
        delivery.records.append(record + delivery.delimiter)
        delivery.size += len(record)
        self.meter.add("bytes in, whole 5 KB", name, -(-len(record) // ROUNDING) * ROUNDING)
        if delivery.size >= SIZE:
            self.flush(name)

    def flush(self, name: str) -> None:
        """Write what is in a buffer, if anything is."""
        delivery = self.deliveries[name]
        if not delivery.records:
            return
        self.clock.cancel(delivery.timer)
        body, stamp = b"".join(delivery.records), iso(delivery.since)
        delivery.written += 1
        unique = sha256(f"{name}:{delivery.written}".encode() + body).hexdigest()[:32]
        moment = stamp[:19].replace("T", "-").replace(":", "-")
        key = f"{delivery.prefix}/dt={stamp[:10]}/{name}-1-{moment}-{unique}.ndjson.gz"
        delivery.records, delivery.size = [], 0
        self._write(key, gzip.compress(body, compresslevel=6, mtime=0))
