"""feedback: what SES says raises the ledger, stops mail to dead addresses and reaches the profile, once."""

import json
from typing import Any

import pytest

from mailwright import bootstrap
from mailwright.compose.tokens import seal
from mailwright.model.contact import Slot, State
from mailwright.model.times import iso
from tests.functions.outbox import KEYS, NOW, Outbox, task


@pytest.fixture
def outbox():
    world = Outbox()
    world.person(sent=[slot("accepted")])
    yield world
    bootstrap.use(None)


def slot(state: State) -> Slot:
    return Slot(task().key, state, 1, "w1" if state == "claimed" else "", NOW)


def told(kind: str, at: int = NOW + 1_000, sealed: str = seal(KEYS, "feedback", "c1"), **part: Any) -> dict[str, Any]:
    """SES's own JSON for one event of the email `task()`."""
    key = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}.get(kind, kind.lower())
    tags = {"sk": [task().key], "at": ["1"], "cu": [sealed], "pg": ["journey-x"], "tp": ["welcome"]}
    mail = {"timestamp": iso(NOW), "messageId": "ses-1", "destination": ["c1@example.com"], "tags": tags}
    return {"eventType": kind, "mail": mail, key: {"timestamp": iso(at), **part}}


def bounce(kind: str = "Permanent", address: str = "c1@example.com", **part: Any) -> dict[str, Any]:
    return told("Bounce", bounceType=kind, bouncedRecipients=[{"emailAddress": address}], **part)


def complaint(address: str = "c1@example.com") -> dict[str, Any]:
    return told("Complaint", complainedRecipients=[{"emailAddress": address}], complaintFeedbackType="abuse")


@pytest.mark.parametrize(
    ("body", "state", "name"),
    [
        (told("Send"), "accepted", "Email Sent"),
        (told("Delivery"), "accepted", "Email Delivered"),
        (told("Open"), "accepted", "Email Opened"),
        (told("Click", link="https://shop.example.com/x"), "accepted", "Email Link Clicked"),
        (bounce(), "bounced", "Email Bounced"),
        (bounce("Transient"), "bounced", "Email Bounced"),
        (complaint(), "complained", "Email Marked as Spam"),
    ],
)
def test_each_event_of_ses_raises_the_ledger_and_tells_the_profile(outbox, body, state, name):
    assert outbox.feedback(body) == []
    assert outbox.contacts.load("c1").sent[0].state == state
    (event,) = outbox.stream.events
    assert (event.name, event.customer_id, event.type, event.source) == (name, "c1", "track", "ses")
    assert (event.data["send_key"], event.data["template"]) == (task().key, "welcome")


def test_a_reject_is_a_bounce_of_the_ledger_and_a_delay_is_no_news_to_the_profile(outbox):
    assert outbox.feedback(told("Reject"), told("DeliveryDelay")) == []
    assert outbox.contacts.load("c1").sent[0].state == "bounced"
    assert outbox.contacts.load("c1").suppressed == ""
    assert outbox.stream.events == []


def test_as_sns_wraps_it_it_is_the_same(outbox):
    wrapped = {"Type": "Notification", "MessageId": "x", "Message": json.dumps(bounce())}
    outbox.feedback(bounce(), wrapped)
    assert outbox.contacts.load("c1").sent[0].state == "bounced"
    assert len(outbox.stream.events) == 1


def test_copies_late_and_in_any_order_cost_one_write_a_batch_and_none_when_they_are_no_news(outbox):
    batch = [complaint(), told("Send"), bounce(), told("Delivery")] * 3
    outbox.feedback(*batch)
    assert outbox.contacts.writes == 1
    outbox.feedback(*reversed(batch))
    assert outbox.contacts.writes == 1
    assert outbox.contacts.load("c1").sent[0].state == "complained"
    assert len({event.id for event in outbox.stream.events}) == 4


