"""The shop of the simulation: its content, and the lives its customers lead."""

import random
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Any, NamedTuple

from local.simulate.ids import DEVICES, device, later, name
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
        "welcome": Journey(  # once in a person's life, by whichever of their ids
            "welcome", "", "wait",
            {"wait": Step("wait", "wait", next="send", wait=HOUR), "send": Step("send", "send", template="mail")},
            ["Product Viewed"],
        ),
    },
    templates={"mail": Template("mail", "Hello", "", "<p>Hello</p>", "Hello")},
)  # fmt: skip


class _Call(NamedTuple):
    who: str  # the id it comes under
    at: int
    kind: str
    title: str
    data: dict[str, Any]
    whose: str = ""  # the mailbox, when it is another's
    also: str = ""  # the device


def customers(events: int) -> int:
    """How many people make so many events."""
    return max(3, events // 50)


def life(seed: int, events: int) -> Iterator[Event]:
    """`events` events of all customers, each once, in order of time: no two of a customer in the same millisecond.

    Three sessions of ten happen on a device before anyone signs in, and go on under its id ever after; see ids.py.
    """
    chance = random.Random(f"{seed}:life")
    people, sessions = customers(events), max(1, events // SESSIONS_OF)
    pause = SPAN / sessions
    ahead: list[tuple[int, int, Event]] = []
    number = made = 0

    def happens(call: _Call) -> None:
        nonlocal number
        number += 1
        moment, data = call.at - call.at % 1000 + number % 1000, call.data
        if call.kind == "identify":
            data = {**data, "email": f"{call.whose or call.who}@example.com", "marketing_consent_at": moment}
        links = [call.also] if call.also else []
        event = Event(
            f"{chance.getrandbits(96):024x}", moment, call.who, call.kind, call.title, "segment", data, links=links
        )
        heappush(ahead, (moment, number, event))

    for person in range(people):
        happens(_Call(name(person), START + chance.randrange(HOUR), *_introduction(chance)))
        if other := later(person, people):
            when = START + HOUR + chance.randrange(SPAN * 3 // 4)
            happens(_Call(other, when, "alias", "", {"previousId": name(person)}))
    start = float(START)
    while made < events:
        start += chance.expovariate(1 / pause)
        while ahead and ahead[0][0] < start and made < events:
            yield heappop(ahead)[2]
            made += 1
        # A few customers are very busy: their rings overflow.
        for call in _calls(chance, int(people * chance.random() ** 3), people, int(start)):
            happens(call)


def _calls(chance: random.Random, person: int, people: int, at: int) -> Iterator[_Call]:
    """One session, by the ids that the storefront knows by then, and the call that tells whose it was."""
    who, on = name(person), device(name(person), chance.randrange(DEVICES))
    known = chance.random()
    if known > 0.3:
        also = on if known > 0.86 else ""  # in a fifth of these sessions every call names the device too
        for one in _session(chance, at):
            yield _Call(who, *one, also=also)
        return
    if known < 0.03:  # a popup asks for the address; nobody knows yet whose it is
        yield _Call(on, at, *_introduction(chance), whose=who)
    for one in _session(chance, at, introduced=False):
        yield _Call(on, *one)
        at = one[0]
    if 0.1 < known < 0.2 and not later(person, people):
        yield _Call(who, at + SECOND, "alias", "", {"previousId": on})
    elif known < 0.2:
        yield _Call(who, at + SECOND, *_introduction(chance), also=on)


def _session(
    chance: random.Random, at: int, *, introduced: bool = True
) -> Iterator[tuple[int, str, str, dict[str, Any]]]:
    if introduced and chance.random() < 0.2:
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
