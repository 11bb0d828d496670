"""The one place where real things are chosen: clients, clock, nonces. Handlers ask `app()`; tests call `use()`.

Adapters are imported when first asked for: a function that never sends mail never pays for importing what sends it.
"""
# ruff: noqa: PLC0415

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mailwright.settings import Settings

if TYPE_CHECKING:
    from mailwright.lake.journal import FirehoseJournal
    from mailwright.lake.lake import S3Lake
    from mailwright.lake.quarantine import S3Quarantine
    from mailwright.mailer.ses import SesMailer
    from mailwright.model.content import Content
    from mailwright.queue.sends import SendsQueue
    from mailwright.queue.stream import EventsStream
    from mailwright.store.contacts import ContactStore
    from mailwright.store.profiles import ProfileStore
    from mailwright.workflow.clusters import InUse


def _boto_client(service: str) -> Any:
    from mailwright.store.clients import client

    return client(service)


Made = TypeVar("Made")


class _afresh(Generic[Made]):  # noqa: N801, it is used like property
    """Worked out each time it is asked for, unless something was put in its place, as with cached_property."""

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self._make = make

    def __get__(self, app: "App", kind: type["App"]) -> Made:
        return self._make(app)


@dataclass
class App:
    """Everything a handler may reach, built when first touched."""

    settings: Settings
    client: Callable[[str], Any] = _boto_client
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    nonce: Callable[[], str] = field(default=lambda: secrets.token_hex(4))

    @cached_property
    def profiles(self) -> "ProfileStore":
        from mailwright.store.profiles import ProfileStore

        return ProfileStore(self.client("dynamodb"), self.settings["CUSTOMERS_TABLE"])

    @cached_property
    def contacts(self) -> "ContactStore":
        from mailwright.store.contacts import ContactStore

        return ContactStore(self.client("dynamodb"), self.settings["CUSTOMERS_TABLE"])

    @cached_property
    def stream(self) -> "EventsStream":
        from mailwright.queue.stream import EventsStream

        return EventsStream(self.client("kinesis"), self.settings["EVENTS_STREAM"])

    @cached_property
    def sends(self) -> "SendsQueue":
        from mailwright.queue.sends import SendsQueue

        return SendsQueue(self.client("sqs"), self.settings["SENDS_QUEUE_URL"])

    @cached_property
    def mailer(self) -> "SesMailer":
        from mailwright.mailer.ses import SesMailer

        return SesMailer(self.client("sesv2"), self.settings["CONFIGURATION_SET"])

    @cached_property
    def quarantine(self) -> "S3Quarantine":
        from mailwright.lake.quarantine import S3Quarantine

        return S3Quarantine(lambda: self.client("s3"), self.settings["QUARANTINE_BUCKET"])

    @cached_property
    def journal(self) -> "FirehoseJournal":
        from mailwright.lake.journal import FirehoseJournal

        return FirehoseJournal(self.client("firehose"), self.settings["JOURNAL_STREAM"])

    @cached_property
    def lake(self) -> "S3Lake":
        from mailwright.lake.lake import S3Lake

        return S3Lake(self.client("s3"), self.settings["LAKE_BUCKET"])

    @_afresh
    def content(self) -> "Content":
        """What is published and, where function.toml asks for them, the clusters in use with it."""
        from mailwright.content.load import load

        published = load(self.settings["CONTENT_FILE"])
        return self._in_use.of(published) if "CLUSTERS_BUCKET" in self.settings else published

    @cached_property
    def models(self) -> "S3Lake":
        from mailwright.lake.lake import S3Lake

        return S3Lake(self.client("s3"), self.settings["CLUSTERS_BUCKET"])

    @cached_property
    def _in_use(self) -> "InUse":
        from mailwright.workflow.clusters import InUse

        return InUse(self.models, self.clock)

    def secret(self, variable: str) -> dict[str, str]:
        """The JSON object in the Secrets Manager secret that `variable` names; read once a process."""
        from mailwright.store.secrets import secret

        return secret(self.client("secretsmanager"), self.settings[variable])


_app: App | None = None


def app() -> App:
    """The App of this process, made from the environment at first use."""
    global _app
    if _app is None:
        _app = App(Settings.from_env())
    return _app


def use(replacement: App | None) -> None:
    """Put another App in place (the laptop's world, a test's fakes); None takes it away."""
    global _app
    _app = replacement
