"""An id that became another: its emails, its feedback and its unsubscribe link find the person, under every crash."""

from typing import Any

import pytest

from mailwright import bootstrap
from mailwright.compose.tokens import open_sealed, seal
from mailwright.ledger.consent import MARKETING, may_send, opt_out
from mailwright.ledger.states import find
from mailwright.model.contact import Consent, ContactChange, Slot
from mailwright.model.outbox import Merge, Pending
from mailwright.model.profile import Profile
from mailwright.model.times import DAY, HOUR, MINUTE, iso
from mailwright.workflow.contacts import change, person
from tests.functions.outbox import GRANTED, KEYS, NOW, Outbox, task

MERGE = Pending(merges=[Merge("old", "new", NOW)])


@pytest.fixture
def outbox():
    world = Outbox()
    world.person("old")
    world.person("new", address_at=1)
    yield world
    bootstrap.use(None)


def merged(outbox: Outbox, at: int = NOW - HOUR) -> None:
    """`old` became `new` a while ago."""
    outbox.profiles.put(Profile("old", merged_into="new", merged_at=at))
    outbox.profiles.put(Profile("new"))
    assert outbox.dispatch(Pending(merges=[Merge("old", "new", at)])) == []


def slot(number: int, state: str, at: int = NOW, owner: str = "") -> Slot:
    return Slot(task(number, "old").key, state, 1, owner, at)  # type: ignore[arg-type]


def told(kind: str, **part: Any) -> dict[str, Any]:
    tags = {"sk": [task(1, "old").key], "at": ["1"], "cu": [seal(KEYS, "feedback", "old")], "pg": ["x"], "tp": ["t"]}
    mail = {"timestamp": iso(NOW), "messageId": "ses-1", "destination": ["old@example.com"], "tags": tags}
    return {"eventType": kind, "mail": mail, kind.lower(): {"timestamp": iso(NOW + 1_000), **part}}


def test_the_old_row_points_to_the_new_one_and_gives_it_what_it_has(outbox):
    outbox.person(
        "old", sent=[slot(1, "accepted")], consent={MARKETING: Consent("denied", 5, "one-click", stated=True)}
    )
    assert outbox.dispatch(MERGE, MERGE) == []
    assert outbox.contacts.load("old").merged_into == "new"
    new = outbox.contacts.load("new")
    assert may_send(new, MARKETING) == "opted_out"
    assert [one.key for one in new.sent] == [task(1, "old").key]
    writes = outbox.contacts.writes
    assert outbox.dispatch(MERGE) == []
    assert outbox.contacts.writes == writes


@pytest.mark.parametrize("there", [True, False])
def test_what_was_said_before_the_merge_and_given_up_by_the_stream_is_heard_when_a_person_puts_it_back(outbox, there):
    """It is told to the old row, which nobody asks any more; which is not there, had nothing been said before."""
    if not there:
        del outbox.contacts.rows["old"]
    assert outbox.dispatch(MERGE) == []
    assert may_send(outbox.contacts.load("new"), MARKETING) == ""
    denied = ContactChange("old", NOW - 5, "identify", consent={MARKETING: "denied"})
    assert outbox.dispatch(Pending(contacts=[denied])) == []
    assert may_send(outbox.contacts.load("new"), MARKETING) == "opted_out"
    writes = outbox.contacts.writes
    assert outbox.dispatch(Pending(contacts=[denied]), MERGE) == []
    assert outbox.contacts.writes == writes


def test_what_was_said_under_the_old_id_is_heard_before_it_is_joined(outbox):
    denied = ContactChange("old", NOW - 5, "identify", consent={MARKETING: "denied"})
    assert outbox.dispatch(Pending(contacts=[denied], merges=MERGE.merges)) == []
    assert may_send(outbox.contacts.load("new"), MARKETING) == "opted_out"
    # The table's stream brings it again, long after the person has said yes.
    yes = ContactChange("new", NOW + HOUR, "identify", consent={MARKETING: "granted"}, consent_at=NOW + HOUR)
    assert outbox.dispatch(Pending(contacts=[yes])) == []
    assert outbox.dispatch(Pending(contacts=[denied], merges=MERGE.merges)) == []
    assert may_send(outbox.contacts.load("new"), MARKETING) == ""


@pytest.mark.parametrize("at", range(1, 3))
def test_a_crash_between_the_two_rows_is_made_good_and_nothing_slips_through_meanwhile(outbox, at):
    outbox.person("old", sent=[slot(1, "accepted")])
    outbox.profiles.put(Profile("old", merged_into="new", merged_at=NOW - HOUR))
    outbox.profiles.put(Profile("new"))
    calls = 0

    def crash(name: str) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise RuntimeError(name)

    outbox.contacts.before_commit = crash
    assert outbox.dispatch(Pending(merges=[Merge("old", "new", NOW - HOUR)])) == ["s0"]
    outbox.contacts.before_commit = None
    assert outbox.send(task(1, "old")) == []  # the queue delivers a copy of what was sent before
    assert outbox.mailer.taken == []
    assert outbox.dispatch(Pending(merges=[Merge("old", "new", NOW - HOUR)])) == []
    assert find(outbox.contacts.load("new").sent, task(1, "old").key) is not None


def test_an_email_on_its_way_goes_once_to_the_person_with_the_new_ids_consent_and_cap(outbox):
    merged(outbox)
    assert outbox.send(task(1, "old")) == []
    assert outbox.send(task(1, "old")) == []
    (message,) = outbox.mailer.taken
    assert message.to == "new@example.com"
    assert find(outbox.contacts.load("new").sent, task(1, "old").key).state == "accepted"
    assert outbox.contacts.load("old").sent == []
    assert open_sealed(KEYS, "feedback", message.tags["cu"]) == "old"


