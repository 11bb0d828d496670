"""Pending: what one write of a profile decided, carried out by `dispatch` from the table's stream."""

import zlib

import msgspec

from mailwright.model.contact import ContactChange
from mailwright.model.event import Event
from mailwright.model.send import SendTask


class Merge(msgspec.Struct, frozen=True):
    """One id became another: the old contact row is frozen, and joined into the new one."""

    old: str
    new: str
    at: int  # milliseconds UTC


class Pending(msgspec.Struct, frozen=True, omit_defaults=True):
    """Applied in this order: contacts first, so that consent is known before the email asks for it."""

    contacts: list[ContactChange] = []
    sends: list[SendTask] = []
    events: list[Event] = []
    merges: list[Merge] = []

    def __bool__(self) -> bool:
        return bool(self.contacts or self.merges or self.sends or self.events)


# It is stored for one write, and that write and the next are billed by its bytes; so it is compressed, with what every
# outbox holds as the dictionary. JSON begins with "{", this with a byte of its own.
_DEFLATED = b"\x01"
_DICTIONARY = (
    b'{"contacts":[{"customer_id":"","at":17,"source":"identify","address":"@gmail.com","consent":{"marketing":"granted"'
    b'}}]}{"events":[{"id":"","at":17,"customer_id":"","type":"merge","name":"","source":"","data":{"from":"","state":"'
    b'{"is":"in","value":false,true{"is":"like","pattern":"{"is":"and","terms":[{"is":"segment","name":"'
    b'{"sends":[{"key":"","customer_id":"","program":"journey:cart-abandoned","step":"reminder","template":"cart-reminder'
    b'","planned_at":17,"not_after":17,"cls":"T","subject":"","offers":["],"when":{"is":"or","terms":[{"is":"not","term":{'
    b'"is":"compare","op":"=","left":{"is":"column","name":"cart_items"},"right":{"is":"const","value":0}}},{"is":"null",'
    b'"term":{"is":"compare","op":"=","left":{"is":"column","name":""},"right":{"is":"const","value":0}}}]},"trace":{'
    b'"journey":"","entry":1,"entered_at":17,"event":"","event_name":"Product Added","step":"","content":"","rule":"'
    b'","send_when":"","branches":[{"step":"","took":"then","rule":"","segment":"'
)
_RAW_DEFLATE = -12

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Pending).decode


def encode_pending(pending: Pending) -> bytes:
    """The row's `pend`."""
    squeeze = zlib.compressobj(4, zlib.DEFLATED, _RAW_DEFLATE, 8, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY)
    return _DEFLATED + squeeze.compress(_encode(pending)) + squeeze.flush()


def decode_pending(body: bytes) -> Pending:
    """The Pending in a row's `pend`, or in plain JSON. zlib.error or msgspec.DecodeError when it is damaged."""
    if body[:1] != _DEFLATED:
        return _decode(body)
    return _decode(zlib.decompressobj(_RAW_DEFLATE, _DICTIONARY).decompress(memoryview(body)[1:]))
