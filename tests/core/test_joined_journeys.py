"""Journeys of two ids that become one: what is under way goes on, nothing is sent twice, nobody is welcomed anew."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.decide.decide import Decision, decide
from mailwright.fold import identity
from mailwright.fold.reduce import reduce
from mailwright.journeys.join import join
from mailwright.model.content import Content, Journey, Step
from mailwright.model.event import Event
from mailwright.model.profile import Position, Profile
from mailwright.model.times import DAY, HOUR, MINUTE
from tests.core.test_decide import SHOP, T

LAMP = {"product_id": "p1", "name": "Lamp", "price": 40}
REMIND = Journey(
    "remind",
    "",
    "w",
    {
        "w": Step("w", "wait", "s", HOUR),
        "s": Step("s", "send", "d", template="cart-reminder"),
        "d": Step("d", "wait", "t", DAY),
        "t": Step("t", "send", template="cart-reminder"),
    },
    ["Product Added"],
    exit_on=["Order Completed"],
    again=7 * DAY,
    rearm=True,
)
HELLO = Journey("hello", "", "s", {"s": Step("s", "send", template="welcome")}, ["identify"], again=None)
CONTENT = Content(SHOP, "v1", {}, {"remind": REMIND, "hello": HELLO})


def event(name: str, at: int, who: str = "new", kind: str = "track", /, **data: Any) -> Event:
    return Event(f"{who}-{name}-{at}", at, who, kind, name if kind == "track" else "", "segment", data)


def step(profile: Profile, now: int, *events: Event) -> Decision:
    return decide(profile, reduce(profile, events), events, CONTENT, now)


def wake(now: int) -> Event:
    return Event("tick", now, "new", "timer")


def visitor(at: int, *, email: str = "", until: int = 0) -> Profile:
    """Someone who filled a cart at an instant, and whose journeys ran until another."""
    events = [event("Product Added", at, "old", **LAMP)]
    if email:
        events.append(event("", at, "old", "identify", email=email))
    profile = step(Profile("old"), at, *events).profile
    return decide(profile, profile, [wake(until)], CONTENT, until).profile if until else profile


def merge(old: Profile, now: int) -> Event:
    return identity.leave(old, "new", now)[1][0]


def templates(decision: Decision) -> list[str]:
    return [task.template for task in decision.pending.sends]


def test_a_cart_filled_before_the_login_is_reminded_of_on_time_under_the_new_id() -> None:
    merged = step(Profile("new"), T + 20 * MINUTE, merge(visitor(T), T + 20 * MINUTE))
    assert (merged.pending.sends, merged.due) == ([], T + HOUR)
    woken = step(merged.profile, T + HOUR, wake(T + HOUR))
    assert [(task.customer_id, task.planned_at) for task in woken.pending.sends] == [("new", T + HOUR)]
    assert woken.due == T + HOUR + DAY


def test_a_reminder_planned_when_nobody_had_an_address_comes_an_hour_after_the_login() -> None:
    old = visitor(T, until=T + HOUR)
    assert old.journeys["remind"].sent == 1
    login = T + 5 * HOUR
    merged = step(Profile("new"), login, merge(old, login))
    assert (merged.pending.sends, merged.due) == ([], login + HOUR)
    assert templates(step(merged.profile, login + HOUR, wake(login + HOUR))) == ["cart-reminder"]


def test_a_cart_left_by_a_stranger_too_long_ago_stays_unsaid() -> None:
    login = T + 4 * DAY
    merged = step(Profile("new"), login, merge(visitor(T, until=T + HOUR), login))
    assert (merged.pending.sends, merged.due) == ([], None)


def test_a_customer_who_was_reminded_under_the_old_id_gets_only_what_comes_next() -> None:
    old = visitor(T, email="ann@example.com", until=T + HOUR)
    merged = step(Profile("new"), T + 2 * HOUR, merge(old, T + 2 * HOUR))
    assert (merged.pending.sends, merged.due) == ([], T + HOUR + DAY)
    woken = step(merged.profile, T + HOUR + DAY, wake(T + HOUR + DAY))
    assert [task.step for task in woken.pending.sends] == ["t"]


def test_an_order_under_either_id_ends_the_passes_it_comes_after() -> None:
    order = event("Order Completed", T + 10 * MINUTE, order_id="o", total=40)
    ordered = step(Profile("new"), T + 10 * MINUTE, order).profile
    merged = step(ordered, T + 20 * MINUTE, merge(visitor(T), T + 20 * MINUTE))
    assert merged.due is None
    assert merged.profile.journeys["remind"].why == "exited: Order Completed"
    mine = step(Profile("new"), T, event("Product Added", T, **LAMP)).profile
    theirs = step(Profile("old"), T, event("Order Completed", T + MINUTE, "old", order_id="o", total=40)).profile
    assert step(mine, T + 20 * MINUTE, merge(theirs, T + 20 * MINUTE)).due is None


def test_an_order_from_before_the_cart_says_nothing_about_it() -> None:
    ordered = step(Profile("new"), T - DAY, event("Order Completed", T - DAY, order_id="o", total=40)).profile
    assert step(ordered, T + MINUTE, merge(visitor(T), T + MINUTE)).due == T + HOUR


def test_who_was_welcomed_under_one_id_is_not_welcomed_again() -> None:
    old = step(Profile("old"), T, event("", T, "old", "identify", email="ann@example.com")).profile
    assert old.journeys["hello"].sent == 1
    merged = step(Profile("new"), T + MINUTE, merge(old, T + MINUTE)).profile
    later = step(merged, T + DAY, event("", T + DAY, "new", "identify", email="ann@example.com"))
    assert templates(later) == []


def test_a_rule_for_coming_back_counts_from_what_either_id_was_sent() -> None:
    done = Position(1, T, "", ended=T + HOUR, why="finished", sent=2)
    fresh = Position(1, T + DAY, "w", due=T + DAY + HOUR)
    assert join(done, fresh, 7 * DAY) == done
    assert join(fresh, done, 7 * DAY) == done
    assert join(done, fresh, HOUR) == Position(2, T + DAY, "w", due=T + DAY + HOUR)
    assert join(fresh, done, None) == done


def test_a_pass_that_comes_over_gets_send_keys_that_nobody_used() -> None:
    mine = Position(3, T - 9 * DAY, "", ended=T - 8 * DAY, why="finished", sent=2)
    theirs = Position(1, T, "d", due=T + DAY, sent=1)
    joined = join(mine, theirs, 7 * DAY)
    assert joined is not None
    assert (joined.entry, joined.step) == (4, "d")
    assert theirs.entry == 1


positions = st.builds(
    Position,
    st.integers(1, 4),
    st.integers(0, 20),
    st.sampled_from(["", "w", "d"]),
    ended=st.integers(0, 20),
    sent=st.integers(0, 2),
    event=st.sampled_from("ab"),
)


@given(positions, positions, st.sampled_from([None, 0, 5]))
def test_of_two_passes_the_same_one_goes_on_whichever_id_was_merged(
    one: Position, other: Position, again: int | None
) -> None:
    here, there = join(one, other, again), join(other, one, again)
    assert here is not None
    assert there is not None
    assert bool(here.step) == bool(there.step)
    if one.sent and other.sent and one.step and other.step:
        assert here.sent in (one.sent, other.sent)
    if here.step and not here.sent:
        assert not (one.sent and one.step)
        assert not (other.sent and other.step)


@pytest.mark.parametrize("gone", [True, False])
def test_journeys_that_are_gone_do_not_come_over(gone: bool) -> None:
    old = visitor(T)
    if gone:
        old.journeys["gone"] = Position(1, T, "x", due=T + HOUR)
    merged = step(Profile("new"), T + MINUTE, merge(old, T + MINUTE))
    assert list(merged.profile.journeys) == ["remind"]
