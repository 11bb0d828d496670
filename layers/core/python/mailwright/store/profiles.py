"""The `profile` rows: read in batches, written under their version, found again by their timers."""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypedDict, cast

import msgspec
from botocore.exceptions import ClientError

from mailwright.fold.affinity import preferred
from mailwright.fold.dedup import KEPT_DAYS
from mailwright.fold.score import engagement
from mailwright.model.outbox import Pending, encode_pending
from mailwright.model.profile import Profile
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY, SECOND, iso_day
from mailwright.store.rows import (
    DUE_INDEX,
    DUE_SHARDS,
    PROFILE,
    Item,
    ProfileRow,
    due_shard,
    key,
    seen_prefix,
    seen_row,
    versioned,
)
from mailwright.store.scan import scanned
from mailwright.store.wire import wire
from mailwright.workflow.ports import Page, Spill, Unreadable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEYS = 100  # a BatchGetItem request
ROUNDS = 8  # of asking again for what DynamoDB left out
_encode = msgspec.json.Encoder().encode  # bytes become base64, as DynamoDB wants them


class _Answer(TypedDict):
    """Of a BatchGetItem answer, what is looked at."""

    Responses: dict[str, list[ProfileRow]]
    UnprocessedKeys: dict[str, Any]


_decode = msgspec.json.Decoder(_Answer).decode
_DAMAGED = (KeyError, ValueError, zlib.error, msgspec.DecodeError)  # KeyError: made by hand, without a state


class ReadIncomplete(RuntimeError):
    """DynamoDB kept leaving out keys of a batch: throttled harder than we may wait. The caller's batch comes again."""


