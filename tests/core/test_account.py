"""The account of planned emails, and the daily metrics."""

import random
from typing import Any

from mailwright.metrics.account import ENDS, account, final
from mailwright.metrics.daily import COLUMNS, daily
from mailwright.model.event import Event
from mailwright.model.send import SendRecord
from mailwright.model.times import DAY, HOUR, day, parse_iso

NOON = parse_iso("2026-11-22T12:00:00Z")
TODAY = day(NOON)


def line(key: str, state: str, at: int = NOON, **fields: Any) -> SendRecord:
    return SendRecord(key, "c", at, "journey:x", "welcome", state, **fields)


def event(name: str, key: str = "k1", at: int = NOON, customer: str = "c", **data: Any) -> Event:
    given = {"send_key": key, "program": "journey-x", "template": "welcome", **data}
    return Event(f"{name}/{key}/{at}/{customer}", at, customer, "track", name, "ses", given)


def order(number: int, at: int, customer: str = "c", total: Any = 20.5) -> Event:
    return Event(
        f"o{number}", at, customer, "track", "Order Completed", "segment", {"order_id": number, "total": total}
    )


def test_an_email_counts_once_by_the_line_that_knows_most_in_any_order():
    told = [
        line("k", "suppressed"),
        line("k", "unconfirmed", NOON + 1),
        line("k", "accepted", NOON + 2, message_id="m"),
    ]
    told.append(line("k", "accepted", NOON + 2))
    for seed in range(20):
        random.Random(seed).shuffle(told)
        assert final(told)["k"].state == "accepted"
        assert final(told)["k"].message_id == "m"


def test_the_account_balances_and_shows_what_is_still_open():
    counts = account(["a", "b", "c", "d", "d"], [line("a", "accepted"), line("b", "expired"), line("z", "failed")])
    assert counts == {
        "planned": 4, "suppressed": 0, "cancelled": 0, "expired": 1, "failed": 0, "unconfirmed": 0, "accepted": 1,
        "open": 2,
    }  # fmt: skip
    assert counts["planned"] == sum(counts[end] for end in ENDS) + counts["open"]


def test_a_day_counts_each_email_once_however_often_it_was_reported():
    records = [line("k1", "accepted"), line("k1", "accepted"), line("k2", "suppressed", held="capped")]
    events = [event("Email Opened"), event("Email Opened", at=NOON + 5), event("Email Delivered")] * 2
    row = daily(TODAY, records, events)["templates"]["welcome"]
    assert row == dict.fromkeys(COLUMNS, 0) | {"sends": 1, "deliveries": 1, "opens": 1, "suppressed": 1}


def test_what_happened_on_another_day_is_counted_there():
    late = [line("k1", "accepted", NOON - DAY)]
    assert daily(TODAY, late, [event("Email Delivered", at=NOON - DAY)])["templates"] == {}
    assert daily(TODAY - 1, late, [])["templates"]["welcome"]["sends"] == 1


def test_an_order_belongs_to_the_last_email_clicked_within_five_days_before_it():
    events = [
        event("Email Link Clicked", "k1", NOON - 3 * DAY, template="first"),
        event("Email Link Clicked", "k2", NOON - 2 * DAY, template="second"),
        event("Email Link Clicked", "k3", NOON + 1, template="after"),
        event("Email Link Clicked", "k4", NOON - 5 * DAY - HOUR, customer="late", template="first"),
        order(1, NOON),
        order(2, NOON, "late"),
        order(3, NOON, "stranger"),
    ]
    counted = daily(TODAY, [], events)
    assert counted["templates"]["second"]["orders"] == 1
    assert counted["templates"]["second"]["revenue"] == 20.5
    assert "first" not in counted["templates"]
    assert (counted["orders"], counted["revenue"]) == (3, 61.5)


def test_an_order_that_two_sources_report_counts_once_and_a_broken_one_does_not_stop_the_count():
    twice = [order(1, NOON), Event("other", NOON + 5, "c", "track", "Order Completed", "shopify", {"order_id": "1"})]
    counted = daily(TODAY, [], [*twice, order(2, NOON, total="free")])
    assert (counted["orders"], counted["revenue"]) == (1, 20.5)
