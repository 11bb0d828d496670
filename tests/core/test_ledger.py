"""The ledger's transitions, one by one."""

from typing import Any

import msgspec
import pytest

from mailwright.ledger.cap import recent, room
from mailwright.ledger.claim import Claimed, Held, Mine, Wait, claim, settle
from mailwright.ledger.feedback import bounced, complained, raised
from mailwright.ledger.outcome import backoff, outcome
from mailwright.ledger.states import KEEP, LIFETIME, RANK, RESOLVE, SKEW, SLOTS, TAKEN, TERMINAL, accounted
from mailwright.model.contact import STATES, Consent, Contact, Slot, State, decode_contact, encode_contact
from mailwright.model.send import SendTask, send_key
from mailwright.model.times import DAY, HOUR, MINUTE, SECOND

NOW = 1_700_000_000_000
GRANT = {"marketing": Consent("granted", 1, "identify")}


def task(**fields: Any) -> SendTask:
    given = {"planned_at": NOW, "not_after": NOW + DAY, **fields}
    return SendTask(send_key("c1", "journey:x", "a", 1), "c1", "journey:x", "a", "welcome", **given)


def contact(*slots: Slot, **fields: Any) -> Contact:
    return Contact(
        **{"customer_id": "c1", "v": 3, "address": "a@example.com", "consent": GRANT, "sent": list(slots), **fields}
    )


def slot(state: State, at: int = NOW, attempt: int = 1, owner: str = "", key: str = task().key, cls: Any = "M") -> Slot:
    return Slot(key, state, attempt, owner, at, cls)


def other(number: int, state: State = "accepted", at: int = NOW, cls: Any = "M") -> Slot:
    return slot(state, at, key=f"{number:016x}", cls=cls)


def test_t0_a_new_email_is_claimed_under_the_workers_name():
    answer = claim(contact(), task(), "me", NOW, 3)
    assert isinstance(answer, Claimed)
    assert answer.contact.sent == [slot("claimed", owner="me")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"address": ""}, "no_address"),
        ({"consent": {}}, "no_consent"),
        ({"consent": {"marketing": Consent("denied", 2, "one-click")}}, "opted_out"),
        ({"suppressed": "bounce"}, "bounce"),
        ({"suppressed": "complaint"}, "complaint"),
    ],
)
def test_t0_marketing_without_leave_is_suppressed_and_costs_no_write(fields, reason):
    assert claim(contact(**fields), task(), "me", NOW, 3) == Held("suppressed", reason)


def test_t0_a_receipt_needs_no_consent_and_no_room_under_the_cap_but_an_address_that_works():
    full = [other(number) for number in range(3)]
    denied = {"marketing": Consent("denied", 2, "one-click")}
    assert isinstance(claim(contact(*full, consent=denied), task(cls="T"), "me", NOW, 3), Claimed)
    assert claim(contact(suppressed="bounce"), task(cls="T"), "me", NOW, 3) == Held("suppressed", "bounce")


def test_t0_an_email_past_its_time_expires_and_no_email_lives_longer_than_72_hours():
    assert claim(contact(), task(not_after=NOW), "me", NOW, 3) == Held("expired", "expired")
    late = task(planned_at=NOW - LIFETIME, not_after=NOW + 365 * DAY)
    assert claim(contact(), late, "me", NOW, 3) == Held("expired", "expired")


def test_t0_an_email_planned_in_the_future_waits():
    assert claim(contact(), task(planned_at=NOW + SKEW + 1, not_after=NOW + DAY), "me", NOW, 3) == Wait(601)
    assert isinstance(claim(contact(), task(planned_at=NOW + SKEW, not_after=NOW + DAY), "me", NOW, 3), Claimed)


def test_a_claim_whose_reply_was_lost_is_recognised_by_its_owner():
    assert claim(contact(slot("claimed", owner="me")), task(), "me", NOW, 3) == Mine(1)


