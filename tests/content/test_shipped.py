"""The shipped journeys, lived through: what a customer who does this gets, and when."""

from pathlib import Path
from typing import Any

import pytest

from mailwright.content.publish import compile_folder
from mailwright.decide.decide import decide
from mailwright.fold.reduce import reduce
from mailwright.model.content import Content
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.send import SendTask
from mailwright.model.times import DAY, HOUR, MINUTE, parse_iso

T = parse_iso("2026-11-22T10:00:00Z")
LAMP = {"product_id": "p1", "name": "Lamp", "price": 40, "quantity": 1}


@pytest.fixture(scope="module")
def content() -> Content:
    return compile_folder(Path(__file__).parents[2] / "layers" / "content")


class Life:
    """One customer; time passes as their events and due timers say."""

    def __init__(self, content: Content) -> None:
        self.content, self.profile = content, Profile("jane")
        self.due: int | None = None
        self.sends: list[SendTask] = []

    def happens(self, at: int, name: str, kind: str = "track", /, **data: Any) -> None:
        self.until(at - 1)
        event = Event(f"{name or kind}-{at}", at, "jane", kind, name, "segment", data)
        self._decide(at, [event])

    def until(self, at: int) -> None:
        while self.due is not None and self.due <= at:
            due = self.due
            self._decide(due, [Event(f"timer-{due}", due, "jane", "timer", source="mailwright")])
            assert self.due is None or self.due > due, "a timer that changes nothing would go off for ever"

    def _decide(self, now: int, events: list[Event]) -> None:
        decision = decide(self.profile, reduce(self.profile, events), events, self.content, now)
        self.profile, self.due = decision.profile, decision.due
        self.sends += decision.pending.sends

    def got(self) -> list[tuple[str, int, list[str]]]:
        """(template, hours after T, offers) of each email planned."""
        return [(task.template, (task.planned_at - T) // HOUR, task.offers) for task in self.sends]


def test_a_cart_left_is_recalled_after_an_hour_and_once_more_the_next_day(content: Content) -> None:
    jane = Life(content)
    jane.happens(T - 40 * MINUTE, "Product Added", **LAMP)
    jane.happens(T, "Product Added", **LAMP)
    jane.until(T + 30 * DAY)
    assert jane.got() == [("cart-reminder", 1, []), ("cart-reminder", 24, ["free-shipping"])]
    assert jane.sends[0].subject != jane.sends[1].subject
    assert jane.sends[0].trace["event"] == f"Product Added-{T}"


def test_a_good_customer_gets_another_offer(content: Content) -> None:
    jane = Life(content)
    jane.happens(T - 20 * DAY, "Order Completed", order_id="o1", total=250, products=[LAMP])
    jane.happens(T, "Product Added", **LAMP)
    jane.until(T + 30 * DAY)
    assert [offers for _, _, offers in jane.got()] == [[], ["ten-percent"]]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Order Completed", {"order_id": "o1", "total": 40, "products": [LAMP]}),
        ("Product Removed", LAMP),
        ("Cart Updated", {"products": []}),
    ],
)
@pytest.mark.parametrize(("after", "emails"), [(30 * MINUTE, 0), (5 * HOUR, 1)])
def test_an_order_or_an_emptied_cart_ends_it(
    content: Content, name: str, data: dict[str, Any], after: int, emails: int
) -> None:
    jane = Life(content)
    jane.happens(T, "Product Added", **LAMP)
    jane.happens(T + after, name, **data)
    jane.until(T + 30 * DAY)
    assert len(jane.sends) == emails


def test_who_has_just_been_reminded_is_left_in_peace_for_a_week(content: Content) -> None:
    jane = Life(content)
    jane.happens(T, "Product Added", **LAMP)
    jane.happens(T + 3 * DAY, "Product Added", **LAMP)
    jane.happens(T + 9 * DAY, "Product Added", **LAMP)
    jane.until(T + 30 * DAY)
    assert [hours for _, hours, _ in jane.got()] == [1, 24, 9 * 24 + 1, 10 * 24]


def test_a_yes_is_welcomed_three_times_over_a_week(content: Content) -> None:
    jane = Life(content)
    jane.happens(T - DAY, "", "identify", email="jane@example.com")
    jane.happens(T, "", "identify", email="jane@example.com", marketing_consent="granted")
    jane.happens(T + DAY, "", "identify", email="jane@example.com", marketing_consent="granted")
    jane.until(T + 60 * DAY)
    assert jane.got() == [
        ("welcome", 0, []),
        ("welcome-picks", 48, []),
        ("welcome-last-call", 168, ["ten-percent", "free-shipping"]),
    ]


def test_the_first_order_or_a_no_ends_the_welcome(content: Content) -> None:
    ordered, denied = Life(content), Life(content)
    for life in (ordered, denied):
        life.happens(T, "", "identify", email="jane@example.com", marketing_consent=True)
    ordered.happens(T + DAY, "Order Completed", order_id="o1", total=40, products=[LAMP])
    denied.happens(T + DAY, "", "identify", marketing_consent=False)
    for life in (ordered, denied):
        life.until(T + 30 * DAY)
        assert [template for template, _, _ in life.got()] == ["welcome"]


def test_without_a_yes_or_an_address_nobody_is_welcomed(content: Content) -> None:
    for traits in ({"email": "jane@example.com"}, {"marketing_consent": "granted"}):
        jane = Life(content)
        jane.happens(T, "", "identify", **traits)
        jane.until(T + 30 * DAY)
        assert not jane.sends
