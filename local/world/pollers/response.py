"""What a handler's answer says of its batch, by the rules of ReportBatchItemFailures.

Streams: docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html; queues:
docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html. An empty or null answer or list is success; an
empty, null or misnamed identifier, or one that is not in the batch, fails the whole batch.
"""

from collections.abc import Collection
from typing import Any


class Malformed(Exception):
    """The answer names no record of the batch, so all of it failed."""


def failed(answer: Any, identifiers: Collection[str]) -> set[str]:
    """Identifiers that the answer reports as failed; Malformed when it cannot be understood."""
    if not answer:
        return set()
    if not isinstance(answer, dict):
        raise Malformed(f"the handler returned {type(answer).__name__}, not an object")
    entries = answer.get("batchItemFailures")
    if not entries:
        return set()
    found = set()
    for entry in entries:
        name = entry.get("itemIdentifier") if isinstance(entry, dict) else None
        if not isinstance(name, str) or name not in identifiers:
            raise Malformed(f"{entry!r} in batchItemFailures names no record of the batch")
        found.add(name)
    return found