def test_a_permanent_bounce_suppresses_the_address_and_a_transient_one_does_not(outbox):
    outbox.feedback(bounce("Transient"))
    assert outbox.contacts.load("c1").suppressed == ""
    outbox.feedback(bounce("Permanent", bounceSubType="OnAccountSuppressionList"))
    assert outbox.contacts.load("c1").suppressed == "bounce"
    outbox.send(task(2))
    assert outbox.ends == [("suppressed", "bounce")]


def test_a_bounce_of_an_address_they_have_left_does_not_silence_the_new_one(outbox):
    outbox.feedback(bounce(address="old@example.com"))
    contact = outbox.contacts.load("c1")
    assert (contact.suppressed, contact.sent[0].state) == ("", "bounced")


def test_a_complaint_withdraws_consent_and_suppresses(outbox):
    outbox.feedback(complaint())
    contact = outbox.contacts.load("c1")
    assert contact.suppressed == "complaint"
    said = contact.consent["marketing"]
    assert (said.state, said.source) == ("denied", "complaint")


@pytest.mark.parametrize("state", ["claimed", "unconfirmed"])
def test_an_email_without_a_known_outcome_is_accounted_accepted_when_ses_turns_out_to_have_it(outbox, state):
    outbox.person(sent=[slot(state)])
    assert outbox.feedback(told("Delivery")) == []
    (record,) = outbox.journal.records
    assert (record.key, record.state, record.program, record.template) == (
        task().key, "accepted", "journey:x", "welcome",
    )  # fmt: skip
    assert (record.at, record.message_id) == (NOW, "ses-1")
    outbox.feedback(told("Delivery"))
    assert len(outbox.journal.records) == 1


def test_the_redelivered_task_of_such_an_email_finds_it_accepted_and_posts_nothing(outbox):
    outbox.person(sent=[slot("claimed")])
    outbox.feedback(told("Send"))
    assert outbox.send(task()) == []
    assert outbox.mailer.posts == 0
    assert {record.state for record in outbox.journal.records} == {"accepted"}


def test_news_of_an_email_long_forgotten_still_reaches_suppression_and_the_profile(outbox):
    outbox.person(sent=[])
    assert outbox.feedback(complaint()) == []
    assert outbox.contacts.load("c1").suppressed == "complaint"
    assert len(outbox.stream.events) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Successfully validated SNS topic for Amazon SES event publishing.", "malformed_json"),
        ("{", "malformed_json"),
        ({}, "not_ses_feedback"),
        (told("Delivery") | {"eventType": "Party"}, "unknown_type"),
        (told("Delivery", sealed=""), "untagged"),
        (told("Delivery", sealed=seal(KEYS, "unsubscribe", "c1")), "untagged"),
        (told("Delivery", sealed="aAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "untagged"),
    ],
)
def test_what_is_not_ours_is_kept_whole_and_its_neighbour_counts(outbox, body, code):
    assert outbox.feedback(body, told("Delivery")) == []
    (kept,) = outbox.quarantine.records
    assert (kept.where, kept.code) == ("feedback", code)
    assert kept.record == body
    assert len(outbox.stream.events) == 1


def test_what_the_stream_does_not_take_comes_again(outbox):
    outbox.stream.full = True
    assert outbox.feedback(told("Delivery"), told("Send"), told("DeliveryDelay")) == ["0", "1"]
    outbox.stream.full = False
    assert outbox.feedback(told("Delivery"), told("Send")) == []
    assert len(outbox.stream.events) == 2


def test_a_customer_whose_row_fails_comes_again_and_others_do_not(outbox):
    outbox.person("c2")

    def broken(customer: str) -> None:
        if customer == "c1":
            raise ConnectionError("the table is away")

    outbox.contacts.before_commit = broken
    other = told("Delivery", sealed=seal(KEYS, "feedback", "c2"))
    assert outbox.feedback(bounce(), other) == ["0"]
    assert [event.customer_id for event in outbox.stream.events] == ["c2"]
