"""SES feedback: the same facts in every wrapping, and the event a profile is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from mailwright.model.problem import Problem
from mailwright.model.times import parse_iso
from mailwright.sources import ses

SAMPLES = Path(__file__).parents[2] / "events" / "ses"


def sample(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return document


def test_our_tags_come_back() -> None:
    told = ses.feedback(sample("click"))
    assert (told.kind, told.send_key, told.attempt) == ("Click", "9f86d081884c7d65", 1)
    assert (told.program, told.template) == ("journey-cart-abandoned", "cart-reminder")
    assert told.sealed == sample("click")["mail"]["tags"]["cu"][0]
    assert told.at == parse_iso("2026-11-03T14:31:40Z")
    assert told.link == "https://shop.example.com/cart/cart-77"


def test_the_wrapping_changes_nothing() -> None:
    bare = sample("click")
    assert ses.feedback(sample("sns-click")) == ses.feedback(bare)
    assert ses.feedback({"source": "aws.ses", "detail-type": "Email Clicked", "detail": bare}) == ses.feedback(bare)


def test_a_second_click_is_another_event_and_a_second_delivery_of_it_is_not() -> None:
    first, second = sample("click"), sample("click")
    second["click"]["timestamp"] = "2026-11-03T14:32:00.000Z"
    assert ses.feedback(first).id == ses.feedback(sample("click")).id
    assert ses.feedback(first).id != ses.feedback(second).id


def test_bounces_and_complaints_say_whom_and_how() -> None:
    bounce = ses.feedback(sample("bounce"))
    assert (bounce.permanent, bounce.subtype, bounce.addresses) == (True, "General", ("ada@example.com",))
    complaint = ses.feedback(sample("complaint"))
    assert (complaint.permanent, complaint.subtype, complaint.addresses) == (False, "abuse", ("ada@example.com",))


def test_the_older_notification_is_read_too() -> None:
    document = sample("bounce")
    document["notificationType"] = document.pop("eventType")
    assert ses.feedback(document).kind == "Bounce"


@pytest.mark.parametrize(
    ("name", "event_name"),
    [
        ("send", "Email Sent"),
        ("delivery", "Email Delivered"),
        ("open", "Email Opened"),
        ("click", "Email Link Clicked"),
        ("bounce", "Email Bounced"),
        ("complaint", "Email Marked as Spam"),
        ("subscription", "Unsubscribed"),
    ],
)
def test_the_profile_is_told_in_segments_words(name: str, event_name: str) -> None:
    told = ses.feedback(sample(name))
    event = ses.event(told, "c-1042")
    assert event is not None
    assert (event.name, event.customer_id, event.source, event.at) == (event_name, "c-1042", "ses", told.at)
    assert event.data["send_key"] == "9f86d081884c7d65"
    assert ("link" in event.data) is (name == "click")


@pytest.mark.parametrize("name", ["reject", "rendering-failure", "delivery-delay"])
def test_what_never_reached_anyone_is_no_news_to_the_profile(name: str) -> None:
    assert ses.event(ses.feedback(sample(name)), "c-1042") is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"eventType": "Forwarded"}, "unknown_type"),
        ({"eventType": ["Open"]}, "invalid_field"),
        ({"mail": None}, "not_ses_feedback"),
        ({"mail": {"messageId": "m", "tags": []}}, "invalid_field"),
        ({"mail": {}, "open": {}}, "missing_field"),
        ({"open": "x"}, "invalid_field"),
    ],
)
def test_what_is_no_feedback_is_a_problem(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as caught:
        ses.feedback({**sample("open"), **change})
    assert caught.value.code == code


def test_a_notification_that_holds_no_json_is_a_problem() -> None:
    with pytest.raises(Problem) as caught:
        ses.feedback({"Type": "Notification", "Message": "{"})
    assert caught.value.code == "malformed_json"


def test_mail_without_our_tags_is_read_with_empty_ones() -> None:
    document = sample("delivery")
    document["mail"]["tags"] = {"at": ["first"], "sk": []}
    told = ses.feedback(document)
    assert (told.send_key, told.attempt, told.sealed) == ("", 0, "")
