"""The budgets of DynamoDB, SES and the bill, as counts on a small shop; the large one is `make cost`."""

import pytest

from bench.bill import Demands, bill
from bench.cost import BUDGET
from bench.counted import WINDOW, Counted, count
from bench.shop import EMAILS, Sdk


@pytest.fixture(scope="module")
def month() -> Counted:
    return count(WINDOW, Sdk(), 15, days=45)


def test_units_and_calls_of_an_event_and_an_email_are_within_their_budgets(month: Counted) -> None:
    for found, most in zip(Demands.of(month), BUDGET, strict=True):
        assert 0 < found <= most


def test_an_email_is_posted_once_and_takes_two_writes(month: Counted) -> None:
    assert month.emails > 50
    assert month.calls("send", "sesv2") == month.emails
    assert month.used("write", "send") == 2 * month.emails


def test_delivery_opens_and_clicks_write_no_contact(month: Counted) -> None:
    reported = sum(month.reports[kind] for kind in ("Bounce", "Complaint"))
    assert month.reports["Delivery"] > 50
    assert month.used("write", "feedback") <= reported


def test_events_that_were_sent_together_share_a_record_of_the_stream(month: Counted) -> None:
    assert month.used("put payload units, 25 KB", "collect") <= 1.1 * month.requests < month.events / 5


def test_the_bill_has_every_email_and_is_near_the_price_of_ses(month: Counted) -> None:
    made = bill(month)
    assert made.lines[0].amount == EMAILS
    assert all(line.dollars >= 0 for line in made.lines)
    assert 1 < made.ratio < 1.13
