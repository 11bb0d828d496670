"""Capacity by DynamoDB's published rules, each rule with a case whose units can be counted by hand."""

import pytest
from botocore.exceptions import ClientError

from functions.wiring import all_functions
from local.world import names
from local.world.clock import Clock
from local.world.memory.engine import MemoryEngine
from local.world.memory.values import item_size

KEY = {"customer_id": {"S": "ada"}, "row": {"S": "profile"}}
BASE = len("customer_id") + len("ada") + len("row") + len("profile")


class Bill:
    """Units since the last look."""

    def __init__(self, engine):
        self._units = engine.meter.units
        self._seen = {}

    def __call__(self):
        new = {key: n - self._seen.get(key, 0) for key, n in self._units.items() if n != self._seen.get(key, 0)}
        self._seen = dict(self._units)
        return {f"{what} {of}": n for (what, of), n in new.items()}


@pytest.fixture
def engine():
    found = MemoryEngine(Clock(1_000))
    found.build(all_functions())
    return found


@pytest.fixture
def dynamodb(engine):
    return engine.client("dynamodb")


@pytest.fixture
def bill(engine):
    found = Bill(engine)
    found()
    return found


def sized(size, **more):
    """The row in exactly `size` bytes."""
    item = {**KEY, **more, "x": {"B": b""}}
    item["x"] = {"B": b"x" * (size - item_size(item))}
    assert item_size(item) == size
    return item


def put(dynamodb, item, **more):
    dynamodb.put_item(TableName=names.TABLE, Item=item, **more)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "tea"}, 3),
        ({"S": "Ä"}, 2),
        ({"B": b"1234"}, 4),
        ({"N": "1"}, 2),
        ({"N": "1234"}, 3),
        ({"N": "12345"}, 4),
        ({"N": "-1"}, 3),
        ({"N": "1000"}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": [{"S": "ab"}]}, 3 + 1 + 2),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
        ({"SS": ["a", "bc"]}, 3),
    ],
)
def test_values_weigh_what_the_developer_guide_says(value, size):
    assert item_size({"name": value}) == len("name") + size


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1024, 1), (1025, 2), (4500, 5)])
def test_a_put_costs_a_unit_a_started_kilobyte(dynamodb, bill, size, units):
    put(dynamodb, sized(size))
    assert bill() == {"write customers": units}


def test_a_write_costs_by_the_larger_of_before_and_after(dynamodb, bill):
    put(dynamodb, sized(3000))
    bill()
    put(dynamodb, sized(100))
    assert bill() == {"write customers": 3}
    put(dynamodb, sized(2000))
    assert bill() == {"write customers": 2}


def test_an_update_costs_the_whole_item_not_the_attribute(dynamodb, bill):
    put(dynamodb, sized(2500))
    bill()
    dynamodb.update_item(
        TableName=names.TABLE, Key=KEY, UpdateExpression="SET v = :v", ExpressionAttributeValues={":v": {"N": "1"}}
    )
    assert bill() == {"write customers": 3}


def test_a_delete_costs_what_was_there_and_one_when_nothing_was(dynamodb, bill):
    put(dynamodb, sized(2500))
    bill()
    dynamodb.delete_item(TableName=names.TABLE, Key=KEY)
    assert bill() == {"write customers": 3}
    dynamodb.delete_item(TableName=names.TABLE, Key=KEY)
    assert bill() == {"write customers": 1}


def test_a_failed_condition_is_billed_as_the_write_it_was(dynamodb, bill):
    put(dynamodb, sized(1500))
    bill()
    with pytest.raises(ClientError):
        put(dynamodb, sized(2500), ConditionExpression="attribute_not_exists(v) AND attribute_not_exists(x)")
    assert bill() == {"write customers": 3}
    with pytest.raises(ClientError):
        put(dynamodb, sized(100), ConditionExpression="attribute_not_exists(x)")
    assert bill() == {"write customers": 2}


@pytest.mark.parametrize(
    ("size", "consistent", "units"), [(100, True, 1), (100, False, 0.5), (4097, True, 2), (8193, False, 1.5)]
)
def test_a_read_costs_a_unit_a_started_4_kb_and_half_of_it_when_eventual(dynamodb, bill, size, consistent, units):
    put(dynamodb, sized(size))
    bill()
    dynamodb.get_item(TableName=names.TABLE, Key=KEY, ConsistentRead=consistent)
    assert bill() == {"read customers": units}


def test_reading_nothing_costs_as_much_as_4_kb(dynamodb, bill):
    dynamodb.get_item(TableName=names.TABLE, Key=KEY, ConsistentRead=True)
    assert bill() == {"read customers": 1}


