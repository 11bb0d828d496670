"""Records that could not be used, whole and with their reason, as NDJSON in S3."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from mailwright.model.problem import Quarantined
from mailwright.model.times import iso_day

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_encode = msgspec.json.Encoder(order="deterministic").encode


class S3Quarantine:
    """Implements workflow.ports.Quarantine. One object a call, place and day, at `<where>/dt=<day>/<id>.ndjson`.

    The id is made from the records, not from when they were refused, so a batch that is delivered twice is kept once.
    `client` makes S3's client when there is something to keep: most processes never have anything.
    """

    def __init__(self, client: "Callable[[], S3Client]", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, records: Iterable[Quarantined]) -> None:
        """Keep records; raises what S3 raises, and the caller's batch comes again."""
        for key, body in objects(records):
            self._client().put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/x-ndjson")


def objects(records: Iterable[Quarantined]) -> list[tuple[str, bytes]]:
    """Key and body of the objects that hold `records`, by key."""
    groups: dict[str, list[Quarantined]] = defaultdict(list)
    for record in records:
        groups[f"{record.where}/dt={iso_day(record.at)}"].append(record)
    return sorted((f"{folder}/{_id(group)}.ndjson", _lines(group)) for folder, group in groups.items())


def _id(group: list[Quarantined]) -> str:
    digest = hashlib.sha256()
    for record in group:
        digest.update(_encode((record.code, record.reason, record.record)) + b"\n")
    return digest.hexdigest()[:24]


def _lines(group: list[Quarantined]) -> bytes:
    return b"".join(_encode(record) + b"\n" for record in group)
