"""The contract of Profiles, on the fake and on both engines; and what only the real adapter can get wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from mailwright.fold.dedup import SPAN
from mailwright.fold.reduce import reduce
from mailwright.model.event import Event
from mailwright.model.outbox import Pending, decode_pending
from mailwright.model.profile import Profile
from mailwright.model.send import SendTask
from mailwright.model.state import decode_profile
from mailwright.model.times import DAY, HOUR
from mailwright.store.profiles import ProfileStore, ReadIncomplete
from mailwright.store.rows import due_shard
from mailwright.workflow.ports import Profiles, Spill, Unreadable
from tests.fakes.aws import TABLE, dynamodb, memory
from tests.fakes.profiles import FakeProfiles

NOW = 1_767_225_600_000
TASK = SendTask("0123456789abcdef", "c1", "journey:welcome", "one", "welcome", NOW, NOW + HOUR)


@pytest.fixture(params=["fake", "memory", "moto"])
def profiles(request: pytest.FixtureRequest) -> Iterator[Profiles]:
    if request.param == "fake":
        yield FakeProfiles()
    elif request.param == "memory":
        yield ProfileStore(memory(), TABLE)
    else:
        with dynamodb() as client:
            yield ProfileStore(client, TABLE)


@pytest.fixture
def client() -> Iterator[Any]:
    with dynamodb() as made:
        yield made


def visited(customer_id: str = "c1") -> Profile:
    return reduce(Profile(customer_id), [Event("1", NOW, customer_id, "page")])


def test_a_profile_comes_back_as_it_was_written_one_version_on(profiles: Profiles) -> None:
    profile = visited()
    assert profiles.load(["c1"]) == {}
    assert profiles.commit(profile, None, Pending())
    assert profile.v == 0
    loaded = profiles.load(["c1", "c2", "c1"])
    assert list(loaded) == ["c1"]
    assert loaded["c1"].v == 1
    assert loaded["c1"].totals == profile.totals
    assert loaded["c1"].last_seen == NOW


def test_of_two_writers_of_one_version_the_second_is_told(profiles: Profiles) -> None:
    assert profiles.commit(visited(), None, Pending())
    other = reduce(visited(), [Event("2", NOW + 1, "c1", "page")])
    assert not profiles.commit(other, None, Pending())
    first, second = profiles.load(["c1"])["c1"], profiles.load(["c1"])["c1"]
    first.stage, second.stage = "active", "repeat"
    assert profiles.commit(first, None, Pending())
    assert not profiles.commit(second, None, Pending(), [Spill(20454, b"abcdef")])
    assert profiles.load(["c1"])["c1"].stage == "active"
    assert profiles.seen("c1", 20454) == b"abcdef"  # they were in the ring of both


def test_a_profile_that_is_gone_is_not_made_anew_by_an_old_writer(profiles: Profiles) -> None:
    profile = visited()
    profile.v = 7
    assert not profiles.commit(profile, None, Pending())


def test_spilled_ids_are_kept_by_span_and_added_up(profiles: Profiles) -> None:
    assert profiles.commit(visited(), None, Pending(), [Spill(20454, b"abcdef"), Spill(20461, b"ghijkl")])
    assert profiles.commit(profiles.load(["c1"])["c1"], None, Pending(), [Spill(20454, b"mnopqr")])
    assert sorted(profiles.seen("c1", 20454)) == sorted(b"abcdefmnopqr")
    assert profiles.seen("c1", 20461) == b"ghijkl"
    assert profiles.seen("c1", 20468) == b""
    assert profiles.seen("c2", 20454) == b""


def test_timers_are_found_when_due_and_gone_when_the_next_write_has_none(profiles: Profiles) -> None:
    for number in range(12):
        assert profiles.commit(visited(f"c{number}"), NOW + number * HOUR, Pending())
    assert profiles.commit(visited("none"), None, Pending())
    assert sorted(profiles.due(NOW + 2 * HOUR)) == ["c0", "c1", "c2"]
    assert profiles.load(["c1"])["c1"].due == NOW + HOUR
    assert len(list(profiles.due(NOW + DAY))) == 12
    assert profiles.commit(profiles.load(["c1"])["c1"], None, Pending())
    assert sorted(profiles.due(NOW + 2 * HOUR)) == ["c0", "c2"]


def test_the_parts_of_a_scan_hold_every_profile_once(profiles: Profiles) -> None:
    for number in range(20):
        assert profiles.commit(visited(f"c{number}"), None, Pending(), [Spill(20454, b"abcdef")])
    found = [profile.customer_id for part in range(3) for profile in profiles.scan(part, 3)]
    assert sorted(found) == sorted(f"c{number}" for number in range(20))
    assert all(profile.v == 1 for profile in profiles.scan(0, 1))


def test_pages_go_on_from_where_another_scan_stopped(profiles: Profiles) -> None:
    for number in range(30):
        assert profiles.commit(visited(f"c{number}"), None, Pending())
    whole = [profile.customer_id for page in profiles.pages(1, 2) for profile in page.profiles]
    first = next(profiles.pages(1, 2))
    found = [profile.customer_id for profile in first.profiles]
    if first.after is not None:
        found += [profile.customer_id for page in profiles.pages(1, 2, first.after) for profile in page.profiles]
    assert found == whole
    key = [whole[3], "profile"]
    assert [one.customer_id for page in profiles.pages(1, 2, key) for one in page.profiles] == whole[4:]


@pytest.mark.parametrize("rest", [{"v": {"N": "1"}, "state": {"B": b"\x01\0\0\x04abcd"}}, {"note": {"S": "by hand"}}])
def test_a_damaged_row_is_named_and_passed_by(client: Any, rest: dict[str, Any]) -> None:
    store = ProfileStore(client, TABLE)
    for name in ("a", "b", "c"):
        assert store.commit(visited(name), None, Pending())
    client.put_item(TableName=TABLE, Item={"customer_id": {"S": "b"}, "row": {"S": "profile"}, **rest})
    (page,) = store.pages(0, 1)
    assert page.unreadable == ["b"]
    assert sorted(profile.customer_id for profile in page.profiles) == ["a", "c"]
    with pytest.raises(Unreadable) as told:
        store.load(["a", "b", "c"])
    assert told.value.customer_ids == ["b"]
    assert sorted(told.value.others) == ["a", "c"]


def test_more_than_a_hundred_profiles_load_at_once(profiles: Profiles) -> None:
    names = [f"c{number}" for number in range(205)]
    for name in names[:202]:
        assert profiles.commit(visited(name), None, Pending())
    assert len(profiles.load(names)) == 202


def test_the_row_has_readable_columns_and_an_outbox_only_when_it_decided_something(client: Any) -> None:
    store = ProfileStore(client, TABLE)
    order = Event("1", NOW, "c1", "track", "Order Completed", data={"total": 5, "products": [
        {"product_id": "s", "category": "Shirts"}]})  # fmt: skip
    profile = reduce(Profile("c1"), [order])
    profile.stage = "new"
    assert store.commit(profile, NOW + HOUR, Pending(sends=[TASK]))
    item = _item(client)
    assert item.keys() == {"customer_id", "row", "v", "state", "pend", "due", "due_shard", "last_purchase_date",
                           "preferred_category", "engagement_score", "lifecycle_stage"}  # fmt: skip
    assert item["last_purchase_date"] == {"S": "2026-01-01"}
    assert item["preferred_category"] == {"S": "Shirts"}
    assert item["engagement_score"] == {"N": "25"}
    assert item["due_shard"] == {"S": due_shard("c1")}
    assert decode_pending(item["pend"]["B"]) == Pending(sends=[TASK])
    assert decode_profile(item["state"]["B"]).v == 1
    assert store.commit(store.load(["c1"])["c1"], None, Pending())
    assert _item(client).keys().isdisjoint({"pend", "due", "due_shard"})


@pytest.mark.parametrize("spills", [[], [Spill(20454, b"abcdef")]])
def test_our_own_write_whose_reply_was_lost_counts_as_written(client: Any, spills: list[Spill]) -> None:
    store = ProfileStore(client, TABLE)
    send = client.put_item
    client.meta.events.register_first("before-send.dynamodb.PutItem", _break_each())

    def twice(**request: Any) -> Any:
        send(**request)
        return send(**request)  # what a client does whose first reply never came

    client.put_item = twice
    assert store.commit(visited(), None, Pending(sends=[TASK]), spills)
    assert store.load(["c1"])["c1"].v == 1
    assert store.seen("c1", 20454) == (b"abcdef" if spills else b"")


def test_spilled_rows_expire_after_the_window_of_their_last_day(client: Any) -> None:
    ProfileStore(client, TABLE).commit(visited(), None, Pending(), [Spill(20454, b"abcdef")])
    rows = client.scan(TableName=TABLE)["Items"]
    expires = next(int(item["ttl"]["N"]) for item in rows if item["row"]["S"].startswith("seen#"))
    assert expires * 1000 >= (20454 + SPAN + 28) * DAY


def test_keys_that_dynamodb_leaves_out_are_asked_for_again(client: Any) -> None:
    store = ProfileStore(client, TABLE)
    for name in ("c1", "c2", "c3"):
        store.commit(visited(name), None, Pending())
    store._wire = None  # answers of the client are easier to cut short
    whole = client.batch_get_item

    def one_at_a_time(*, RequestItems: Any) -> Any:  # noqa: N803
        keys = RequestItems[TABLE]["Keys"]
        reply = whole(RequestItems={TABLE: {**RequestItems[TABLE], "Keys": keys[:1]}})
        left = {TABLE: {**RequestItems[TABLE], "Keys": keys[1:]}} if keys[1:] else {}
        return reply | {"UnprocessedKeys": left}

    client.batch_get_item = one_at_a_time
    assert sorted(store.load(["c1", "c2", "c3"])) == ["c1", "c2", "c3"]
    client.batch_get_item = lambda *, RequestItems: {"Responses": {}, "UnprocessedKeys": RequestItems}  # noqa: N803
    with pytest.raises(ReadIncomplete, match="3 profiles"):
        store.load(["c1", "c2", "c3"])


def test_an_error_that_is_no_conflict_is_raised(client: Any) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        ProfileStore(client, "nowhere").commit(visited(), None, Pending())


def _break_each() -> Any:
    """A connection that breaks before a request is out, but not before the same one asked again."""
    said: list[str] = []

    def lose(request: Any, **_: object) -> None:
        target = str(hash(request.body))
        if target not in said:
            said.append(target)
            raise ReadTimeoutError(endpoint_url="https://example.invalid")

    return lose


def _item(client: Any) -> Any:
    return client.get_item(TableName=TABLE, Key={"customer_id": {"S": "c1"}, "row": {"S": "profile"}})["Item"]
