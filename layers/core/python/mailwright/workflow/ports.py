"""What the workflow asks of the world. The adapters implement it, tests fake it; both pass one contract suite."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

from mailwright.model.contact import Contact
from mailwright.model.event import Event
from mailwright.model.outbox import Pending
from mailwright.model.problem import Quarantined
from mailwright.model.profile import Profile
from mailwright.model.send import SendRecord, SendTask


class Spill(NamedTuple):
    """Ids that leave a profile's ring for a row of their span of days, which is written before the profile is."""

    day: int
    ids: bytes


class Page(NamedTuple):
    """Some rows of a scan. `after` is where to go on, None at the end; it may be kept and used by another process."""

    profiles: list[Profile]
    unreadable: list[str]  # ids of customers whose row is not one this version reads
    after: list[str] | None


class Unreadable(RuntimeError):
    """Rows that this version cannot read: damaged, or written by a newer one. `others` are the profiles that were asked
    for with theirs.
    """

    def __init__(self, customer_ids: list[str], others: dict[str, Profile] | None = None) -> None:
        super().__init__(f"{len(customer_ids)} row(s) are damaged, or were written by a newer version of Mailwright")
        self.customer_ids = customer_ids
        self.others = others or {}


class Profiles(Protocol):
    def load(self, customer_ids: Sequence[str]) -> dict[str, Profile]:
        """Strongly consistent; customers without a row are left out. Raises Unreadable."""

    def seen(self, customer_id: str, day: int) -> bytes:
        """The spilled ids of one customer and day; b"" when there are none."""

    def commit(self, profile: Profile, due: int | None, pending: Pending, spills: Sequence[Spill] = ()) -> bool:
        """Write `profile` as version v+1 if the stored version is still v. False: another writer was first.

        `spills` are kept either way: they were in the stored ring.
        """

    def due(self, before: int) -> Iterator[str]:
        """Ids of the customers whose `due` is at or before an instant. Eventually consistent."""

    def scan(self, segment: int, segments: int) -> Iterator[Profile]:
        """Every profile of one parallel-scan part of the table. Eventually consistent."""

    def pages(self, segment: int, segments: int, after: list[str] | None = None) -> Iterator[Page]:
        """The same a page at a time, from where another scan stopped; no row is too damaged to pass by."""


class Contacts(Protocol):
    def load(self, customer_id: str) -> Contact:
        """Strongly consistent; a customer without a row gets an empty Contact of version 0. Raises Unreadable."""

    def commit(self, contact: Contact) -> bool:
        """Write `contact` as version v+1 if the stored version is still v. False: another writer was first."""


class Stream(Protocol):
    def put(self, events: Sequence[Event]) -> list[Event]:
        """Put events on the stream, each to its customer's partition; the ones that were throttled come back."""


class Queue(Protocol):
    def put(self, tasks: Sequence[SendTask], delay: int = 0) -> None:
        """Queue tasks, all or an error; `delay` in seconds, at most 900."""


class Message(NamedTuple):
    sender: str
    to: str
    raw: bytes  # complete MIME
    tags: dict[str, str]  # names and values of [A-Za-z0-9_-], at most 256 characters


class Posted(NamedTuple):
    """What one POST to SES came to: accepted; throttled (definitely not sent, try later); refused (definitely not
    sent, never will be); unknown (the reply was lost: it may or may not have been sent).
    """

    outcome: Literal["accepted", "throttled", "refused", "unknown"]
    message_id: str = ""
    reason: str = ""


class Mailer(Protocol):
    def send(self, message: Message) -> Posted:
        """Exactly one POST, never repeated here."""


class Quarantine(Protocol):
    def put(self, records: Iterable[Quarantined]) -> None:
        """Keep records that could not be used, whole."""


class Journal(Protocol):
    def put(self, records: Iterable[SendRecord]) -> None:
        """Append what became of emails; at least once."""


class Lake(Protocol):
    def lines(self, prefix: str) -> Iterator[bytes]:
        """Every NDJSON line under a prefix, in key order; objects ending in .gz are decompressed."""

    def keys(self, prefix: str) -> Iterator[str]:
        """The objects under a prefix, in key order."""

    def write(self, key: str, body: bytes) -> None:
        """Put one object, replacing what was there."""

    def read(self, key: str) -> bytes | None:
        """One object, None when there is none; LakeUnreachable when that cannot be known now."""


class LakeUnreachable(RuntimeError):
    """The lake did not answer."""
