"""What it costs to ask DynamoDB to keep a profile, by the ways there are: processor time, nothing sent."""

from typing import Any

from botocore.config import Config
from pynamodb.models import Model

from bench.fold import NOW, _histories
from bench.measure import interleaved, table
from bench.stub import Stub
from mailwright.model.outbox import Pending
from mailwright.model.state import decode_profile
from mailwright.store.profiles import ProfileStore
from mailwright.store.tables import Customer

TITLE = "Store: processor time of one conditional put of a profile"
PROFILES = 300
ROUNDS = 7


def run() -> str:
    """The table, as Markdown."""
    states = _histories([f"customer-{number:07d}" for number in range(PROFILES)])
    profiles = [decode_profile(state) for state in states.values()]
    stub = Stub()
    store, slow = ProfileStore(stub.client, "customers"), ProfileStore(stub.client, "customers")
    slow._wire = None
    items = [store._item(profile, NOW, Pending()) for profile in profiles]
    models = [_model(item) for item in items]
    condition = Customer.v == 1
    checked = Stub(Config(parameter_validation=True))

    def pynamodb() -> None:
        for model in models:
            model.save(condition)

    def boto3() -> None:
        for item in items:
            checked.client.put_item(
                TableName="customers",
                Item=item,
                ConditionExpression="v = :v",
                ExpressionAttributeValues={":v": {"N": "1"}},
            )

    _connect(stub)
    cases = {
        "pynamodb: Model.save with a condition": pynamodb,
        "boto3 client as it comes, attribute values by hand": boto3,
        "ProfileStore.commit through the client": lambda: [slow.commit(one, NOW, Pending()) for one in profiles],
        "ProfileStore.commit, the short way": lambda: [store.commit(one, NOW, Pending()) for one in profiles],
        "of it: encoding the row": lambda: [store._item(one, NOW, Pending()) for one in profiles],
        "pynamodb: Model.serialize alone": lambda: [model.serialize() for model in models],
    }
    cost = {name: seconds / PROFILES * 1e6 for name, seconds in interleaved(cases, ROUNDS).items()}
    first = cost["pynamodb: Model.save with a condition"]
    rows = [[name, f"{each:.0f}", f"{first / each:.1f} x"] for name, each in cost.items()]
    note = (
        "The stub that answers is inside these figures, about 20 us a call. ProfileStore starts from a Profile and"
        " encodes the row; pynamodb and the client are handed one that is encoded. A row of one blob and a few columns"
        " is cheap to serialize in any way: it is the request around it that costs."
    )
    return table(["", "us", "against pynamodb"], rows) + "\n\n" + note


def _model(item: dict[str, Any]) -> Model:
    model = Customer()
    model.deserialize(item)
    return model


def _connect(stub: Stub) -> None:
    """Let pynamodb talk to the stub, by the client it would have made."""
    inside: Any = Customer._get_connection().connection
    inside._client = stub.client
