"""The table `customers` as pynamodb models: its keys, index, stream and TTL in one place.

The laptop and the tests create the table from here, and infra's construct is held against it. Hot paths write by hand
(rows.py); models are for what is done rarely.
"""

from typing import TYPE_CHECKING, Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.constants import STREAM_NEW_IMAGE
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TTL = "ttl"


class DueIndex(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # pynamodb leaves its hook untyped
    """Sparse: a row stands in it while it has a timer."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()
        billing_mode = "PAY_PER_REQUEST"

    due_shard = UnicodeAttribute(hash_key=True)
    due = NumberAttribute(range_key=True)


class Customer(Model):
    """Any row of a customer; `row` says which attributes it has."""

    class Meta:
        table_name = "customers"
        billing_mode = "PAY_PER_REQUEST"
        stream_view_type = STREAM_NEW_IMAGE

    customer_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    v = NumberAttribute(null=True)
    state = BinaryAttribute(null=True, legacy_encoding=False)
    pend = BinaryAttribute(null=True, legacy_encoding=False)
    due_shard = UnicodeAttribute(null=True)
    due = NumberAttribute(null=True)
    ids = BinaryAttribute(null=True, legacy_encoding=False)
    ttl = NumberAttribute(null=True)
    last_purchase_date = UnicodeAttribute(null=True)
    preferred_category = UnicodeAttribute(null=True)
    engagement_score = NumberAttribute(null=True)
    lifecycle_stage = UnicodeAttribute(null=True)

    by_due = DueIndex()


def definition(name: str) -> dict[str, Any]:
    """The CreateTable request that makes the table, as boto3 takes it."""
    schema: Any = Customer._get_schema()
    index = schema["global_secondary_indexes"][0]
    return {
        "TableName": name,
        "AttributeDefinitions": schema["attribute_definitions"],
        "KeySchema": _keys(schema["key_schema"]),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index["index_name"],
                "KeySchema": _keys(index["key_schema"]),
                "Projection": {"ProjectionType": index["projection"]["ProjectionType"]},
            }
        ],
        "BillingMode": Customer.Meta.billing_mode,
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": Customer.Meta.stream_view_type},
    }


def create(client: "DynamoDBClient", name: str) -> None:
    """Make the table with its index, stream and TTL, and wait until it is there."""
    client.create_table(**definition(name))
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL})


def _keys(schema: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(schema, key=lambda one: one["KeyType"])  # HASH before RANGE, as DynamoDB wants it