def test_a_no_under_the_new_id_holds_back_what_the_old_one_planned(outbox):
    merged(outbox)
    change(outbox.contacts, "new", lambda row: opt_out(row, MARKETING, NOW, "one-click"))
    assert outbox.send(task(1, "old")) == []
    assert outbox.ends == [("suppressed", "opted_out")]


def test_the_cap_counts_what_both_ids_were_sent(outbox):
    outbox.person("old", sent=[slot(n, "accepted", NOW - DAY) for n in (11, 12)])
    outbox.person("new", sent=[slot(21, "accepted", NOW - DAY)])
    merged(outbox)
    assert outbox.send(task(1, "new")) == []
    assert outbox.ends == [("suppressed", "capped")]


def test_an_email_waits_until_the_facts_have_followed(outbox):
    merged(outbox, NOW - MINUTE)
    assert outbox.send(task(1, "old")) == []
    assert outbox.mailer.taken == []
    assert outbox.sends.put_with_delay == [(task(1, "old"), 240)]
    outbox.now += 5 * MINUTE
    assert outbox.send(task(1, "old")) == []
    assert len(outbox.mailer.taken) == 1


def test_while_dispatch_is_behind_an_email_of_the_old_id_waits_for_what_was_said_under_the_new_one(outbox):
    """However long that takes: the profile has been merged for an hour, the contacts have not."""
    outbox.profiles.put(Profile("old", merged_into="new", merged_at=NOW - HOUR))
    outbox.profiles.put(Profile("new"))
    change(outbox.contacts, "new", lambda row: opt_out(row, MARKETING, NOW, "one-click"))
    assert outbox.send(task(1, "old")) == []
    assert (outbox.mailer.posts, [delay for _, delay in outbox.sends.put_with_delay]) == (0, [60])
    assert outbox.dispatch(Pending(merges=[Merge("old", "new", NOW - HOUR)])) == []
    assert outbox.send(task(1, "old")) == []
    assert outbox.ends == [("suppressed", "opted_out")]
    assert outbox.mailer.posts == 0


def test_an_id_that_never_had_an_address_does_not_borrow_one(outbox):
    """Its journey begins anew under the new id: following the pointer as well would send twice."""
    outbox.person("old", address="")
    merged(outbox)
    assert outbox.send(task(1, "old")) == []
    assert outbox.ends == [("suppressed", "no_address")]


def test_a_claim_that_was_under_way_is_finished_in_the_new_ledger(outbox):
    outbox.mailer.before = lambda message: outbox.dispatch(MERGE)
    assert outbox.send(task(1, "old")) == []
    assert find(outbox.contacts.load("new").sent, task(1, "old").key).state == "accepted"
    assert outbox.send(task(1, "old")) == []
    assert len(outbox.mailer.taken) == 1


def test_feedback_on_an_old_email_raises_the_new_ledger(outbox):
    outbox.person("old", sent=[slot(1, "accepted")])
    merged(outbox)
    complained = told("Complaint", complainedRecipients=[], complaintFeedbackType="abuse")
    assert outbox.feedback(complained) == []
    new = outbox.contacts.load("new")
    assert (find(new.sent, task(1, "old").key).state, new.suppressed) == ("complained", "complaint")
    assert may_send(new, MARKETING) == "complaint"
    (event,) = outbox.stream.events
    assert event.customer_id == "old"  # and is passed on by its signpost


def test_an_unsubscribe_link_of_an_old_email_works(outbox):
    merged(outbox)
    change(outbox.contacts, "old", lambda row: opt_out(row, MARKETING, NOW, "one-click"))
    assert may_send(outbox.contacts.load("new"), MARKETING) == "opted_out"
    assert may_send(person(outbox.contacts, "old"), MARKETING) == "opted_out"


def test_what_each_id_of_a_chain_said_is_heard_at_its_end_in_whatever_order_it_is_joined(outbox):
    steps = [Pending(merges=[Merge("a", "b", NOW)]), Pending(merges=[Merge("b", "c", NOW + 1)])]
    for order in (steps, steps[::-1]):
        outbox.contacts.rows.clear()
        outbox.person("a", consent={MARKETING: Consent("denied", 5, "one-click", stated=True)})
        outbox.person("b", sent=[slot(1, "accepted")])
        outbox.person("c", consent=GRANTED)
        for one in order:
            assert outbox.dispatch(one) == []
        assert may_send(outbox.contacts.load("c"), MARKETING) == "opted_out"
        assert len(person(outbox.contacts, "a").sent) == 1


def test_contacts_that_became_each_other_end_in_the_smallest(outbox):
    for old in "abc":
        outbox.person(old, sent=[Slot(task(1, old).key, "accepted", 1, "", NOW)])  # type: ignore[arg-type]
    for place, (old, new) in enumerate(("ab", "bc", "ca")):
        assert outbox.dispatch(Pending(merges=[Merge(old, new, NOW + place)])) == []
    for name in "abc":
        found = person(outbox.contacts, name)
        assert found.customer_id == "a"
        assert {one.key for one in found.sent} == {task(1, each).key for each in "abc"}


@pytest.mark.parametrize(
    ("why", "address", "suppressed"),
    [("complaint", "", "complaint"), ("bounce", "OLD@example.com", "bounce"), ("bounce", "new@example.com", "")],
)
def test_a_complaint_under_the_old_id_suppresses_the_person_and_a_bounce_the_mailbox(outbox, why, address, suppressed):
    outbox.person("old", address="old@example.com", suppressed=why, suppressed_at=NOW)
    if address:
        outbox.person("new", address=address, address_at=1)
    assert outbox.dispatch(MERGE) == []
    assert outbox.contacts.load("new").suppressed == suppressed
