"""The reference workload in small: who sends what and when, what the shop mails, and what becomes of the emails.

A million customers, 100 million events and 10 million emails a month are one customer with 100 events and 10 emails, a
million times. What is made up here is in tables and named numbers, so that it can be argued about.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from bench.trace import trace
from local.world.feedback import Outcome, bounce, complaint, delivery
from local.world.ses import Mail
from mailwright.content.publish import compile_folder
from mailwright.expression.tree import Const
from mailwright.model.content import Campaign, Content, Segment
from mailwright.model.event import Event
from mailwright.model.times import DAY, HOUR, MINUTE, iso

SHIPPED = Path(__file__).parent.parent / "layers" / "content"
CUSTOMERS, EVENTS, EMAILS = 1_000_000, 100_000_000, 10_000_000  # the reference workload, a month
MONTH = 30 * DAY
# How many sessions begin in each hour of a day: nights are quiet, the evening is twice the mean.
HOURS = (40, 25, 15, 10, 10, 15, 30, 60, 85, 100, 110, 115, 120, 115, 110, 110, 115, 125, 145, 180, 200, 180, 130, 75)
# Of a thousand emails that SES took: how many bounce, are reported, opened and clicked.
BOUNCED, COMPLAINED, OPENED, CLICKED = 5, 1, 400, 25
QUIET = 30 * MINUTE  # after so long a customer's next event begins a session


@dataclass(frozen=True)
class Sdk:
    """When a storefront sends: as soon as it has `at_once` events, or has held one for `held` ms, or a session ends."""

    at_once: int = 20
    held: int = QUIET


def content() -> Content:
    """What is shipped, and three newsletters a week to everyone, so that it comes to about ten emails a month."""
    made = compile_folder(SHIPPED)
    letters = {
        name: Campaign(name, "A newsletter", "everyone", "win-back", f"0 9 * * {day}")
        for name, day in (("letter-tuesday", 2), ("letter-thursday", 4), ("letter-saturday", 6))
    }
    everyone = Segment("everyone", "Whoever was seen", Const(value=True))
    return msgspec.structs.replace(
        made, segments={**made.segments, "everyone": everyone}, campaigns={**made.campaigns, **letters}
    )


def requests(customers: int, days: int, sdk: Sdk, seed: int = 5) -> Iterator[tuple[int, list[Event]]]:
    """What storefronts send, in order: the instant, and events of one customer."""
    by_customer: dict[str, list[Event]] = {}
    for event in trace(seed, customers, days):
        if event.name != "Email Link Clicked":  # of these emails SES tells
            by_customer.setdefault(event.customer_id, []).append(event)
    sent = [each for events in by_customer.values() for session in _sessions(events) for each in _sent(session, sdk)]
    return iter(sorted(sent, key=lambda each: (each[0], each[1][0].id)))


def body(events: list[Event]) -> bytes:
    """A batch of the Segment API."""
    return json.dumps({"batch": [_message(event) for event in events]}, separators=(",", ":")).encode()


def outcomes(mail: Mail) -> list[Outcome]:
    """What becomes of a mail, by its number: shares as named above, at hours that spread over a day."""
    place = mail.number * 7919 % 1000
    if place < BOUNCED:
        return [(MINUTE, "Bounce", bounce(mail.to[0]))]
    told: list[Outcome] = [(MINUTE, "Delivery", delivery(mail.to))]
    if place < BOUNCED + COMPLAINED:
        return [*told, (HOUR, "Complaint", complaint(mail.to))]
    if place < BOUNCED + COMPLAINED + OPENED:
        later = 2 * MINUTE + mail.number * 104_729 % (16 * HOUR)
        told.append((later, "Open", {"userAgent": "Mozilla/5.0", "ipAddress": "192.0.2.1"}))
        if place < BOUNCED + COMPLAINED + CLICKED:
            link = {"link": "https://shop.example.com/products", "userAgent": "Mozilla/5.0", "ipAddress": "192.0.2.1"}
            told.append((later + MINUTE, "Click", link))
    return told


def _sessions(events: list[Event]) -> Iterator[list[Event]]:
    """A customer's sessions, moved within their day to the hours that shops are visited at."""
    session: list[Event] = []
    for event in events:
        if session and event.at > session[-1].at + QUIET:
            yield _moved(session)
            session = []
        session.append(event)
    if session:
        yield _moved(session)


def _moved(session: list[Event]) -> list[Event]:
    start = session[0].at
    moved = start - start % DAY + _of_the_day()[start % DAY * 1440 // DAY] * MINUTE + start % MINUTE - start
    return [msgspec.structs.replace(event, at=event.at + moved) for event in session]


@cache
def _of_the_day() -> list[int]:
    """For each minute of an even day the minute of the busy-and-quiet day that as many sessions come before."""
    minutes = [hour * 60 + minute for hour in range(24) for minute in range(60)]
    total, passed = sum(HOURS) * 60, 0
    found: list[int] = []
    for minute in minutes:
        while len(found) * total <= passed * 1440 and len(found) < 1440:
            found.append(minute)
        passed += HOURS[minute // 60]
    return found + [1439] * (1440 - len(found))


def _sent(session: list[Event], sdk: Sdk) -> Iterator[tuple[int, list[Event]]]:
    held: list[Event] = []
    for event in session:
        if held and event.at > held[0].at + sdk.held:
            yield held[0].at + sdk.held, held
            held = []
        held.append(event)
        if len(held) == sdk.at_once:
            yield event.at, held
            held = []
    if held:
        yield min(held[-1].at + MINUTE // 2, held[0].at + sdk.held), held


def _message(event: Event) -> dict[str, Any]:
    """The event as the Segment API takes it."""
    near = event.context
    context = {"userAgent": near["user_agent"], "locale": near["locale"], "timezone": near["timezone"],
               "location": near["location"], "page": near["page"]}  # fmt: skip
    payload = {"traits" if event.type == "identify" else "properties": event.data}
    named = {"event": event.name} if event.type == "track" else {"name": event.name} if event.type == "page" else {}
    return {"type": event.type, "messageId": event.id, "timestamp": iso(event.at), "userId": event.customer_id,
            "context": context, **named, **payload}  # fmt: skip
