"""What our adapters ask of AWS, asked of both engines: the same answers and the same refusals."""

import json

import pytest
from botocore.exceptions import ClientError

from functions.wiring import all_functions
from local.world import names
from local.world.clock import Clock
from local.world.world import engine

START = 1_793_527_200_000


@pytest.fixture(params=["memory", "moto"])
def world(request):
    clock = Clock(START)
    found = engine(request.param, clock, strict=True)
    found.build(all_functions())
    yield found
    found.close()


@pytest.fixture
def dynamodb(world):
    return world.client("dynamodb")


def row(name="ada", kind="profile", /, **more):
    return {"customer_id": {"S": name}, "row": {"S": kind}, **more}


def put(dynamodb, item, condition=None, values=None):
    extra = {"ConditionExpression": condition} if condition else {}
    if values:
        extra["ExpressionAttributeValues"] = values
    return dynamodb.put_item(TableName=names.TABLE, Item=item, **extra)


def code(error):
    return error.value.response["Error"]["Code"]


def test_a_row_comes_back_as_it_was_put_bytes_included(dynamodb):
    item = row(v={"N": "1"}, state={"B": b"\x00\xff"}, name={"S": "Ä"}, deep={"M": {"l": {"L": [{"BOOL": True}]}}})
    put(dynamodb, item)
    assert dynamodb.get_item(TableName=names.TABLE, Key=row(), ConsistentRead=True)["Item"] == item


def test_a_row_that_is_not_there_gives_no_item(dynamodb):
    assert "Item" not in dynamodb.get_item(TableName=names.TABLE, Key=row("nobody"))


def test_a_put_under_a_version_succeeds_once(dynamodb):
    put(dynamodb, row(v={"N": "1"}), "attribute_not_exists(v)")
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as error:
        put(dynamodb, row(v={"N": "1"}), "attribute_not_exists(v)")
    assert code(error) == "ConditionalCheckFailedException"
    put(dynamodb, row(v={"N": "2"}), "v = :v", {":v": {"N": "1"}})
    with pytest.raises(ClientError):
        put(dynamodb, row(v={"N": "2"}), "v = :v", {":v": {"N": "1"}})
    assert dynamodb.get_item(TableName=names.TABLE, Key=row())["Item"]["v"] == {"N": "2"}


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        ("v = :a", {":a": {"N": "5"}}, True),
        ("v = :a", {":a": {"N": "5.0"}}, True),
        ("v = :a", {":a": {"S": "5"}}, False),
        ("v <> :a", {":a": {"N": "5"}}, False),
        ("nothere <> :a", {":a": {"N": "5"}}, True),
        ("nothere = :a", {":a": {"N": "5"}}, False),
        ("nothere < :a", {":a": {"N": "5"}}, False),
        ("v BETWEEN :a AND :b", {":a": {"N": "4"}, ":b": {"N": "5"}}, True),
        ("v IN (:a, :b)", {":a": {"N": "4"}, ":b": {"N": "5"}}, True),
        ("NOT v = :a", {":a": {"N": "4"}}, True),
        ("v > :a AND word = :b OR nothere = :b", {":a": {"N": "1"}, ":b": {"S": "tea"}}, True),
        ("(v > :a OR nothere = :b) AND word = :b", {":a": {"N": "9"}, ":b": {"S": "tea"}}, False),
        ("begins_with(word, :a)", {":a": {"S": "te"}}, True),
        ("begins_with(word, :a)", {":a": {"S": "ea"}}, False),
        ("contains(word, :a)", {":a": {"S": "ea"}}, True),
        ("contains(tags, :a)", {":a": {"S": "x"}}, True),
        ("contains(tags, :a)", {":a": {"S": "y"}}, False),
        ("size(word) >= :a", {":a": {"N": "3"}}, True),
        ("attribute_type(word, :a)", {":a": {"S": "S"}}, True),
        ("attribute_exists(deep.a[0])", None, True),
        ("attribute_exists(deep.a[1])", None, False),
        ("attribute_exists(word) AND attribute_not_exists(gone)", None, True),
    ],
)
def test_conditions_hold_as_on_dynamodb(dynamodb, condition, values, holds):
    item = row(v={"N": "5"}, word={"S": "tea"}, tags={"SS": ["x"]}, deep={"M": {"a": {"L": [{"N": "1"}]}}})
    put(dynamodb, item)
    if holds:
        put(dynamodb, item, condition, values)
    else:
        with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
            put(dynamodb, item, condition, values)


