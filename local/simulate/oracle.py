"""What is right: a plain program that is told each distinct event once, in order of time, and keeps count.

It shares no code with the fold. It knows nothing of batches, retries, rows or rings; it must stay so short that one
reading is enough to believe it. Of whoever has several ids it knows from the start that they are one person.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from local.simulate.ids import Ids

DAY = 86_400_000
COUNTS = {
    "Product Viewed": "views",
    "Product Added": "adds",
    "Product Removed": "removes",
    "Order Completed": "orders",
    "Order Refunded": "returns",
    "Quiz Taken": "custom",
    "Email Opened": "opens",
    "Email Link Clicked": "clicks",
    "Email Bounced": "bounces",
    "Email Marked as Spam": "complaints",
}
AMOUNTS = {"Order Completed": "revenue", "Order Refunded": "refunds"}


class Person:
    """Everything that is true of one customer."""

    def __init__(self) -> None:
        self.totals: Counter[str] = Counter()
        self.days: Counter[tuple[int, str]] = Counter()
        self.cart: dict[str, int] = {}
        self.traits: dict[str, Any] = {}
        self.first_order = 0
        self.last_order = 0
        self.consent: list[tuple[int, bool, str]] = []  # (when, whether it was a no, under which id)
        self.introduced: set[str] = set()  # ids under which they gave an address

    def count(self, at: int, what: str, by: int = 1) -> None:
        self.totals[what] += by
        self.days[at // DAY, what] += by


class Oracle:
    """Call `event` for each distinct event of the shop in order; `email` for what is reported of an email, each once;
    `said_no` for an opt-out. `home` gives the id that stands for a person in the end.
    """

    def __init__(self, home: Callable[[str], str] = lambda customer: customer) -> None:
        self.home = home
        self.people: defaultdict[str, Person] = defaultdict(Person)

    def event(self, customer: str, at: int, kind: str, name: str, data: dict[str, Any]) -> None:
        """Something a customer did."""
        person = self.people[self.home(customer)]
        if kind == "identify":
            person.traits.update(data)
            person.introduced.add(customer)
            person.consent.append((at, data["marketing_consent"] == "denied", customer))
        elif kind == "page":
            person.count(at, "visits")
        elif kind == "track" and name != "Cart Viewed":
            person.count(at, COUNTS[name])
        if name in AMOUNTS:
            person.count(at, AMOUNTS[name], round(data["total"] * 100))
        self._cart(person, name, data)
        if name == "Order Completed":
            person.first_order = person.first_order or at
            person.last_order = at

    def _cart(self, person: Person, name: str, data: dict[str, Any]) -> None:
        cart = person.cart
        if name == "Product Added":
            cart[data["product_id"]] = cart.get(data["product_id"], 0) + data["quantity"]
        elif name == "Product Removed":
            left = cart.pop(data["product_id"], 0) - data["quantity"]
            if left > 0:
                cart[data["product_id"]] = left
        elif name == "Cart Viewed":
            person.cart = {line["product_id"]: line["quantity"] for line in data["products"]}
        elif name == "Order Completed":
            person.cart = {}

    def email(self, customer: str, at: int, name: str) -> None:
        """Something that became of an email."""
        self.people[self.home(customer)].count(at, COUNTS[name])

    def said_no(self, customer: str, at: int) -> None:
        """An opt-out or a complaint."""
        self.people[self.home(customer)].consent.append((at, True, customer))

    def facts(self, customer: str) -> dict[str, Any]:
        """What must be in the profile."""
        person = self.people[customer]
        return {
            "totals": dict(person.totals),
            "days": {f"{day} {what}": number for (day, what), number in person.days.items()},
            "cart": person.cart,
            "traits": person.traits,
            "first_order": person.first_order,
            "last_order": person.last_order,
        }

    def forbids(self, person: str, ids: Ids, slack: int = 0) -> bool:
        """Whether a person may not be sent marketing. Nothing said is a no, the latest word counts, and of two at once
        the no. What was said last under an id before it was told whose it is counts, when it was a no, as if said then:
        only a yes after that undoes it. When it was a yes, it counts only if nothing was said under the other id.
        `slack`: by how much clocks are wrong.
        """
        said = sorted(self.people[person].consent)
        if not said or max(said)[1]:
            return True
        own = [one for one in said if person in ([one[2]] if one[1] else ids.meant(one[2], one[0], slack))]
        if own and own[-1][1]:
            return True
        last_yes = max(at for at, no, _ in said if not no)
        before: dict[str, bool] = {}
        for at, no, customer in said:
            for one in [customer] if no else ids.meant(customer, at, slack):
                if at <= ids.told.get(one, -1):
                    before[one] = no
        return any(no and last_yes < ids.told[customer] - slack for customer, no in before.items())

    def never_refused(self, person: str) -> bool:
        """Whether they said yes and nothing else."""
        said = self.people[person].consent
        return bool(said) and not any(no for _, no, _ in said)