def test_t5_anothers_claim_is_left_alone_for_a_quarter_of_an_hour():
    mine = contact(slot("claimed", owner="other"))
    assert claim(mine, task(), "me", NOW, 3) == Wait(900)
    assert claim(mine, task(), "me", NOW + RESOLVE - 1, 3) == Wait(1)
    assert claim(contact(slot("claimed", at=NOW + 5 * MINUTE, owner="other")), task(), "me", NOW, 3) == Wait(900)


def test_t7_marketing_without_an_outcome_is_unconfirmed_and_never_posted_again():
    answer = claim(contact(slot("claimed", owner="other")), task(), "me", NOW + RESOLVE, 3)
    assert isinstance(answer, Held)
    assert (answer.state, answer.reason) == ("unconfirmed", "no_outcome")
    assert answer.contact is not None
    assert answer.contact.sent == [slot("unconfirmed", at=NOW + RESOLVE)]


def test_t7_a_receipt_without_an_outcome_is_posted_once_more_and_then_unconfirmed():
    first = claim(contact(slot("claimed", owner="other", cls="T")), task(cls="T"), "me", NOW + RESOLVE, 3)
    assert isinstance(first, Claimed)
    assert first.attempt == 2
    second = claim(first.contact, task(cls="T"), "her", NOW + 2 * RESOLVE, 3)
    assert isinstance(second, Held)
    assert second.state == "unconfirmed"


@pytest.mark.parametrize("fields", [{"suppressed": "bounce"}, {"address": ""}])
def test_t7_a_receipt_is_not_posted_again_to_an_address_that_is_gone(fields):
    answer = claim(contact(slot("claimed", owner="o", cls="T"), **fields), task(cls="T"), "me", NOW + RESOLVE, 3)
    assert isinstance(answer, Held)
    assert answer.state == "unconfirmed"


def test_a_claimed_email_never_expires_because_it_may_have_been_sent():
    ends_soon = task(not_after=NOW + 1)
    mine = contact(slot("claimed", owner="other"))
    assert claim(mine, ends_soon, "me", NOW + MINUTE, 3) == Wait(840)
    answer = claim(mine, ends_soon, "me", NOW + RESOLVE, 3)
    assert isinstance(answer, Held)
    assert answer.state == "unconfirmed"


def test_t8_a_waiting_email_is_claimed_again_when_its_time_has_come():
    mine = contact(slot("waiting", at=NOW + 30 * SECOND))
    assert claim(mine, task(), "me", NOW + 1, 3) == Wait(30)
    answer = claim(mine, task(), "me", NOW + 30 * SECOND, 3)
    assert isinstance(answer, Claimed)
    assert answer.contact.sent == [slot("claimed", at=NOW + 30 * SECOND, owner="me")]


@pytest.mark.parametrize(
    ("fields", "asked", "state", "reason"),
    [
        ({"consent": {"marketing": Consent("denied", 2, "one-click")}}, {}, "cancelled", "opted_out"),
        ({"suppressed": "complaint"}, {}, "cancelled", "complaint"),
        ({}, {"not_after": NOW + 2}, "expired", "expired"),
    ],
)
def test_t8_asks_every_guard_anew_and_t9_ends_what_may_no_longer_go(fields, asked, state, reason):
    answer = claim(contact(slot("waiting"), **fields), task(**asked), "me", NOW + 5, 3)
    assert isinstance(answer, Held)
    assert (answer.state, answer.reason) == (state, reason)
    assert answer.contact is not None
    assert answer.contact.sent == [slot(state, at=NOW + 5)]


def test_t8_the_cap_is_asked_anew_without_counting_the_email_itself():
    waiting = slot("waiting")
    assert isinstance(claim(contact(waiting, other(1), other(2)), task(), "me", NOW, 3), Claimed)
    full = claim(contact(waiting, other(1), other(2), other(3)), task(), "me", NOW, 3)
    assert isinstance(full, Held)
    assert (full.state, full.reason) == ("cancelled", "capped")


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_a_settled_email_stays_settled_and_says_when_that_was(state):
    assert claim(contact(slot(state, at=NOW - 5)), task(), "me", NOW, 3) == Held(state, at=NOW - 5)


