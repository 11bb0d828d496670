"""Contact: the small row that decides whether a customer may be written to, and remembers what was sent."""

import msgspec

GRANTED = "granted"
DENIED = "denied"


class Consent(msgspec.Struct, array_like=True, frozen=True):
    """What a person said about one purpose, when, and where it was said."""

    state: str  # granted or denied
    at: int  # milliseconds UTC
    source: str  # identify, shopify, one-click, complaint, preferences: the proof
    stated: bool = False  # `at` is when the person said so, not when an event repeated it


class Slot(msgspec.Struct, array_like=True, frozen=True):
    """One email in the ledger. States: claimed, waiting, accepted, delivered, bounced, complained, failed,
    expired, cancelled, unconfirmed.
    """

    key: str  # send key, 16 hex digits
    state: str
    attempt: int
    owner: str  # nonce of the invocation that holds the claim
    at: int  # of the last transition, milliseconds UTC


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


class ContactChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an event says about address or consent; merged into the row by time, so order does not matter."""

    customer_id: str
    at: int
    source: str
    address: str | None = None
    consent: dict[str, str] = {}  # purpose -> granted or denied
    consent_at: int | None = None  # when the person said so, where the source tells (marketing_consent_at)


encode_contact = msgspec.msgpack.Encoder().encode
decode_contact = msgspec.msgpack.Decoder(Contact).decode
