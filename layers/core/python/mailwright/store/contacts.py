"""The `contact` rows: whether a customer may be written to, and what was sent."""

from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from mailwright.model.contact import Contact, decode_contact, encode_contact
from mailwright.store.rows import CONTACT, Item, key, versioned
from mailwright.workflow.ports import Unreadable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ContactStore:
    """Implements workflow.ports.Contacts on the table `customers`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client: Any = client
        self._table = table

    def load(self, customer_id: str) -> Contact:
        """Strongly consistent; an empty Contact of version 0 when there is no row. Unreadable when it is damaged."""
        item = self._get(customer_id)
        if item is None:
            return Contact(customer_id)
        try:
            contact = decode_contact(item["state"]["B"])
            contact.v = int(item["v"]["N"])
        except (msgspec.DecodeError, LookupError) as error:  # LookupError: made by hand, or newer than this code
            raise Unreadable([customer_id]) from error
        return contact

    def commit(self, contact: Contact) -> bool:
        """One conditional put. False: another writer was first. Our own write with its reply lost is a success."""
        item = _item(contact)
        try:
            self._client.put_item(TableName=self._table, Item=item, **versioned(contact.v))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                raise
            return self._get(contact.customer_id) == item
        return True

    def _get(self, customer_id: str) -> Item | None:
        reply = self._client.get_item(TableName=self._table, Key=key(customer_id, CONTACT), ConsistentRead=True)
        found: Item | None = reply.get("Item")
        return found


def _item(contact: Contact) -> Item:
    version = contact.v + 1
    before, contact.v = contact.v, version
    try:
        state = encode_contact(contact)
    finally:
        contact.v = before
    return {**key(contact.customer_id, CONTACT), "v": {"N": str(version)}, "state": {"B": state}}
