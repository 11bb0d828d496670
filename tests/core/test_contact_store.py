"""The contract of Contacts, on the fake and on both engines."""

from collections.abc import Iterator
from typing import Any

import pytest

from mailwright.model.contact import GRANTED, STATES, Consent, Contact, Slot, encode_contact
from mailwright.store.contacts import ContactStore
from mailwright.workflow.ports import Contacts, Unreadable
from tests.fakes.aws import TABLE, dynamodb, memory
from tests.fakes.contacts import FakeContacts

NOW = 1_767_225_600_000


@pytest.fixture(params=["fake", "memory", "moto"])
def contacts(request: pytest.FixtureRequest) -> Iterator[Contacts]:
    if request.param == "fake":
        yield FakeContacts()
    elif request.param == "memory":
        yield ContactStore(memory(), TABLE)
    else:
        with dynamodb() as client:
            yield ContactStore(client, TABLE)


def a_contact() -> Contact:
    return Contact(
        "c1",
        address="ann@example.com",
        address_at=NOW,
        consent={"marketing": Consent(GRANTED, NOW, "identify")},
        sent=[Slot("0123456789abcdef", "claimed", 1, "0a1b2c3d", NOW)],
    )


def test_a_customer_without_a_row_has_an_empty_contact(contacts: Contacts) -> None:
    assert contacts.load("nobody") == Contact("nobody")


def test_a_contact_comes_back_as_it_was_written_one_version_on(contacts: Contacts) -> None:
    contact = a_contact()
    assert contacts.commit(contact)
    loaded = contacts.load("c1")
    assert loaded.v == 1
    loaded.v = 0
    assert loaded == contact


def test_of_two_writers_of_one_version_the_second_is_told(contacts: Contacts) -> None:
    assert contacts.commit(a_contact())
    assert not contacts.commit(Contact("c1", address="other@example.com"))
    first, second = contacts.load("c1"), contacts.load("c1")
    first.suppressed, second.suppressed = "bounce", "complaint"
    assert contacts.commit(first)
    assert not contacts.commit(second)
    assert contacts.load("c1").suppressed == "bounce"


def test_our_own_write_whose_reply_was_lost_counts_as_written() -> None:
    with dynamodb() as client:
        send = client.put_item

        def twice(**request: Any) -> Any:
            send(**request)
            return send(**request)

        client.put_item = twice
        store = ContactStore(client, TABLE)
        assert store.commit(a_contact())
        assert store.load("c1").v == 1


@pytest.mark.parametrize("place", [15, None])
def test_a_row_that_is_damaged_or_has_a_state_of_a_newer_version_is_named(place: int | None) -> None:
    client = memory()
    state = encode_contact(Contact("c1", 1, sent=[Slot("0123456789abcdef", "complained", 0, "", 0)]))
    code = STATES.index("complained")
    state = b"\xc1" if place is None else state.replace(bytes((code,)), bytes((place,)))
    item = {"customer_id": {"S": "c1"}, "row": {"S": "contact"}, "v": {"N": "1"}, "state": {"B": state}}
    client.put_item(TableName=TABLE, Item=item)
    with pytest.raises(Unreadable) as told:
        ContactStore(client, TABLE).load("c1")
    assert told.value.customer_ids == ["c1"]
    client.put_item(
        TableName=TABLE, Item={"customer_id": {"S": "c2"}, "row": {"S": "contact"}, "note": {"S": "by hand"}}
    )
    with pytest.raises(Unreadable):
        ContactStore(client, TABLE).load("c2")
