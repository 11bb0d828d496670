"""How rows are named, keyed and written as DynamoDB attribute values.

The values are made by hand: this is the hot path, and a row is one blob and a few columns. What that saves against
pynamodb, and what the request around it costs, is in bench/results/store.md.
"""

from hashlib import blake2b
from typing import Any, TypedDict
from zlib import crc32

Item = dict[str, Any]  # attribute name -> {"S": text} | {"N": digits} | {"B": bytes}

PROFILE = "profile"
CONTACT = "contact"
SEEN = "seen#"
DUE_INDEX = "due"
DUE_SHARDS = 8


class Text(TypedDict):
    """A string of DynamoDB's JSON."""

    S: str


class Number(TypedDict):
    """A number, as digits."""

    N: str


class Bytes(TypedDict):
    """Bytes; base64 in the JSON."""

    B: bytes


class ProfileRow(TypedDict):
    """Of a `profile` row only what makes a profile: a decoder passes over everything else."""

    customer_id: Text
    v: Number
    state: Bytes


def key(customer_id: str, row: str) -> Item:
    """The primary key of one row."""
    return {"customer_id": {"S": customer_id}, "row": {"S": row}}


def seen_row(day: int, ids: bytes) -> str:
    """A row of spilled ids: the first day of its span, and a hash of what is in it.

    Each spill makes a row of its own, so that writing one reads none and no row grows. Writing one again changes
    nothing, and no other spill has its name.
    """
    return f"{SEEN}{day:06d}#{blake2b(ids, digest_size=8).hexdigest()}"


def seen_prefix(day: int) -> str:
    """What the names of all rows of a span begin with."""
    return f"{SEEN}{day:06d}#"


def due_shard(customer_id: str) -> str:
    """The partition of the index `due` a customer's timer stands in."""
    return str(crc32(customer_id.encode()) % DUE_SHARDS)


def versioned(version: int) -> dict[str, Any]:
    """The condition that a row is still at `version`; 0 is a row that is not there."""
    if version == 0:
        return {"ConditionExpression": "attribute_not_exists(v)"}
    return {"ConditionExpression": "v = :v", "ExpressionAttributeValues": {":v": {"N": str(version)}}}
