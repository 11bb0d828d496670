"""The SES of both engines: keeps every request whole and hands what becomes of it to `feedback.py`."""

import re
from collections.abc import Callable
from hashlib import sha256
from types import SimpleNamespace
from typing import Any, NamedTuple

from local.world.clock import Clock
from local.world.memory.service import Service, operation
from local.world.meter import KB, Meter

_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ADDRESS = re.compile(r"[\x21-\x7e]+@[A-Za-z0-9.-]+")
SIZE_LIMIT = 40 * KB * KB
RECIPIENTS = 50


class Mail(NamedTuple):
    """One accepted SendEmail."""

    number: int  # 1 for the first
    at: int  # milliseconds UTC
    message_id: str
    sender: str
    to: tuple[str, ...]
    raw: bytes  # complete MIME as SES got it
    tags: dict[str, str]
    configuration_set: str


class Ses(Service):
    """The sesv2 client: SendEmail with raw content. Every domain counts as verified; there are no quotas.

    `accepted` is told of each mail. `refusing`, when set, may return the (code, message) to answer a request with.
    """

    service = "sesv2"
    # The mailer refuses a client that would repeat a POST by itself; this one makes one attempt, by nature.
    meta = SimpleNamespace(config=SimpleNamespace(retries={"total_max_attempts": 1, "mode": "standard"}))

    def __init__(self, clock: Clock, meter: Meter, configuration_sets: set[str], *, strict: bool = False) -> None:
        super().__init__(clock, meter, strict=strict)
        self.configuration_sets = configuration_sets
        self.mail: list[Mail] = []
        self.accepted: Callable[[Mail], None] = lambda mail: None
        self.refusing: Callable[[dict[str, Any]], tuple[str, str] | None] = lambda request: None

    @operation("FromEmailAddress", "Destination", "Content", "EmailTags", "ConfigurationSetName", "ReplyToAddresses")
    def send_email(self, request: dict[str, Any]) -> dict[str, str]:
        self._check(request)
        refusal = self.refusing(request)
        if refusal is not None:
            raise self.error("SendEmail", *refusal)
        number, now = len(self.mail) + 1, self.clock()
        digest = sha256(f"{now}:{number}".encode()).hexdigest()
        name = f"{now:016x}-{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}-000000"
        mail = Mail(
            number,
            now,
            name,
            request["FromEmailAddress"],
            tuple(request["Destination"]["ToAddresses"]),
            bytes(request["Content"]["Raw"]["Data"]),
            {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", [])},
            request.get("ConfigurationSetName", ""),
        )
        self.mail.append(mail)
        self.meter.add("recipients", "mail", len(mail.to))
        self.accepted(mail)
        return {"MessageId": name}

    def _check(self, request: dict[str, Any]) -> None:
        """What SES refuses before it takes a message."""
        to = request["Destination"].get("ToAddresses", [])
        wrong = [address for address in (request["FromEmailAddress"], *to) if not _ADDRESS.fullmatch(bare(address))]
        tags = [tag for tag in request.get("EmailTags", []) if not all(map(_TAG.fullmatch, tag.values()))]
        name = request.get("ConfigurationSetName", "")
        if request["Content"].keys() != {"Raw"} or request["Destination"].keys() != {"ToAddresses"}:
            raise self.error("SendEmail", "BadRequestException", "the local SES takes raw content to ToAddresses only")
        if name not in self.configuration_sets:
            raise self.error("SendEmail", "NotFoundException", f"Configuration set <{name}> does not exist.")
        if wrong or not 0 < len(to) <= RECIPIENTS:
            raise self.error("SendEmail", "BadRequestException", f"Illegal address or none, or above {RECIPIENTS}")
        if tags:
            raise self.error("SendEmail", "BadRequestException", f"Invalid tag <{tags[0]}>: [A-Za-z0-9_-] only")
        if len(request["Content"]["Raw"]["Data"]) > SIZE_LIMIT:
            raise self.error("SendEmail", "MessageRejected", "Message length exceeds 40 MB")


def bare(address: str) -> str:
    """`hello@shop.example` of `Shop <hello@shop.example>`."""
    match = re.search(r"<([^<>]*)>\s*$", address)
    return match[1] if match else address
