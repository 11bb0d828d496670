"""Who is who in the shop: devices that nobody has signed in on, accounts that turn out to be one, and what tells."""

from collections.abc import Iterable, Mapping

from mailwright.model.event import Event

DEVICES = 3  # of one customer
ACCOUNTS = 8  # of every eight customers, two had an account before, and one of those another before that


def name(number: int) -> str:
    """The id of a customer."""
    return f"customer-{number:06d}"


def device(customer: str, number: int) -> str:
    """The id that a device of theirs makes up for whoever uses it."""
    return customer.replace("customer", f"visitor-{number}")


def later(number: int, people: int) -> str:
    """The account that a customer's becomes; "" when they keep it."""
    return name(number - 1) if number % ACCOUNTS in (5, 6) and number < people else ""


class Ids:
    """What becomes of each id, read beforehand from all that is ever said. Nobody is two people here."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.becomes: dict[str, str] = {}
        self.told: dict[str, int] = {}  # when that was first said
        for event in events:
            named = [str(event.data["previousId"])] if event.type == "alias" else event.links
            for old in named:
                self.becomes.setdefault(old, event.customer_id)
                self.told.setdefault(old, event.at)

    def home(self, customer: str) -> str:
        """The id under which everything about this person is found in the end."""
        while customer in self.becomes:
            customer = self.becomes[customer]
        return customer

    def meant(self, customer: str, at: int, slack: int) -> list[str]:
        """The id something was said under, and those it may have stood for by then."""
        found = [customer]
        while customer in self.becomes and at > self.told[customer] - slack:
            customer = self.becomes[customer]
            found.append(customer)
        return found


def led(customer: str, becomes: Mapping[str, str]) -> str:
    """Where the signposts that are in the rows lead."""
    seen = {customer}
    while (onward := becomes.get(customer, "")) and onward not in seen:
        seen.add(onward)
        customer = onward
    return customer
