"""Reading every profile: one part of a parallel scan, a request at a time, from any key on."""

from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict, cast

import msgspec

from mailwright.store.rows import PROFILE, Item, ProfileRow, Text, key
from mailwright.store.wire import Wire


class _Key(TypedDict):
    customer_id: Text
    row: Text


class _Answer(TypedDict):
    """Of a Scan answer, what is looked at."""

    Items: list[ProfileRow]
    LastEvaluatedKey: NotRequired[_Key]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Answer).decode


def scanned(
    client: Any, wire: Wire | None, table: str, part: tuple[int, int], after: list[str] | None
) -> Iterator[tuple[list[str] | None, list[Item]]]:
    """(where to go on or None at the end, items) of each request. `part` is (segment, segments). A request looks at 1
    MB of rows; those that are no profiles cost the same and are left out of the answer.
    """
    request: dict[str, Any] = {
        "TableName": table,
        "Segment": part[0],
        "TotalSegments": part[1],
        "FilterExpression": "#row = :profile",
        "ProjectionExpression": "customer_id, v, #state",
        "ExpressionAttributeNames": {"#row": "row", "#state": "state"},
        "ExpressionAttributeValues": {":profile": {"S": PROFILE}},
    }
    while True:
        if after is not None:
            request["ExclusiveStartKey"] = key(*after)
        reply = _short(wire.call("Scan", _encode(request)) if wire else None) or client.scan(**request)
        last = reply.get("LastEvaluatedKey")
        after = [last["customer_id"]["S"], last["row"]["S"]] if last else None
        yield after, reply["Items"]
        if after is None:
            return


def _short(answer: bytes | None) -> dict[str, Any] | None:
    """An answer of the short way; None when there is none, or when a row in it has no state."""
    if answer is None:
        return None
    try:
        return cast("dict[str, Any]", _decode(answer))
    except msgspec.ValidationError:
        return None
