"""Two small lives, with every kind of write in them, and every single fault and pair of faults in those."""

from collections.abc import Iterator
from typing import Any

from local.simulate import shop
from local.simulate.chaos import Strike
from local.simulate.faults import Faults
from local.simulate.ids import device, name
from local.simulate.simulation import Simulation
from local.simulate.verdict import problems, verdict
from mailwright.model.event import Event
from mailwright.model.times import DAY, HOUR, MINUTE

SIX = ("request lost", "reply lost for good", "throttled", "crash before", "crash after", "zombie")
SEVEN = (*SIX, "reply lost")  # the last: carried out, and asked again by the client itself
WHO = name(0)


def life() -> Iterator[Event]:
    """Somebody signs up and orders; the receipt is class T."""
    at = shop.START + MINUTE
    traits = {
        "email": "ada@example.com", "marketing_consent": "granted", "marketing_consent_at": at, "first_name": "Ada"
    }  # fmt: skip
    yield Event("e1", at, WHO, "identify", "", "segment", traits)
    yield Event("e2", at + MINUTE, WHO, "track", "Order Completed", "segment", {"order_id": "1", "total": 20})


def two() -> Iterator[Event]:
    """Somebody signs up on a device, then with an account, and orders on the device again."""
    at = shop.START + MINUTE
    said = {"email": "ada@example.com", "marketing_consent": "granted"}
    on = device(WHO, 0)
    yield Event("e1", at, on, "identify", "", "segment", said | {"marketing_consent_at": at})
    yield Event("e2", at + HOUR, WHO, "identify", "", "segment", said | {"marketing_consent_at": at + HOUR}, links=[on])
    yield Event("e3", at + 2 * HOUR, on, "track", "Order Completed", "segment", {"order_id": "1", "total": 20})


LIVES = {"one id": life, "two ids": two}


def run(script: dict[int, str], lived: str = "one id") -> Simulation:
    """A small life with these faults: a receipt, a campaign, an opt-out, and a campaign that must not go out. Who has
    two ids opts out under the first.

    Seed 6 makes both campaigns marketing.
    """
    small = Simulation(6, 0, 2, Faults(), script, LIVES[lived]())
    who = WHO if lived == "one id" else device(WHO, 0)
    small.clock.at(shop.START + 10 * DAY, lambda: small.opt_out(who))
    small.run()
    return small


def wrong(small: Simulation) -> list[str]:
    """What does not hold, as the verdict has it and beyond: the second campaign never goes out."""
    found: dict[str, Any] = verdict(small)
    said = problems(found)
    if found["sent"] > 3 or found["planned"] != 3:
        said.append(f"{found['sent']} emails of {found['planned']}")
    if found["held"].get("opted_out") != 1:
        said.append(f"the second campaign ended otherwise: {found['held']}")
    return said


class Search:
    """Counts runs and keeps what did not hold."""

    def __init__(self, lived: str = "one id") -> None:
        self.lived = lived
        self.runs = 0
        self.violations: list[tuple[list[Strike], list[str]]] = []

    def attempt(self, script: dict[int, str]) -> int:
        """One run; how many calls it made."""
        small = run(script, self.lived)
        self.runs += 1
        if said := wrong(small):
            self.violations.append((small.chaos.strikes, said))
        return small.chaos.calls

    def singles(self) -> dict[tuple[int, str], int]:
        """Every fault at every call; the calls that each of these runs made."""
        return {
            (call, fault): self.attempt({call: fault})
            for call in range(1, self.attempt({}) + 1)
            for fault in SEVEN
        }  # fmt: skip

    def pairs(self, part: int, parts: int, every: int = 1) -> None:
        """Every two of the six faults, the second at every call after the first: one of `parts` shares of it, of which
        `every` so-manieth is run.
        """
        number = 0
        for first in range(1 + part, run({}, self.lived).chaos.calls + 1, parts):
            for fault in SIX:
                calls = run({first: fault}, self.lived).chaos.calls
                for second in range(first + 1, calls + 1):
                    for other in SIX:
                        number += 1
                        if number % every == 0:
                            self.attempt({first: fault, second: other})