def test_a_batch_of_keys_rounds_each_item_by_itself(dynamodb, bill):
    put(dynamodb, sized(100))
    bill()
    other = {"customer_id": {"S": "bob"}, "row": {"S": "profile"}}
    dynamodb.batch_get_item(RequestItems={names.TABLE: {"Keys": [KEY, other], "ConsistentRead": True}})
    assert bill() == {"read customers": 2}


def test_a_query_rounds_the_sum_of_what_it_looked_at(dynamodb, bill):
    for number in range(5):
        put(dynamodb, {**sized(1000), "row": {"S": f"seen#{number}"}})
    bill()
    dynamodb.query(
        TableName=names.TABLE,
        KeyConditionExpression="customer_id = :c",
        FilterExpression="attribute_exists(nothere)",
        ExpressionAttributeValues={":c": {"S": "ada"}},
        ConsistentRead=True,
    )
    assert bill() == {"read customers": 2}


def test_a_transaction_costs_twice_and_so_does_a_check_in_it(dynamodb, bill):
    put(dynamodb, sized(1500))
    bill()
    check = {"TableName": names.TABLE, "Key": KEY, "ConditionExpression": "attribute_exists(x)"}
    other = {"TableName": names.TABLE, "Item": {**KEY, "row": {"S": "seen#1"}}}
    dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": check}, {"Put": other}])
    assert bill() == {"write customers": 2 * 2 + 2 * 1}


def test_a_cancelled_transaction_is_billed_too(dynamodb, bill):
    put(dynamodb, sized(1500))
    bill()
    failing = {"TableName": names.TABLE, "Item": sized(100), "ConditionExpression": "attribute_not_exists(x)"}
    other = {"TableName": names.TABLE, "Item": {**KEY, "row": {"S": "seen#1"}}}
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[{"Put": failing}, {"Put": other}])
    assert bill() == {"write customers": 2 * 2 + 2 * 1}


def test_a_repeated_token_costs_reads_and_writes_nothing_for_ten_minutes(engine, dynamodb, bill):
    def transact(item):
        dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": names.TABLE, "Item": item}}], ClientRequestToken="t"
        )

    transact(sized(100))
    bill()
    transact(sized(100))
    assert bill() == {"read customers": 2}
    with pytest.raises(ClientError) as error:
        transact(sized(200))
    assert error.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"
    engine.clock.reach(1_000 + 600_000)
    transact(sized(200))
    assert bill() == {"write customers": 2}


def test_an_index_costs_a_write_for_each_entry_in_out_or_moved(dynamodb, bill):
    due = {"due_shard": {"S": "3"}, "due": {"N": "100"}}
    put(dynamodb, sized(200, **due))
    assert bill() == {"write customers": 1, "write customers/due": 1}
    put(dynamodb, sized(300, **due))
    assert bill() == {"write customers": 1}, "the entry did not change"
    put(dynamodb, sized(300, due_shard={"S": "3"}, due={"N": "200"}))
    assert bill() == {"write customers": 1, "write customers/due": 2}, "out of one place, into another"
    put(dynamodb, sized(300))
    assert bill() == {"write customers": 1, "write customers/due": 1}


def test_an_index_read_is_billed_to_the_index(dynamodb, bill):
    dynamodb.query(
        TableName=names.TABLE,
        IndexName="due",
        KeyConditionExpression="due_shard = :s",
        ExpressionAttributeValues={":s": {"S": "0"}},
    )
    assert bill() == {"read customers/due": 0.5}


def test_the_answer_says_what_was_consumed(dynamodb):
    answer = dynamodb.put_item(TableName=names.TABLE, Item=sized(2500), ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == {"TableName": names.TABLE, "CapacityUnits": 3.0}


def test_calls_are_counted_refused_ones_too(engine, dynamodb):
    for _ in range(2):
        try:
            put(dynamodb, sized(100), ConditionExpression="attribute_not_exists(x)")
        except ClientError:
            assert engine.meter.calls["dynamodb", "PutItem"] == 2
    assert engine.meter.report()["calls"]["dynamodb.PutItem"] == 2


def test_kinesis_bills_records_by_whole_kilobytes(engine, bill):
    engine.client("kinesis").put_records(
        StreamName=names.STREAM,
        Records=[{"Data": b"x", "PartitionKey": "a"}, {"Data": b"x" * 1500, "PartitionKey": "b"}],
    )
    assert bill() == {"put bytes, whole KB events": 3 * 1024, "put payload units, 25 KB events": 2}


def test_what_the_engine_does_not_know_it_refuses(engine, dynamodb):
    with pytest.raises(NotImplementedError, match="restore_table"):
        dynamodb.restore_table_to_point_in_time()
    with pytest.raises(NotImplementedError, match="PerPartition"):
        put(dynamodb, sized(100), PerPartitionQuota=1)
    with pytest.raises(NotImplementedError, match="polly"):
        engine.client("polly")