class ProfileStore:
    """Implements workflow.ports.Profiles on the table `customers`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client: Any = client
        self._table = table
        self._wire = wire(client)

    def load(self, customer_ids: Sequence[str]) -> dict[str, Profile]:
        """Profiles by customer; strongly consistent, 100 a request. ReadIncomplete when throttled for good, Unreadable
        with the others when a row is damaged.
        """
        found: dict[str, Profile] = {}
        damaged: list[str] = []
        wanted = list(dict.fromkeys(customer_ids))
        for start in range(0, len(wanted), KEYS):
            for item in self._batch([key(name, PROFILE) for name in wanted[start : start + KEYS]]):
                name = item["customer_id"]["S"]
                try:
                    found[name] = _profile(item)
                except _DAMAGED:
                    damaged.append(name)
        if damaged:
            raise Unreadable(damaged, found)
        return found

    def _batch(self, keys: list[Item]) -> Iterator[Item]:
        request: dict[str, Any] = {self._table: {"Keys": keys, "ConsistentRead": True}}
        for _ in range(ROUNDS):
            reply = self._read(request)
            yield from reply["Responses"].get(self._table, [])
            request = reply.get("UnprocessedKeys") or {}
            if not request:
                return
        raise ReadIncomplete(f"{len(request[self._table]['Keys'])} profiles were left out {ROUNDS} times")

    def _read(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._wire.call("BatchGetItem", _encode({"RequestItems": request})) if self._wire else None
        if answer is not None:
            with suppress(msgspec.ValidationError):  # a row that is none of ours among them: looked at one by one
                return cast("dict[str, Any]", _decode(answer))
        reply: dict[str, Any] = self._client.batch_get_item(RequestItems=request)
        return reply

    def seen(self, customer_id: str, day: int) -> bytes:
        """All ids spilled for the span that begins at `day`."""
        pages = self._pages(
            self._client.query,
            KeyConditionExpression="customer_id = :customer AND begins_with(#row, :prefix)",
            ExpressionAttributeNames={"#row": "row"},
            ExpressionAttributeValues={":customer": {"S": customer_id}, ":prefix": {"S": seen_prefix(day)}},
            ConsistentRead=True,
        )
        return b"".join(item["ids"]["B"] for item in pages)

    def commit(self, profile: Profile, due: int | None, pending: Pending, spills: Sequence[Spill] = ()) -> bool:
        """One conditional put; when ids leave the ring, first a put for each of their rows. False: another writer was
        first. Ids in a row whose profile was not written are in the ring as well, which does no harm.

        When the reply to our own write was lost, botocore asks again and is told that the condition failed; the row
        then holds exactly what we wrote, and that is a success.
        """
        self._spill(profile.customer_id, spills)
        item = self._item(profile, due, pending)
        try:
            self._put({"TableName": self._table, "Item": item, **versioned(profile.v)})
        except ClientError as error:
            if not _lost(error):
                raise
            return self._is_ours(item)
        return True

    def _put(self, request: dict[str, Any]) -> None:
        if self._wire is None or self._wire.call("PutItem", _encode(request)) is None:
            self._client.put_item(**request)

    def _spill(self, customer_id: str, spills: Sequence[Spill]) -> None:
        for day, ids in spills:
            row = key(customer_id, seen_row(day, ids))
            expires = {"N": str((day + KEPT_DAYS) * DAY // SECOND)}
            self._put({"TableName": self._table, "Item": {**row, "ids": {"B": ids}, "ttl": expires}})

    def _is_ours(self, item: Item) -> bool:
        there = self._client.get_item(
            TableName=self._table, Key=key(item["customer_id"]["S"], PROFILE), ConsistentRead=True
        ).get("Item", {})
        return all(there.get(name) == item.get(name) for name in ("v", "state", "pend"))

    def _item(self, profile: Profile, due: int | None, pending: Pending) -> Item:
        version = profile.v + 1
        # The state says the version and the timer it is stored with: read by itself it is complete.
        state = encode_profile(msgspec.structs.replace(profile, v=version, due=due))
        item = key(profile.customer_id, PROFILE)
        item["v"] = {"N": str(version)}
        item["state"] = {"B": state}
        # Derived for people who look at the table; never read back. The score is as of the last time they were seen.
        item["lifecycle_stage"] = {"S": profile.stage}
        item["engagement_score"] = {"N": str(engagement(profile, profile.last_seen))}
        if profile.last_order:
            item["last_purchase_date"] = {"S": iso_day(profile.last_order)}
        if category := preferred(profile.categories):
            item["preferred_category"] = {"S": category}
        if due is not None:
            item["due_shard"], item["due"] = {"S": due_shard(profile.customer_id)}, {"N": str(due)}
        if pending:
            item["pend"] = {"B": encode_pending(pending)}
        return item

    def due(self, before: int) -> Iterator[str]:
        """Customers whose timer is due, shard by shard, earliest first in each."""
        for shard in range(DUE_SHARDS):
            pages = self._pages(
                self._client.query,
                IndexName=DUE_INDEX,
                KeyConditionExpression="due_shard = :shard AND due <= :before",
                ExpressionAttributeValues={":shard": {"S": str(shard)}, ":before": {"N": str(before)}},
            )
            yield from (item["customer_id"]["S"] for item in pages)

    def scan(self, segment: int, segments: int) -> Iterator[Profile]:
        """Profiles of one of `segments` parts of the table; an error at the first row that cannot be read."""
        for _, items in scanned(self._client, self._wire, self._table, (segment, segments), None):
            yield from map(_profile, items)

    def pages(self, segment: int, segments: int, after: list[str] | None = None) -> Iterator[Page]:
        """The same, a request at a time (1 MB of rows, of which those of profiles are kept)."""
        for last, items in scanned(self._client, self._wire, self._table, (segment, segments), after):
            page = Page([], [], last)
            for item in items:
                try:
                    page.profiles.append(_profile(item))
                except _DAMAGED:
                    page.unreadable.append(item["customer_id"]["S"])
            yield page

    def _pages(self, call: Any, **request: Any) -> Iterator[Item]:
        start: dict[str, Any] = {}
        while True:
            reply = call(TableName=self._table, **request, **start)
            yield from reply["Items"]
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}


def _profile(item: Item) -> Profile:
    profile = decode_profile(item["state"]["B"])
    profile.v = int(item["v"]["N"])
    return profile


def _lost(error: ClientError) -> bool:
    """Whether a write failed because the row had moved on, and for no other reason."""
    return error.response.get("Error", {}).get("Code", "") == "ConditionalCheckFailedException"
