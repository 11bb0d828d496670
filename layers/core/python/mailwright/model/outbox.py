"""Pending: what one write of a profile decided, carried out by `dispatch` from the table's stream."""

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


encode_pending = msgspec.json.Encoder().encode
decode_pending = msgspec.json.Decoder(Pending).decode