def test_t1_t2_t3_the_outcome_is_written_by_the_owner_of_the_claim():
    held = contact(slot("claimed", owner="me"))
    accepted = outcome(held, task().key, "me", "accepted", NOW + 1)
    refused = outcome(held, task().key, "me", "refused", NOW + 1)
    throttled = outcome(held, task().key, "me", "throttled", NOW + 1, NOW + 99)
    assert accepted is not None
    assert refused is not None
    assert throttled is not None
    assert accepted.sent == [slot("accepted", at=NOW + 1)]
    assert refused.sent == [slot("failed", at=NOW + 1)]
    assert throttled.sent == [slot("waiting", at=NOW + 99)]


def test_an_outcome_written_twice_or_by_a_worker_that_lost_its_claim_changes_nothing():
    assert outcome(contact(slot("accepted")), task().key, "me", "accepted", NOW) is None
    assert outcome(contact(slot("delivered")), task().key, "me", "accepted", NOW) is None
    assert outcome(contact(slot("claimed", owner="other")), task().key, "me", "throttled", NOW) is None
    assert outcome(contact(slot("unconfirmed")), task().key, "me", "refused", NOW) is None
    assert outcome(contact(), task().key, "me", "accepted", NOW) is None


def test_a_late_acceptance_is_a_fact_and_outranks_unconfirmed():
    after = outcome(contact(slot("unconfirmed")), task().key, "me", "accepted", NOW)
    assert after is not None
    assert after.sent[0].state == "accepted"


@pytest.mark.parametrize("state", ["failed", "expired", "cancelled"])
def test_a_second_attempt_that_ends_unsent_leaves_the_doubt_of_the_first(state):
    assert settle(contact(slot("waiting", attempt=2)), task().key, state, NOW).sent[0].state == "unconfirmed"


def test_the_cap_counts_what_may_have_been_sent_in_seven_days():
    counted = [other(1), other(2, "claimed"), other(3, "unconfirmed"), other(4, "bounced", NOW - 7 * DAY + 1)]
    free = [
        other(5, "failed"),
        other(6, "waiting"),
        other(7, "accepted", NOW - 7 * DAY),
        other(8, "expired"),
        other(9, "accepted", cls="T"),
        other(10, "cancelled"),
    ]
    assert recent(contact(*counted, *free), NOW) == 4
    assert claim(contact(*counted[:3]), task(), "me", NOW, 3) == Held("suppressed", "capped")
    assert isinstance(claim(contact(*counted[:2]), task(), "me", NOW, 3), Claimed)


def test_the_25th_email_takes_the_oldest_slot_that_nobody_needs():
    old = [other(number, "accepted", NOW - 8 * DAY + number, cls="T") for number in range(SLOTS)]
    answer = claim(contact(*old), task(), "me", NOW, 3)
    assert isinstance(answer, Claimed)
    assert len(answer.contact.sent) == SLOTS
    assert old[0] not in answer.contact.sent


@pytest.mark.parametrize(
    "kept",
    [
        other(1, "accepted", NOW - KEEP, cls="T"),  # a copy of its task may still come
        other(1, "claimed", NOW - 30 * DAY, cls="T"),  # not settled
        other(1, "waiting", NOW - 30 * DAY, cls="T"),
        other(1, "accepted", NOW - 6 * DAY),  # counted by the cap
    ],
)
def test_a_slot_that_is_still_needed_is_never_given_up_and_the_email_is_held(kept):
    full = contact(*[msgspec.structs.replace(kept, key=f"{number:016x}") for number in range(SLOTS)])
    assert room(full, NOW) is None
    assert claim(full, task(), "me", NOW, 100) == Held("suppressed", "ledger_full")
    assert claim(full, task(cls="T"), "me", NOW, 100) == Held("suppressed", "ledger_full")


