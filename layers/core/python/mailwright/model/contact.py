"""Contact: the small row that decides whether a customer may be written to, and remembers what was sent."""

from typing import Literal, get_args

import msgspec

from mailwright.model.send import Class

GRANTED = "granted"
DENIED = "denied"

# What may stand in the ledger. The row holds a state as its place in this list: add at the end only, at most 16.
State = Literal[
    "waiting",
    "claimed",
    "accepted",
    "delivered",
    "bounced",
    "complained",
    "failed",
    "expired",
    "cancelled",
    "unconfirmed",
]
STATES: tuple[State, ...] = get_args(State)


class Consent(msgspec.Struct, array_like=True, frozen=True):
    """What a person said about one purpose, when, and where it was said."""

    state: str  # granted or denied
    at: int  # milliseconds UTC
    source: str  # identify, shopify, one-click, complaint, preferences: the proof
    stated: bool = False  # `at` is when the person said so, not when an event repeated it


class Slot(msgspec.Struct, frozen=True):
    """One email in the ledger: its key, how far it has come, and who is sending it."""

    key: str  # send key, 16 hex digits
    state: State
    attempt: int  # 1, or 2 for the one re-send of a receipt
    owner: str  # nonce of the invocation that holds the claim; "" when nobody does
    at: int  # milliseconds UTC of the last step `send` took; waiting: when to try again. Feedback leaves it alone
    cls: Class = "M"


class Contact(msgspec.Struct, array_like=True):
    """At most 1 KB encoded, so that each change costs one write unit."""

    customer_id: str
    v: int = 0
    address: str = ""
    address_at: int = 0
    consent: dict[str, Consent] = {}  # purpose -> statement; the purpose of journeys and campaigns is "marketing"
    suppressed: str = ""  # why nothing may be sent to this address: bounce, complaint; "" when it may
    suppressed_at: int = 0
    sent: list[Slot] = []  # oldest first, at most 24
    outranked: dict[str, Consent] = {}  # the newest statement of the kind that does not count; see ledger.consent
    merged_into: str = ""  # the id that this one is now: what is asked or said here is asked and said there
    merged_at: int = 0


class ContactChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an event says about address or consent; merged into the row by time, so order does not matter."""

    customer_id: str
    at: int
    source: str
    address: str | None = None
    consent: dict[str, str] = {}  # purpose -> granted or denied
    consent_at: int | None = None  # when the person said so, where the source tells (marketing_consent_at)
    inherited: int = 0  # said under an old id before it was merged, at this instant; see ledger.inherit


class _Cell(msgspec.Struct, array_like=True):
    """Slot as it is stored: 22 bytes, 30 while it is claimed."""

    key: bytes
    code: int  # place in STATES, attempt, class: four bits, two, one
    at: int
    owner: str


class _Row(msgspec.Struct, array_like=True):
    """Contact as it is stored: the same fields in the same order."""

    customer_id: str
    v: int = 0
    address: str = ""
    address_at: int = 0
    consent: dict[str, Consent] = {}
    suppressed: str = ""
    suppressed_at: int = 0
    sent: list[_Cell] = []
    outranked: dict[str, Consent] = {}
    merged_into: str = ""
    merged_at: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Row).decode


def encode_contact(contact: Contact) -> bytes:
    """The row's `state`. ValueError for a slot whose key is not hex digits."""
    fields = msgspec.structs.asdict(contact)
    return _encode(_Row(**{**fields, "sent": [_pack(slot) for slot in contact.sent]}))


def decode_contact(state: bytes) -> Contact:
    """The Contact in a row's `state`; msgspec.DecodeError when it is not one."""
    row = _decode(state)
    return Contact(**{**msgspec.structs.asdict(row), "sent": [_unpack(cell) for cell in row.sent]})


def _pack(slot: Slot) -> _Cell:
    code = STATES.index(slot.state) | slot.attempt << 4 | (slot.cls == "T") << 6
    return _Cell(bytes.fromhex(slot.key), code, slot.at, slot.owner)


def _unpack(cell: _Cell) -> Slot:
    cls: Class = "T" if cell.code >> 6 else "M"
    return Slot(cell.key.hex(), STATES[cell.code & 15], cell.code >> 4 & 3, cell.owner, cell.at, cls)
