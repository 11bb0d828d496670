"""What docs/operate.md tells a person to do after an outage, done: nothing is lost and nothing happens twice."""

import json
from pathlib import Path

import pytest

from local.world import names
from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.model.profile import count
from mailwright.model.times import DAY, HOUR
from tests.world.test_world import START, leave_a_cart

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def content():
    return compile_folder(ROOT / "layers" / "content")


def put_back(world, function):
    """`aws lambda invoke` with the `payload` of each object under aws/lambda/."""
    s3 = world.engine.client("s3")
    for entry in s3.list_objects_v2(Bucket=names.QUARANTINE, Prefix="aws/lambda/")["Contents"]:
        document = json.loads(s3.get_object(Bucket=names.QUARANTINE, Key=entry["Key"])["Body"].read())
        if document["requestContext"]["functionArn"].endswith(f":{function}"):
            answer, failure = world.invoker(world._by_name[function], json.loads(document["payload"]))
            assert failure is None
            assert answer == {"batchItemFailures": []}


@pytest.mark.parametrize("function", ["fold", "dispatch"])
def test_a_batch_that_was_given_up_is_put_back_by_invoking_its_function_with_it(content, function, monkeypatch):
    with World("memory", content, START) as world:
        rows = world.app.profiles if function == "fold" else world.app.contacts

        def away(*_):
            raise ConnectionError("the table is away")

        with monkeypatch.context() as outage:
            outage.setattr(rows, "commit", away)
            leave_a_cart(world)
            world.advance(world.now + 12 * HOUR)
        assert {kept.where for kept in world.quarantined} == {function}
        assert world.mail == []
        for _ in range(2):  # whoever is not sure puts it back again
            put_back(world, function)
            world.advance(world.now + HOUR)
        world.run_out(world.now + 2 * DAY)
        (ada,) = world.profiles()
        assert (count(ada.totals, "adds"), world.app.contacts.load("ada").address) == (1, "ada@example.com")
        assert [mail.tags["tp"] for mail in world.mail].count("welcome") == 1
        assert len({mail.tags["sk"] for mail in world.mail}) == len(world.mail)