def test_t6_feedback_raises_by_rank_whatever_the_order_and_however_often():
    told: list[State] = ["complained", "accepted", "delivered", "delivered", "bounced", "accepted"]
    after = contact(slot("claimed", owner="gone"), v=0)
    for state in told:
        after = raised(after, task().key, state)
    assert after.sent == [slot("complained")]
    assert raised(after, task().key, "delivered") is after
    assert raised(after, "f" * 16, "delivered") is after


def test_t6_that_an_accepted_email_was_delivered_costs_no_write():
    known = contact(slot("accepted"))
    assert raised(known, task().key, "delivered") is known
    assert raised(known, task().key, "bounced").sent == [slot("bounced")]


def test_t6_feedback_resolves_a_lost_reply_and_the_redelivered_task_finds_it_accepted():
    after = raised(contact(slot("claimed", owner="gone")), task().key, "delivered")
    assert claim(after, task(), "me", NOW + RESOLVE, 3) == Held("delivered", at=NOW)
    assert accounted("delivered") == "accepted"


def test_a_bounce_or_complaint_suppresses_the_address_it_is_about_and_no_newer_one():
    assert bounced(contact(), ["A@Example.com"], NOW).suppressed == "bounce"
    moved = contact(address="new@example.com")
    assert bounced(moved, ["a@example.com"], NOW) is moved
    after = complained(moved, ["a@example.com"], NOW)
    assert after.suppressed == ""
    assert after.consent["marketing"].state == "denied"
    assert complained(moved, [], NOW).suppressed == "complaint"


def test_suppression_comes_out_the_same_in_any_order():
    one = complained(bounced(contact(), ["a@example.com"], NOW), ["a@example.com"], NOW + 5)
    two = bounced(complained(contact(), ["a@example.com"], NOW + 5), ["a@example.com"], NOW)
    assert one == two
    assert bounced(one, ["a@example.com"], NOW + 9) is one
    assert bounced(bounced(contact(), ["a@example.com"], 9), ["a@example.com"], 5).suppressed_at == 5


def test_the_wait_after_a_throttle_is_spread_by_key_and_the_same_every_time():
    waits = {backoff(send_key(str(number), "p", "s", 1), 1, 20) for number in range(500)}
    assert waits == set(range(20, 31))
    assert backoff("k", 1, 600) == backoff("k", 1, 600)


def test_every_state_has_a_rank_and_only_the_two_open_ones_are_not_terminal():
    assert set(RANK) == set(STATES)
    assert set(STATES) - TERMINAL == {"waiting", "claimed"}
    assert min(RANK[state] for state in TAKEN) > max(RANK[state] for state in set(STATES) - TAKEN)


def test_a_contact_with_24_slots_is_at_most_a_kilobyte_and_comes_back_as_it_was():
    slots = [slot("claimed", NOW + n, 2, "deadbeef", f"{n:016x}", "T") for n in range(2)]
    slots += [other(n, STATES[n % len(STATES)]) for n in range(2, SLOTS)]
    said = Consent("granted", NOW, "preferences", True)
    full = contact(
        *slots,
        customer_id="3f0c2b1e-8a6d-4c1f-9a53-0d9f0e6b7c21",
        address="a-rather-long-address-of-somebody@mail.example-company.co.uk",
        address_at=NOW,
        consent={"marketing": said},
        suppressed="complaint",
        suppressed_at=NOW,
        outranked={"marketing": said},
    )
    encoded = encode_contact(full)
    row = (
        encoded + b"3f0c2b1e-8a6d-4c1f-9a53-0d9f0e6b7c21" + b"customer_id" + b"row" + b"contact" + b"v123456" + b"state"
    )
    assert len(row) <= 1_024
    assert decode_contact(encoded) == full


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("attempt", [1, 2])
@pytest.mark.parametrize("cls", ["M", "T"])
def test_a_slot_of_any_state_attempt_and_class_survives_the_row(state, attempt, cls):
    mine = contact(Slot(task().key, state, attempt, "owner", NOW + HOUR, cls))
    assert decode_contact(encode_contact(mine)) == mine
