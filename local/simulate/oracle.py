"""What is right: a plain program that is told each distinct event once, in order of time, and keeps count.

It shares no code with the fold. It knows nothing of batches, retries, rows or rings; it must stay so short that one
reading is enough to believe it.
"""

from collections import Counter, defaultdict
from typing import Any

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
        self.consent: list[tuple[int, bool]] = []  # (when, whether it was a no)

    def count(self, at: int, what: str, by: int = 1) -> None:
        self.totals[what] += by
        self.days[at // DAY, what] += by


class Oracle:
    """Call `event` for each distinct event of the shop in order; `email` for what is reported of an email, each once;
    `said_no` for an opt-out.
    """

    def __init__(self) -> None:
        self.people: defaultdict[str, Person] = defaultdict(Person)

    def event(self, customer: str, at: int, kind: str, name: str, data: dict[str, Any]) -> None:
        """Something a customer did."""
        person = self.people[customer]
        if kind == "identify":
            person.traits.update(data)
            person.consent.append((at, data["marketing_consent"] == "denied"))
        elif kind == "page":
            person.count(at, "visits")
        elif name != "Cart Viewed":
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
        self.people[customer].count(at, COUNTS[name])

    def said_no(self, customer: str, at: int) -> None:
        """An opt-out or a complaint."""
        self.people[customer].consent.append((at, True))

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

    def may_be_sent_marketing(self, customer: str) -> bool:
        """What the latest thing said comes to; nothing said is a no, and of two things said at once the no counts."""
        said = self.people[customer].consent
        return bool(said) and not max(said)[1]
