"""DynamoDB in memory, with the shape of its boto3 client: rows and transactions; `reading.py` has query and scan."""

from typing import Any

from local.world.clock import Clock
from local.world.memory import syntax
from local.world.memory.capacity import read_units, write_units
from local.world.memory.evaluate import Scope, test
from local.world.memory.reading import Reading, project
from local.world.memory.service import Unsupported, operation
from local.world.memory.table import Index, Key, Row, Table
from local.world.memory.update import updated
from local.world.memory.values import Invalid, Item, check_item, item_size
from local.world.meter import Meter

_EXPRESSIONS = ("ExpressionAttributeNames", "ExpressionAttributeValues")
_WRITE = ("TableName", "ConditionExpression", *_EXPRESSIONS, "ReturnValues", "ReturnConsumedCapacity",
          "ReturnValuesOnConditionCheckFailure")  # fmt: skip
TOKEN_LIFE = 10 * 60 * 1000  # how long a transaction's ClientRequestToken is remembered
BATCH_LIMIT = 16 * 1024 * 1024


class ConditionFailed(Exception):
    """The condition of a write did not hold on `row`."""

    def __init__(self, row: Row | None) -> None:
        self.row = row


class DynamoDB(Reading):
    """The client. Capacity goes to the meter under ("write" | "read", table or table/index)."""

    service = "dynamodb"

    def __init__(self, clock: Clock, meter: Meter, *, strict: bool = False) -> None:
        super().__init__(clock, meter, strict=strict)
        self._tokens: dict[str, tuple[int, str]] = {}

    @operation("TableName", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode",
               "StreamSpecification")  # fmt: skip
    def create_table(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request["TableName"]
        kinds = {one["AttributeName"]: one["AttributeType"] for one in request["AttributeDefinitions"]}
        hash_, range_ = (one["AttributeName"] for one in request["KeySchema"])
        indexes = []
        for one in request.get("GlobalSecondaryIndexes", []):
            if one["Projection"] != {"ProjectionType": "KEYS_ONLY"}:
                raise Unsupported("the memory engine's indexes project the keys only")
            indexes.append(Index(one["IndexName"], *(key["AttributeName"] for key in one["KeySchema"])))
        self.tables[name] = Table(name, kinds, (hash_, range_), indexes)
        stream = f"arn:aws:dynamodb:us-east-1:123456789012:table/{name}/stream/1"
        return {"TableDescription": {"TableName": name, "TableStatus": "ACTIVE", "LatestStreamArn": stream}}

    @operation("TableName", "TimeToLiveSpecification")
    def update_time_to_live(self, request: dict[str, Any]) -> dict[str, Any]:
        """Taken; nothing is ever deleted. TTL only promises that a row goes some day, so none may rely on it."""
        self.table("UpdateTimeToLive", request)
        return {"TimeToLiveSpecification": request["TimeToLiveSpecification"]}

    @operation("TableName", "Key", "ConsistentRead", "ProjectionExpression", _EXPRESSIONS[0], "ReturnConsumedCapacity")
    def get_item(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.checked("GetItem"):
            table = self.table("GetItem", request)
            scope = Scope(request.get(_EXPRESSIONS[0], {}), {})
            text = request.get("ProjectionExpression")
            scope.check(*([syntax.projection(text)] if text else []))
            row = table.get(table.key(request["Key"], exact=True))
            units = read_units(row.size if row else 0, consistent=request.get("ConsistentRead", False))
            self.meter.add("read", table.name, units)
            found = {} if row is None else {"Item": project(row.item, text, scope)}
            return found | self.consumed(request, {table.name: units})

    @operation("RequestItems", "ReturnConsumedCapacity")
    def batch_get_item(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.checked("BatchGetItem"):
            if not 0 < sum(len(wanted["Keys"]) for wanted in request["RequestItems"].values()) <= 100:
                raise Invalid("Too many items requested for the BatchGetItem call")
            found: dict[str, list[Item]] = {}
            left: dict[str, Any] = {}
            size = 0
            for name, wanted in request["RequestItems"].items():
                if extra := wanted.keys() - {"Keys", "ConsistentRead"}:
                    raise Unsupported(f"the memory engine's batch_get_item does not know {sorted(extra)}")
                table = self.table("BatchGetItem", {"TableName": name})
                keys = [table.key(key, exact=True) for key in wanted["Keys"]]
                if len(set(keys)) != len(keys):
                    raise Invalid("Provided list of item keys contains duplicates")
                found[name] = []
                for key, asked in zip(keys, wanted["Keys"], strict=True):
                    row = table.get(key)
                    if size + (row.size if row else 0) > BATCH_LIMIT:
                        left.setdefault(name, {**wanted, "Keys": []})["Keys"].append(asked)
                        continue
                    size += row.size if row else 0
                    consistent = wanted.get("ConsistentRead", False)
                    self.meter.add("read", name, read_units(row.size if row else 0, consistent=consistent))
                    if row is not None:
                        found[name].append(dict(row.item))
            return {"Responses": found, "UnprocessedKeys": left}

    @operation(*_WRITE, "Item")
    def put_item(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._single("PutItem", request)

    @operation(*_WRITE, "Key", "UpdateExpression")
    def update_item(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._single("UpdateItem", request)

    @operation(*_WRITE, "Key")
    def delete_item(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._single("DeleteItem", request)

    def _single(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        with self.checked(name):
            table = self.table(name, request)
            try:
                key, row, after = self._planned(table, name[:-4], request)
            except ConditionFailed as failed:
                old = failed.row
                extra = {}
                if old is not None and request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
                    extra = {"Item": dict(old.item)}
                message = "The conditional request failed"
                raise self.error(name, "ConditionalCheckFailedException", message, **extra) from None
            units = table.write(key, after, self.clock())
            for place, amount in units.items():
                self.meter.add("write", place, amount)
            return self._returned(request, row, after) | self.consumed(request, units)

    def _returned(self, request: dict[str, Any], row: Row | None, after: Item | None) -> dict[str, Any]:
        match request.get("ReturnValues", "NONE"):
            case "NONE":
                return {}
            case "ALL_OLD":
                return {} if row is None else {"Attributes": dict(row.item)}
            case "ALL_NEW" if after is not None:
                return {"Attributes": dict(after)}
            case other:
                raise Unsupported(f"the memory engine does not return {other}")

    def _planned(self, table: Table, kind: str, request: dict[str, Any]) -> tuple[Key, Row | None, Item | None]:
        """Key, row and what it is to become; bills and raises ConditionFailed when the condition does not hold."""
        given = request["Item"] if kind == "Put" else request["Key"]
        key = table.key(given, exact=kind != "Put")
        row = table.get(key)
        scope = Scope(request.get(_EXPRESSIONS[0], {}), request.get(_EXPRESSIONS[1], {}))
        check_item(scope.values)
        text = request.get("ConditionExpression")
        holds, condition = test(text) if text else (None, None)
        change = syntax.update(request["UpdateExpression"]) if request.get("UpdateExpression") else None
        scope.check(*(parsed for parsed in (condition, change) if parsed is not None))
        if kind == "Put":
            check_item(given)
        if holds is not None and not holds(row.item if row else {}, scope):
            # Billed by the larger of what is there and what was to be written, as a write that succeeds.
            wanted = item_size(given) if kind == "Put" else 0
            times = 2 if request.get("in transaction") else 1
            self.meter.add("write", table.name, times * write_units(max(wanted, row.size if row else 0)))
            raise ConditionFailed(row)
        if kind == "Put":
            return key, row, dict(given)
        if kind == "Update":
            start = row.item if row else dict(given)
            after = updated(start, change, scope) if change else start
            if table.key(after) != key:
                raise Invalid("Cannot update attribute. This attribute is part of the key")
            return key, row, after
        return key, row, row.item if row and kind == "ConditionCheck" else None

    @operation("TransactItems", "ClientRequestToken", "ReturnConsumedCapacity")
    def transact_write_items(self, request: dict[str, Any]) -> dict[str, Any]:
        name = "TransactWriteItems"
        with self.checked(name):
            actions = request["TransactItems"]
            if not 0 < len(actions) <= 100:
                raise Invalid("Member must have length less than or equal to 100")
            if self._replayed(name, request):
                return {}
            plans, reasons = [], []
            for action in actions:
                ((kind, what),) = action.items()
                table = self.table(name, what)
                try:
                    plans.append((kind, table, *self._planned(table, kind, what | {"in transaction": True})))
                    reasons.append({"Code": "None"})
                except ConditionFailed:
                    reasons.append({"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"})
            if any(reason["Code"] != "None" for reason in reasons):
                self._bill(plans)
                codes = ", ".join(reason["Code"] for reason in reasons)
                message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
                raise self.error(name, "TransactionCanceledException", message, CancellationReasons=reasons)
            if len({(table.name, key) for _, table, key, _, _ in plans}) != len(plans):
                raise Invalid("Transaction request cannot include multiple operations on one item")
            for _, table, _, _, after in plans:
                if after is not None:
                    table.check(after)
            self._carry_out(plans)
            return {}

    def _carry_out(self, plans: list[Any]) -> None:
        for kind, table, key, row, after in plans:
            if kind == "ConditionCheck":
                self.meter.add("write", table.name, 2 * write_units(row.size if row else 0))
                continue
            for place, amount in table.write(key, after, self.clock()).items():
                self.meter.add("write", place, 2 * amount)

    def _bill(self, plans: list[Any]) -> None:
        for _, table, _, row, after in plans:
            size = max(item_size(after or {}), row.size if row else 0)
            self.meter.add("write", table.name, 2 * write_units(size))

    def _replayed(self, name: str, request: dict[str, Any]) -> bool:
        """Whether a token has been used in the last ten minutes; then only reads are billed."""
        token = request.get("ClientRequestToken")
        if token is None:
            return False
        content, now = repr(request["TransactItems"]), self.clock()
        known = self._tokens.get(token)
        self._tokens = {old: seen for old, seen in self._tokens.items() if seen[0] > now - TOKEN_LIFE}
        if known is None or known[0] <= now - TOKEN_LIFE:
            self._tokens[token] = (now, content)
            return False
        if known[1] != content:
            message = "Request token was used before with a different payload"
            raise self.error(name, "IdempotentParameterMismatchException", message)
        for action in request["TransactItems"]:
            ((kind, what),) = action.items()
            table = self.table(name, what)
            row = table.get(table.key(what["Item"] if kind == "Put" else what["Key"]))
            self.meter.add("read", table.name, 2 * read_units(row.size if row else 0, consistent=True))
        return True
