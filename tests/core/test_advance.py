"""Journeys, one customer at a time: who enters, who leaves, what is sent and when."""

import random
from typing import Any

import msgspec
import pytest

from mailwright.expression.closures import closure
from mailwright.expression.tree import And, Column, Compare, Const, Expr
from mailwright.journeys.advance import ENTRIES, FRESH, GRACE, Advance, Scene, Trigger, advance
from mailwright.journeys.plan import plan
from mailwright.model.content import Journey, Step
from mailwright.model.profile import Position
from mailwright.model.send import decode_task, encode_json
from mailwright.model.times import DAY, HOUR, MINUTE, parse_iso

T = parse_iso("2026-11-22T10:00:00Z")
FULL = Compare(">", Column("cart_items"), Const(0))
EMPTY = Compare("=", Column("cart_items"), Const(0))
RICH = Compare(">=", Column("lifetime_value"), Const(200))
CART: dict[str, Any] = {"cart_items": 2, "lifetime_value": 50}


def cart(**changes: Any) -> Journey:
    """Wait 1 h, remind; wait 23 h, remind again with an offer for good customers."""
    steps = [
        Step("w1", "wait", "s1", HOUR),
        Step("s1", "send", "w2", template="cart-reminder", subject="Still there?"),
        Step("w2", "wait", "q", 23 * HOUR),
        Step("q", "if", "rich", when=RICH, otherwise="poor", sql="lifetime_value >= 200"),
        Step("rich", "send", template="cart-reminder", offers=["ten-percent"]),
        Step("poor", "send", template="cart-reminder", offers=["free-shipping"]),
    ]
    fields: dict[str, Any] = {
        "enter_on": ["Product Added"],
        "enter_when": FULL,
        "exit_on": ["Order Completed"],
        "exit_when": EMPTY,
        "again": 7 * DAY,
        "rearm": True,
        "enter_sql": "cart_items > 0",
        "exit_sql": "cart_items = 0",
    }
    return Journey("cart", "", "w1", {step.id: step for step in steps}, **{**fields, **changes})


def added(at: int, id_: str = "") -> Trigger:
    return Trigger(at, id_ or f"e{at}", "Product Added")


def ordered(at: int) -> Trigger:
    return Trigger(at, f"o{at}", "Order Completed")


def wake(
    journey: Journey, position: Position | None, now: int, *triggers: Trigger, facts: dict[str, Any] = CART
) -> Advance:
    newest = max((trigger.at for trigger in triggers), default=now)
    return advance(plan(journey), position, triggers, Scene("jane", facts, now, min(now, newest), "UTC", "v1"))


def at(moved: Advance) -> Position:
    assert moved.position is not None
    return moved.position


def test_a_reminder_is_planned_for_the_wait_after_the_entry_event() -> None:
    entered = wake(cart(), None, T + MINUTE, added(T, "e1"))
    assert not entered.sends
    assert (at(entered).step, at(entered).due) == ("w1", T + HOUR)
    (task,) = wake(cart(), entered.position, T + HOUR + 30_000).sends
    assert (task.planned_at, task.not_after, task.subject) == (T + HOUR, T + 73 * HOUR, "Still there?")
    assert task.trace["event"] == "e1"
    assert task.trace["event_name"] == "Product Added"
    assert task.trace["rule"] == "cart_items > 0"


def test_the_whole_way_through_takes_the_branch_and_says_so() -> None:
    here = wake(cart(), None, T, added(T)).position
    here = wake(cart(), here, T + HOUR).position
    rich = wake(cart(), here, T + DAY, facts={**CART, "lifetime_value": 250})
    assert [task.offers for task in rich.sends] == [["ten-percent"]]
    assert rich.sends[0].trace["branches"] == [{"step": "q", "took": "then", "rule": "lifetime_value >= 200"}]
    assert (at(rich).step, at(rich).why, at(rich).sent) == ("", "finished", 2)
    poor = wake(cart(), here, T + DAY)
    assert [task.offers for task in poor.sends] == [["free-shipping"]]


def test_the_position_given_is_never_changed() -> None:
    here = wake(cart(), None, T, added(T)).position
    assert here is not None
    before = (here.step, here.due, dict(here.branches))
    wake(cart(), here, T + 2 * DAY, ordered(T + DAY))
    assert (here.step, here.due, here.branches) == before


def test_an_order_ends_the_journey_and_nothing_is_sent() -> None:
    here = wake(cart(), None, T, added(T)).position
    ended = wake(cart(), here, T + 30 * MINUTE, ordered(T + 20 * MINUTE))
    assert (at(ended).step, at(ended).why) == ("", "exited: Order Completed")
    assert not wake(cart(), ended.position, T + HOUR).sends