@pytest.mark.parametrize(
    "request_",
    [
        {
            "Item": row(v={"N": "1"}),
            "ConditionExpression": "state = :s",
            "ExpressionAttributeValues": {":s": {"S": "x"}},
        },
        {"Item": row(), "ConditionExpression": "v = :v"},
        {"Item": row(), "ConditionExpression": "v = = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}},
        {"Item": {"customer_id": {"S": "ada"}}},
        {"Item": row(big={"S": "x" * (400 * 1024)})},
    ],
    ids=["reserved word", "undefined value", "syntax", "half a key", "above 400 KB"],
)
def test_what_dynamodb_refuses_is_refused(world, request_):
    crashes = (KeyError, ValueError) if world.name == "moto" else ()  # moto falls over some of it instead
    with pytest.raises((ClientError, *crashes)) as error:
        world.client("dynamodb").put_item(TableName=names.TABLE, **request_)
    assert isinstance(error.value, crashes) or code(error) == "ValidationException"


def test_updates_see_the_row_as_it_was_and_make_it_when_it_is_not_there(dynamodb):
    def update(expression, **values):
        extra = {"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}} if values else {}
        answer = dynamodb.update_item(
            TableName=names.TABLE, Key=row(), UpdateExpression=expression, ReturnValues="ALL_NEW", **extra
        )
        return {name: value for name, value in answer["Attributes"].items() if name not in ("customer_id", "row")}

    assert update("SET a = :one, b = if_not_exists(b, :one)", one={"N": "1"}) == {"a": {"N": "1"}, "b": {"N": "1"}}
    assert update("SET a = a + :two, b = a", two={"N": "2"}) == {"a": {"N": "3"}, "b": {"N": "1"}}
    assert update("ADD a :two, tags :t REMOVE b", two={"N": "2"}, t={"SS": ["x"]}) == {
        "a": {"N": "5"},
        "tags": {"SS": ["x"]},
    }
    assert update("DELETE tags :t SET l = :l", t={"SS": ["x"]}, l={"L": []}) == {"a": {"N": "5"}, "l": {"L": []}}
    assert update("SET l = list_append(l, :l)", l={"L": [{"N": "1"}]})["l"] == {"L": [{"N": "1"}]}
    assert update("SET l[0] = :n", n={"N": "2"})["l"] == {"L": [{"N": "2"}]}


def test_deleting_gives_back_what_was_there(dynamodb):
    put(dynamodb, row(v={"N": "1"}))
    answer = dynamodb.delete_item(TableName=names.TABLE, Key=row(), ReturnValues="ALL_OLD")
    assert answer["Attributes"] == row(v={"N": "1"})
    assert "Item" not in dynamodb.get_item(TableName=names.TABLE, Key=row())


def test_a_batch_of_keys_gives_the_rows_that_are_there(dynamodb):
    for name in ("ada", "bob"):
        put(dynamodb, row(name, v={"N": "1"}))
    keys = [row(name) for name in ("ada", "bob", "eve")]
    answer = dynamodb.batch_get_item(RequestItems={names.TABLE: {"Keys": keys, "ConsistentRead": True}})
    assert sorted(item["customer_id"]["S"] for item in answer["Responses"][names.TABLE]) == ["ada", "bob"]
    assert answer["UnprocessedKeys"] == {}


def test_a_batch_has_at_most_100_keys(dynamodb):
    keys = [row(f"c{n}") for n in range(101)]
    with pytest.raises(ClientError) as error:
        dynamodb.batch_get_item(RequestItems={names.TABLE: {"Keys": keys}})
    assert code(error) == "ValidationException"


def test_a_transaction_writes_all_rows(dynamodb):
    puts = [{"Put": {"TableName": names.TABLE, "Item": row("ada", kind)}} for kind in ("profile", "seen#1")]
    dynamodb.transact_write_items(TransactItems=puts)
    for kind in ("profile", "seen#1"):
        assert "Item" in dynamodb.get_item(TableName=names.TABLE, Key=row("ada", kind))


def test_a_transaction_with_one_failed_condition_writes_none_and_says_which(dynamodb):
    put(dynamodb, row(v={"N": "7"}))
    conditional = {
        "TableName": names.TABLE,
        "Item": row(v={"N": "1"}),
        "ConditionExpression": "attribute_not_exists(v)",
    }
    plain = {"TableName": names.TABLE, "Item": row("ada", "seen#1")}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as error:
        dynamodb.transact_write_items(TransactItems=[{"Put": plain}, {"Put": conditional}])
    assert [reason["Code"] for reason in error.value.response["CancellationReasons"]] == [
        "None",
        "ConditionalCheckFailed",
    ]
    assert "Item" not in dynamodb.get_item(TableName=names.TABLE, Key=row("ada", "seen#1"))


def test_a_transaction_touches_a_row_once(dynamodb):
    twice = [{"Put": {"TableName": names.TABLE, "Item": row()}}] * 2
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(TransactItems=twice)
    assert code(error) == "ValidationException"


def test_the_due_index_is_sparse_in_order_and_holds_keys_only(dynamodb):
    for name, due in (("late", 300), ("soon", 100), ("then", 200)):
        put(dynamodb, row(name, due_shard={"S": "0"}, due={"N": str(due)}, state={"B": b"x"}))
    put(dynamodb, row("never"))
    put(dynamodb, row("elsewhere", due_shard={"S": "1"}, due={"N": "1"}))
    answer = dynamodb.query(
        TableName=names.TABLE,
        IndexName="due",
        KeyConditionExpression="due_shard = :shard AND due <= :before",
        ExpressionAttributeValues={":shard": {"S": "0"}, ":before": {"N": "200"}},
    )
    assert [item["customer_id"]["S"] for item in answer["Items"]] == ["soon", "then"]
    assert set(answer["Items"][0]) == {"customer_id", "row", "due_shard", "due"}
    put(dynamodb, row("soon"))
    again = dynamodb.query(
        TableName=names.TABLE,
        IndexName="due",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": "0"}},
        ScanIndexForward=False,
    )
    assert [item["customer_id"]["S"] for item in again["Items"]] == ["late", "then"]


def test_a_query_finds_the_rows_of_one_customer_by_prefix_page_by_page(dynamodb):
    for kind in ("profile", "seen#000001#1", "seen#000001#2", "seen#000002#3"):
        put(dynamodb, row("ada", kind))
    pages = dynamodb.get_paginator("query").paginate(
        TableName=names.TABLE,
        KeyConditionExpression="customer_id = :c AND begins_with(#r, :p)",
        ExpressionAttributeNames={"#r": "row"},
        ExpressionAttributeValues={":c": {"S": "ada"}, ":p": {"S": "seen#000001#"}},
        ConsistentRead=True,
        PaginationConfig={"PageSize": 1},
    )
    assert [item["row"]["S"] for page in pages for item in page["Items"]] == ["seen#000001#1", "seen#000001#2"]


def test_an_index_is_never_read_consistently(dynamodb):
    with pytest.raises(ClientError) as error:
        dynamodb.query(
            TableName=names.TABLE,
            IndexName="due",
            ConsistentRead=True,
            KeyConditionExpression="due_shard = :shard",
            ExpressionAttributeValues={":shard": {"S": "0"}},
        )
    assert code(error) == "ValidationException"


def test_the_parts_of_a_parallel_scan_give_every_row_once(dynamodb):
    people = {f"customer {n}" for n in range(60)}
    for name in people:
        put(dynamodb, row(name))
        put(dynamodb, row(name, "contact"))
    found = []
    for segment in range(3):
        start = {}
        while True:
            answer = dynamodb.scan(
                TableName=names.TABLE,
                Segment=segment,
                TotalSegments=3,
                FilterExpression="#r = :profile",
                ExpressionAttributeNames={"#r": "row"},
                ExpressionAttributeValues={":profile": {"S": "profile"}},
                Limit=7,
                **start,
            )
            found += [item["customer_id"]["S"] for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                break
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert len(found) == len(people)
    assert set(found) == people


def test_the_tables_stream_has_the_new_image_of_every_change_in_order(world):
    dynamodb, streams = world.client("dynamodb"), world.client("dynamodbstreams")
    for version in ("1", "2"):
        put(dynamodb, row(v={"N": version}, pend={"B": b"p"}))
    dynamodb.delete_item(TableName=names.TABLE, Key=row())
    (shard,) = streams.describe_stream(StreamArn=world.stream_arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=world.stream_arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    assert [record["dynamodb"].get("NewImage", {}).get("v") for record in records] == [{"N": "1"}, {"N": "2"}, None]
    assert records[0]["dynamodb"]["Keys"] == row()
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
    assert numbers == sorted(set(numbers))


def test_kinesis_puts_a_key_on_one_shard_in_order(world):
    kinesis = world.client("kinesis")
    records = [{"Data": f"{key}{n}".encode(), "PartitionKey": key} for n in range(3) for key in ("ada", "bob", "eve")]
    answer = kinesis.put_records(StreamName=names.STREAM, Records=records)
    assert answer["FailedRecordCount"] == 0
    placed = {}
    for record, result in zip(records, answer["Records"], strict=True):
        assert placed.setdefault(record["PartitionKey"], result["ShardId"]) == result["ShardId"]
    assert (
        placed == {"ada": "shardId-000000000001", "bob": "shardId-000000000001", "eve": "shardId-000000000001"} | placed
    )
    found = {}
    for shard in kinesis.list_shards(StreamName=names.STREAM)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=names.STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
            found.setdefault(record["PartitionKey"], []).append(record["Data"].decode())
            assert placed[record["PartitionKey"]] == shard["ShardId"]
    assert found == {key: [f"{key}{n}" for n in range(3)] for key in ("ada", "bob", "eve")}


def test_kinesis_takes_500_records_a_request(world):
    records = [{"Data": b"x", "PartitionKey": "k"}] * 501
    with pytest.raises(ClientError):
        world.client("kinesis").put_records(StreamName=names.STREAM, Records=records)


def test_a_queue_hides_what_was_received_and_forgets_what_was_deleted(world):
    sqs, url = world.client("sqs"), names.queue_url("sends")
    entries = [{"Id": str(n), "MessageBody": json.dumps(n)} for n in range(3)]
    assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 3
    first = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2)["Messages"]
    assert [message["Body"] for message in first] == ["0", "1"]
    assert [message["Body"] for message in sqs.receive_message(QueueUrl=url)["Messages"]] == ["2"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
    world.clock.reach(START + 360_000)
    again = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert sorted(message["Body"] for message in again) == ["1", "2"]
    assert {message["Attributes"]["ApproximateReceiveCount"] for message in again} == {"2"}


def test_an_object_comes_back_and_is_listed_by_prefix(world):
    s3 = world.client("s3")
    for key in ("a/2", "a/1", "b/1"):
        s3.put_object(Bucket=names.LAKE, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=names.LAKE, Key="a/1")["Body"].read() == b"a/1"
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=names.LAKE, Prefix="a/", PaginationConfig={"PageSize": 1}
    )
    assert [entry["Key"] for page in pages for entry in page["Contents"]] == ["a/1", "a/2"]
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=names.LAKE, Key="none")
    assert code(error) == "NoSuchKey"


def test_secrets_are_there(world):
    answer = world.client("secretsmanager").get_secret_value(SecretId=names.INGEST)
    assert json.loads(answer["SecretString"])["write_key"] == "local"
    with pytest.raises(ClientError) as error:
        world.client("secretsmanager").get_secret_value(SecretId="none")
    assert code(error) == "ResourceNotFoundException"
