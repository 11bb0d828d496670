"""The shop of the simulation: its content, and the lives its customers lead."""

import random
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Any

from mailwright.model.content import Content, Journey, Shop, Step, Template
from mailwright.model.event import Event
from mailwright.model.times import DAY, HOUR, SECOND

START = 1_767_225_600_000  # 2026-01-01T00:00Z
SPAN = 45 * DAY  # longer than the 28 days that an id is remembered
SESSIONS_OF = 10  # events, on average

CONTENT = Content(
    Shop("Simulated", "https://shop.example.com", "Simulated <hello@shop.example.com>", "1 Street, Town", cap=6),
    version="simulated",
    journeys={
        "receipt": Journey(
            "receipt", "", "send", {"send": Step("send", "send", template="mail")},
            ["Order Completed"], again=0, cls="T",
        ),
        "cart": Journey(
            "cart", "", "wait",
            {"wait": Step("wait", "wait", next="send", wait=HOUR), "send": Step("send", "send", template="mail")},
            ["Product Added"], exit_on=["Order Completed"], again=DAY, rearm=True,
        ),
    },
    templates={"mail": Template("mail", "Hello", "", "<p>Hello</p>", "Hello")},
)  # fmt: skip


def customers(events: int) -> int:
    """How many people make so many events."""
    return max(3, events // 50)


def name(number: int) -> str:
    """The id of a customer."""
    return f"customer-{number:06d}"


def life(seed: int, events: int) -> Iterator[Event]:
    """`events` events of all customers, each once, in order of time: no two of a customer in the same millisecond."""
    chance = random.Random(f"{seed}:life")
    people, sessions = customers(events), max(1, events // SESSIONS_OF)
    pause = SPAN / sessions
    ahead: list[tuple[int, int, Event]] = []
    number = made = 0

    def happens(who: str, at: int, kind: str, title: str, data: dict[str, Any]) -> None:
        nonlocal number
        number += 1
        moment = at - at % 1000 + number % 1000
        if kind == "identify":
            data = {**data, "email": f"{who}@example.com", "marketing_consent_at": moment}
        event = Event(f"{chance.getrandbits(96):024x}", moment, who, kind, title, "segment", data)
        heappush(ahead, (moment, number, event))

    for person in range(people):
        happens(name(person), START + chance.randrange(HOUR), *_introduction(chance))
    start = float(START)
    while made < events:
        start += chance.expovariate(1 / pause)
        while ahead and ahead[0][0] < start and made < events:
            yield heappop(ahead)[2]
            made += 1
        # A few customers are very busy: their rings overflow.
        who = name(int(people * chance.random() ** 3))
        for at, kind, title, data in _session(chance, int(start)):
            happens(who, at, kind, title, data)


def _session(chance: random.Random, at: int) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    if chance.random() < 0.2:
        yield at, *_introduction(chance)
    for _ in range(1 + round(chance.expovariate(1 / SESSIONS_OF))):
        at += SECOND + round(chance.expovariate(1 / (10 * SECOND)))
        kind = chance.random()
        product = {"product_id": f"P{chance.randrange(40)}", "price": 10 + chance.randrange(90), "category": "Shoes"}
        if kind < 0.30:
            yield at, "page", "Home", {}
        elif kind < 0.55:
            yield at, "track", "Product Viewed", product
        elif kind < 0.68:
            yield at, "track", "Product Added", {**product, "quantity": 1 + chance.randrange(3)}
        elif kind < 0.74:
            yield at, "track", "Product Removed", {**product, "quantity": 1}
        elif kind < 0.84:
            lines = {f"P{chance.randrange(40)}": 1 + chance.randrange(2) for _ in range(chance.randrange(4))}
            shown = [{"product_id": each, "quantity": pieces} for each, pieces in lines.items()]
            yield at, "track", "Cart Viewed", {"products": shown}
        elif kind < 0.92:
            yield at, "track", "Order Completed", {"order_id": f"{chance.getrandbits(40)}", "total": _amount(chance)}
        elif kind < 0.94:
            yield at, "track", "Order Refunded", {"order_id": f"{chance.getrandbits(40)}", "total": _amount(chance)}
        else:
            yield at, "track", "Quiz Taken", {}


def _introduction(chance: random.Random) -> tuple[str, str, dict[str, Any]]:
    said = "denied" if chance.random() < 0.05 else "granted"
    return "identify", "", {"marketing_consent": said, "first_name": chance.choice(("Ada", "Ben", "Cleo"))}


def _amount(chance: random.Random) -> float:
    return chance.randrange(100, 100_000) / 100
