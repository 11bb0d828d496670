"""Query and scan of the in-memory DynamoDB, and what all its operations share."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from local.world.memory import syntax
from local.world.memory.capacity import read_units
from local.world.memory.evaluate import Scope, Test, find, test
from local.world.memory.keys import Stretch, key_condition
from local.world.memory.service import Service, Unsupported, operation
from local.world.memory.table import Index, Table
from local.world.memory.values import Invalid, Item, Value, item_size

PAGE = 1024 * 1024
_READ = ("TableName", "IndexName", "ExpressionAttributeNames", "ExpressionAttributeValues", "FilterExpression", "Limit",
         "ProjectionExpression", "ExclusiveStartKey", "ConsistentRead", "Select", "ReturnConsumedCapacity")  # fmt: skip


def project(item: Item, text: str | None, scope: Scope) -> Item:
    """The top-level attributes a projection names, or all of them; always a new dict."""
    if not text:
        return dict(item)
    found: Item = {}
    for location in syntax.projection(text).tree:
        if len(location.parts) > 1:
            raise Unsupported("the memory engine projects top-level attributes only")
        value = find(item, location, scope)
        if value is not None:
            name = str(location.parts[0])
            found[scope.names.get(name, name)] = value
    return found


class Reading(Service):
    """The half of the client that reads many items."""

    service = "dynamodb"
    tables: dict[str, Table]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tables = {}

    @contextmanager
    def checked(self, name: str) -> Iterator[None]:
        """Invalid becomes the ValidationException that boto3 would raise."""
        try:
            yield
        except Invalid as problem:
            raise self.error(name, "ValidationException", str(problem)) from None

    def table(self, name: str, request: dict[str, Any]) -> Table:
        """The table a request names (or its ARN)."""
        table = self.tables.get(request["TableName"].rpartition("/")[2])
        if table is None:
            raise self.error(name, "ResourceNotFoundException", "Requested resource not found")
        return table

    def consumed(self, request: dict[str, Any], units: Mapping[str, float]) -> dict[str, Any]:
        """ConsumedCapacity, where the request wants it."""
        if request.get("ReturnConsumedCapacity", "NONE") == "NONE":
            return {}
        return {"ConsumedCapacity": {"TableName": next(iter(units)), "CapacityUnits": float(sum(units.values()))}}

    @operation(*_READ, "KeyConditionExpression", "ScanIndexForward")
    def query(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.checked("Query"):
            table = self.table("Query", request)
            index = self._index(table, request)
            scope, keep = self._scope(request, request["KeyConditionExpression"])
            names = (index.hash, index.range) if index else (table.hash, table.range)
            part, stretch = key_condition(request["KeyConditionExpression"], names, table.types[names[1]], scope)
            forward = request.get("ScanIndexForward", True)
            found = _ordered(table, index, part, stretch, request.get("ExclusiveStartKey"), forward=forward)
            return self._page(table, index, request, scope, keep, found)

    @operation(*_READ, "Segment", "TotalSegments")
    def scan(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.checked("Scan"):
            table = self.table("Scan", request)
            if "IndexName" in request:
                raise Unsupported("the memory engine scans tables, not indexes")
            if request.get("Segment", 0) >= request.get("TotalSegments", 1):
                raise Invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments")
            scope, keep = self._scope(request)
            start = request.get("ExclusiveStartKey")
            after = table.key(start, exact=True) if start else None
            rows = table.scanned(request.get("Segment", 0), request.get("TotalSegments", 1), after)
            return self._page(table, None, request, scope, keep, rows)

    def _index(self, table: Table, request: dict[str, Any]) -> Index | None:
        name = request.get("IndexName")
        if name is None:
            return None
        if name not in table.indexes:
            raise Invalid(f"The table does not have the specified index: {name}")
        if request.get("ConsistentRead"):
            raise Invalid("Consistent reads are not supported on global secondary indexes")
        return table.indexes[name]

    def _scope(self, request: dict[str, Any], *keys: str) -> tuple[Scope, Test | None]:
        scope = Scope(request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {}))
        filtered, projected = request.get("FilterExpression"), request.get("ProjectionExpression")
        keep, filter_parsed = test(filtered) if filtered else (None, None)
        parsed: list[syntax.Parsed[Any]] = [syntax.condition(text) for text in keys]
        parsed += [filter_parsed] if filter_parsed else []
        parsed += [syntax.projection(projected)] if projected else []
        scope.check(*parsed)
        return scope, keep

    def _page(
        self,
        table: Table,
        index: Index | None,
        request: dict[str, Any],
        scope: Scope,
        keep: Test | None,
        rows: Iterable[tuple[Item, int]],
    ) -> dict[str, Any]:
        """One page: at most 1 MB or `Limit` items looked at, billed by what was looked at, not by what is given."""
        items: list[Item] = []
        seen = read = 0
        last: Item | None = None
        limit = request.get("Limit", 0)
        more = False
        for item, size in rows:
            if (limit and seen == limit) or (seen and read + size > PAGE):
                more = True
                break
            seen, read, last = seen + 1, read + size, item
            if keep is None or keep(item, scope):
                items.append(item)
        if limit and seen == limit:
            more = True  # as DynamoDB does: it does not look whether anything follows
        place = f"{table.name}/{index.name}" if index else table.name
        units = read_units(read, consistent=request.get("ConsistentRead", False))
        self.meter.add("read", place, units)
        answer: dict[str, Any] = {"Count": len(items), "ScannedCount": seen}
        if request.get("Select") != "COUNT":
            answer["Items"] = [project(item, request.get("ProjectionExpression"), scope) for item in items]
        if more and last is not None:
            names = {table.hash, table.range, *((index.hash, index.range) if index else ())}
            answer["LastEvaluatedKey"] = {name: last[name] for name in sorted(names)}
        return answer | self.consumed(request, {table.name: units})


def _ordered(
    table: Table, index: Index | None, part: Value, stretch: Stretch, start: Item | None, *, forward: bool
) -> Iterator[tuple[Item, int]]:
    """The items of a stretch of one partition with their sizes, from after `start` (whether that is there or not)."""
    if index is None:
        rows = table.partitions.get(table.part(table.hash, {table.hash: part}), {})
        keys = sorted(rows)
        first, last = stretch.of(keys, lambda key: key)
        place = table.part(table.range, start) if start else None
        return ((rows[key].item, rows[key].size) for key in _from(keys, first, last, place, forward=forward))
    entries = index.partitions.get(table.part(index.hash, {index.hash: part}), [])
    first, last = stretch.of(entries, lambda entry: entry[0])
    place = (table.part(index.range, start), table.key(start)) if start else None
    return (_entry(table, index, key) for _, key in _from(entries, first, last, place, forward=forward))


def _from(order: list[Any], first: int, last: int, place: Any, *, forward: bool) -> Iterator[Any]:
    if forward:
        first = first if place is None else max(first, bisect_right(order, place))
        return (order[number] for number in range(first, last))
    last = last if place is None else min(last, bisect_left(order, place))
    return (order[number] for number in range(last - 1, first - 1, -1))


def _entry(table: Table, index: Index, key: Any) -> tuple[Item, int]:
    row = table.get(key)
    entry = table.entry(index, row.item if row else None)
    assert entry is not None, "an index entry without its row"
    return entry, item_size(entry)