def test_an_emptied_cart_ends_the_journey_at_the_latest_when_the_mail_is_due() -> None:
    here = wake(cart(), None, T, added(T)).position
    moved = wake(cart(), here, T + HOUR, facts={**CART, "cart_items": 0})
    assert not moved.sends
    assert at(moved).why == "exited: cart_items = 0"


def test_a_late_batch_sends_nothing_that_its_own_newer_events_cancelled() -> None:
    moved = wake(cart(), None, T + 5 * HOUR, added(T), ordered(T + 3 * HOUR))
    assert not moved.sends
    assert at(moved).why == "exited: Order Completed"


def test_an_immediate_email_waits_for_the_end_of_its_batch() -> None:
    hello = Journey(
        "hello", "", "s", {"s": Step("s", "send", template="welcome")}, ["identify"], exit_on=["Order Completed"]
    )
    identify = Trigger(T, "i", "identify")
    assert len(wake(hello, None, T + 1, identify).sends) == 1
    assert not wake(hello, None, T + MINUTE, identify, ordered(T + 1)).sends


def test_an_exit_from_before_the_entry_says_nothing_about_it() -> None:
    here = wake(cart(), None, T, added(T)).position
    assert at(wake(cart(), here, T + MINUTE, ordered(T - MINUTE))).step == "w1"


@pytest.mark.parametrize("seed", range(20))
def test_repeated_entry_events_restart_the_wait_from_the_last_one_in_any_order_and_batching(seed: int) -> None:
    events = [added(T + minutes * MINUTE) for minutes in (0, 7, 31, 44, 59)]
    shuffled = random.Random(seed)
    shuffled.shuffle(events)
    here = None
    now = T + 59 * MINUTE
    while events:
        cut = shuffled.randint(1, len(events))
        here = wake(cart(), here, now, *events[:cut]).position
        del events[:cut]
    assert here is not None
    assert (here.entry, here.due, here.event) == (1, T + 119 * MINUTE, f"e{T + 59 * MINUTE}")


def test_once_the_first_email_is_planned_a_new_event_no_longer_restarts_anything() -> None:
    here = wake(cart(), None, T, added(T)).position
    here = wake(cart(), here, T + HOUR).position
    assert here is not None
    due = here.due
    assert at(wake(cart(), here, T + 2 * HOUR, added(T + 2 * HOUR))).due == due


def test_a_wake_up_that_comes_late_keeps_the_distance_between_two_emails() -> None:
    here = wake(cart(), None, T, added(T)).position
    punctual = wake(cart(), here, T + HOUR + GRACE)
    assert at(punctual).due == T + 24 * HOUR
    late = wake(cart(), here, T + 40 * HOUR)
    assert len(late.sends) == 1
    assert at(late).due == T + 63 * HOUR


def test_events_of_years_ago_make_nobody_enter() -> None:
    assert wake(cart(), None, T + FRESH + 1, added(T)).position is None
    assert wake(cart(), None, T + FRESH, added(T)).position is not None


def through(journey: Journey) -> Position:
    here = wake(journey, None, T, added(T)).position
    here = wake(journey, here, T + HOUR).position
    return at(wake(journey, here, T + DAY))


def test_one_enters_again_only_after_the_time_the_journey_says() -> None:
    done = through(cart())
    assert at(wake(cart(), done, T + 6 * DAY, added(T + 6 * DAY))).step == ""
    again = wake(cart(), done, T + 8 * DAY, added(T + 8 * DAY))
    assert (at(again).step, at(again).entry) == ("w1", 2)
    never = cart(again=None)
    assert at(wake(never, through(never), T + 365 * DAY, added(T + 365 * DAY))).step == ""


def test_a_pass_that_sent_nothing_does_not_count_for_re_entry() -> None:
    here = wake(cart(again=None), None, T, added(T)).position
    here = wake(cart(again=None), here, T + MINUTE, ordered(T + MINUTE)).position
    again = wake(cart(again=None), here, T + DAY, added(T + DAY))
    assert (at(again).step, at(again).entry) == ("w1", 1)


def test_every_pass_has_send_keys_of_its_own() -> None:
    journey = cart(again=0)
    done = through(journey)
    here = wake(journey, done, T + 2 * DAY, added(T + 2 * DAY)).position
    (second,) = wake(journey, here, T + 2 * DAY + HOUR).sends
    (first,) = wake(journey, wake(journey, None, T, added(T)).position, T + HOUR).sends
    assert first.key != second.key


def receipt() -> Journey:
    step = Step("s", "send", template="receipt")
    return Journey("receipt", "", "s", {"s": step}, ["Order Completed"], again=0, cls="T")


