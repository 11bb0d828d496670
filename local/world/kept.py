"""Reads back what was kept whole: the quarantine's own lines, and the batches that streams gave up on."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import msgspec

from local.world import names
from mailwright.model.problem import Quarantined
from mailwright.model.times import parse_iso

_line = msgspec.json.Decoder(Quarantined).decode


def quarantined(client: Any) -> list[Quarantined]:
    """Everything in the quarantine bucket, in order of time and place."""
    found: list[Quarantined] = []
    for key in _keys(client):
        body = client.get_object(Bucket=names.QUARANTINE, Key=key)["Body"].read()
        if key.startswith("aws/lambda/"):
            found.extend(_given_up(json.loads(body)))
        else:
            found.extend(_line(line) for line in body.splitlines())
    return sorted(found, key=lambda one: (one.at, one.where))


def _keys(client: Any) -> Iterator[str]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=names.QUARANTINE):
        for entry in page.get("Contents", []):
            yield entry["Key"]


def _given_up(document: dict[str, Any]) -> Iterator[Quarantined]:
    """Each record of a batch that an event source mapping gave up on."""
    context = document["requestContext"]
    where = context["functionArn"].rpartition(":")[2]
    reason = document["responseContext"]["errorMessage"] or "older than the trigger's max_age"
    for record in json.loads(document["payload"])["Records"]:
        kept: Any = record
        if "kinesis" in record:
            data = base64.b64decode(record["kinesis"]["data"])
            try:
                kept = json.loads(data)
            except ValueError:
                kept = record["kinesis"]["data"]
        yield Quarantined(parse_iso(document["timestamp"]), where, context["condition"], reason, kept)