def test_each_of_two_orders_in_one_batch_gets_its_receipt() -> None:
    tasks = wake(receipt(), None, T + 2 * HOUR, ordered(T), ordered(T + HOUR)).sends
    assert [(task.planned_at, task.cls) for task in tasks] == [(T, "T"), (T + HOUR, "T")]
    assert len({task.key for task in tasks}) == 2


def test_a_receipt_is_not_lost_when_the_older_order_arrives_last() -> None:
    newer = wake(receipt(), None, T + MINUTE, ordered(T + 10_000))
    older = wake(receipt(), newer.position, T + 2 * MINUTE, ordered(T))
    assert len(newer.sends + older.sends) == 2


def test_a_receipt_is_not_lost_when_the_newer_order_is_ahead_of_the_workers_clock() -> None:
    first = wake(receipt(), None, T, ordered(T + 3 * MINUTE))
    second = wake(receipt(), first.position, T + MINUTE, ordered(T + MINUTE))
    assert len({task.key for task in [*first.sends, *second.sends]}) == 2


def test_a_flood_of_entry_events_makes_a_bounded_number_of_emails_and_is_counted() -> None:
    moved = wake(receipt(), None, T + HOUR, *(ordered(T + n) for n in range(50)))
    assert len(moved.sends) == ENTRIES
    assert moved.capped == 50 - ENTRIES


def test_a_step_that_vanished_ends_the_journey_with_a_reason() -> None:
    here = wake(cart(), None, T, added(T)).position
    edited = cart()
    edited.steps.pop("w1")
    moved = wake(edited, here, T + MINUTE)
    assert (at(moved).step, at(moved).why) == ("", "step w1 is gone")


def test_a_condition_on_a_send_leaves_only_that_email_out() -> None:
    journey = cart()
    journey.steps["s1"] = Step("s1", "send", "w2", template="cart-reminder", when=RICH, sql="lifetime_value >= 200")
    here = wake(journey, None, T, added(T)).position
    moved = wake(journey, here, T + HOUR)
    assert not moved.sends
    assert at(moved).step == "w2"


def test_what_must_still_hold_travels_with_the_email_and_survives_the_queue() -> None:
    journey = cart()
    here = wake(journey, None, T, added(T)).position
    (task,) = wake(journey, here, T + HOUR).sends
    again = decode_task(encode_json(task))
    assert again == task
    assert "cart_items" in str(task.when)


def test_an_unknown_exit_condition_does_not_hold_an_email_back() -> None:
    journey = cart(exit_when=Compare("=", Column("age"), Const(99)))
    here = wake(journey, None, T, added(T)).position
    (task,) = wake(journey, here, T + HOUR).sends
    guard = closure(msgspec.convert(task.when, Expr))
    assert guard({"age": None}) is True
    assert guard({"age": 99}) is False
    assert guard({"age": 30}) is True


def test_a_customer_always_takes_the_same_branch_and_all_of_them_share_by_weight() -> None:
    steps = {
        "x": Step("x", "split", branches=[("a", 3, "sa"), ("b", 1, ""), ("none", 0, "sa")]),
        "sa": Step("sa", "send", template="welcome"),
    }
    journey = Journey("test", "", "x", steps, ["identify"], again=0)
    compiled = plan(journey)
    taken = []
    for n in range(4_000):
        scene = Scene(f"customer-{n}", {}, T, T, "UTC", "")
        first = advance(compiled, None, [Trigger(T, "i", "identify")], scene)
        taken.append(len(first.sends))
        if n < 50:
            assert len(advance(compiled, None, [Trigger(T, "j", "identify")], scene).sends) == taken[-1]
    assert 0.72 < sum(taken) / 4_000 < 0.78


def test_a_wait_until_nine_is_nine_on_the_customers_clock() -> None:
    steps = {"w": Step("w", "wait", "s", HOUR, "09:00"), "s": Step("s", "send", template="welcome")}
    journey = Journey("morning", "", "w", steps, ["identify"])
    identify = Trigger(T, "i", "identify")
    for zone, expected in (
        ("Europe/Berlin", "2026-11-23T08:00:00Z"),
        ("America/New_York", "2026-11-22T14:00:00Z"),
        ("not/a zone", "2026-11-23T09:00:00Z"),
        (None, "2026-11-23T09:00:00Z"),
    ):
        assert at(wake(journey, None, T, identify, facts={"timezone": zone})).due == parse_iso(expected)


def test_conditions_of_one_journey_are_joined_by_the_facts_as_they_are_now() -> None:
    picky = cart(enter_when=And([FULL, RICH]))
    assert wake(picky, None, T, added(T)).position is None
    assert wake(picky, None, T, added(T), facts={**CART, "lifetime_value": 500}).position is not None
