"""Consent and address: any order, any repetition, the same contact; and a no that stays a no."""

from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwright.ledger.consent import MARKETING, may_send, merge, opt_out
from mailwright.model.contact import DENIED, GRANTED, Consent, Contact, ContactChange, decode_contact, encode_contact

CONTACT = Contact("c1", address="ann@example.com", address_at=1)


def says(state: str, at: int, *, consent_at: int | None = None, source: str = "identify") -> ContactChange:
    return ContactChange("c1", at, source, consent={MARKETING: state}, consent_at=consent_at)


def test_without_a_grant_nothing_may_be_sent() -> None:
    assert may_send(CONTACT, MARKETING) == "no_consent"
    assert may_send(merge(CONTACT, says(GRANTED, 5)), MARKETING) == ""


def test_a_receipt_asks_only_for_an_address_that_works() -> None:
    assert may_send(Contact("c1"), "") == "no_address"
    assert may_send(CONTACT, "") == ""
    assert may_send(msgspec.structs.replace(CONTACT, suppressed="bounce"), "") == "bounce"


def test_a_later_trait_replaces_an_earlier_one_and_never_the_other_way_round() -> None:
    contact = merge(merge(CONTACT, says(DENIED, 9)), says(GRANTED, 5))
    assert may_send(contact, MARKETING) == "opted_out"
    assert may_send(merge(contact, says(GRANTED, 10)), MARKETING) == ""


def test_a_login_that_repeats_the_trait_does_not_undo_a_persons_own_no() -> None:
    contact = opt_out(merge(CONTACT, says(GRANTED, 5)), MARKETING, 10, "one-click")
    assert contact.consent[MARKETING] == Consent(DENIED, 10, "one-click", stated=True)
    assert may_send(merge(contact, says(GRANTED, 20)), MARKETING) == "opted_out"


def test_a_grant_that_says_when_it_was_given_counts_if_that_was_after_the_no() -> None:
    contact = opt_out(merge(CONTACT, says(GRANTED, 5)), MARKETING, 10, "one-click")
    assert may_send(merge(contact, says(GRANTED, 20, consent_at=9)), MARKETING) == "opted_out"
    assert may_send(merge(contact, says(GRANTED, 20, consent_at=11)), MARKETING) == ""


def test_a_repeated_no_after_a_stated_yes_counts() -> None:
    contact = merge(CONTACT, says(GRANTED, 5, consent_at=5))
    assert may_send(merge(contact, says(DENIED, 6)), MARKETING) == "opted_out"
    assert may_send(merge(contact, says(DENIED, 4)), MARKETING) == ""


def test_an_opt_out_outlives_a_grant_dated_in_the_future() -> None:
    contact = merge(CONTACT, says(GRANTED, 5, consent_at=10_000))
    assert may_send(opt_out(contact, MARKETING, 10, "one-click"), MARKETING) == "opted_out"


def test_the_same_opt_out_again_or_an_older_one_changes_nothing() -> None:
    once = opt_out(CONTACT, MARKETING, 10, "one-click")
    assert opt_out(once, MARKETING, 10, "one-click") is once
    assert opt_out(once, MARKETING, 9, "complaint") is once


def test_a_yes_between_two_noes_that_arrives_after_both_does_not_count() -> None:
    contact = opt_out(merge(CONTACT, says(GRANTED, 5, consent_at=5)), MARKETING, 10, "one-click")
    contact = opt_out(contact, MARKETING, 30, "one-click")
    assert may_send(merge(contact, says(GRANTED, 40, consent_at=20)), MARKETING) == "opted_out"
    assert may_send(merge(contact, says(GRANTED, 40, consent_at=31)), MARKETING) == ""


def test_a_no_before_any_event_is_kept() -> None:
    contact = opt_out(Contact("c1"), MARKETING, 10, "one-click")
    assert (
        may_send(merge(contact, ContactChange("c1", 20, "identify", address="a@example.com")), MARKETING) == "opted_out"
    )


def test_a_new_address_lifts_a_bounce_but_not_a_complaint() -> None:
    moved = ContactChange("c1", 20, "identify", address="new@example.com")
    bounced = msgspec.structs.replace(CONTACT, suppressed="bounce", suppressed_at=10)
    assert may_send(merge(bounced, moved), "") == ""
    complained = msgspec.structs.replace(CONTACT, suppressed="complaint", suppressed_at=10)
    assert may_send(merge(complained, moved), "") == "complaint"


def test_the_same_address_again_does_not_lift_a_bounce() -> None:
    bounced = msgspec.structs.replace(CONTACT, suppressed="bounce", suppressed_at=10)
    again = merge(bounced, ContactChange("c1", 20, "identify", address=CONTACT.address))
    assert may_send(again, "") == "bounce"


def test_nothing_new_gives_back_the_same_object() -> None:
    change = says(GRANTED, 5)
    merged = merge(CONTACT, change)
    assert merge(merged, change) is merged


CHANGES = st.builds(
    ContactChange,
    st.just("c1"),
    st.integers(0, 6),
    st.sampled_from(["identify", "shopify"]),
    st.sampled_from([None, "", "a@example.com", "b@example.com"]),
    st.dictionaries(st.just(MARKETING), st.sampled_from([GRANTED, DENIED]), max_size=1),
    st.none() | st.integers(0, 6),
)


@given(st.lists(CHANGES, min_size=1, max_size=4))
def test_any_order_of_changes_gives_the_same_contact(changes: list[ContactChange]) -> None:
    outcomes = set()
    for order in permutations(changes):
        contact = Contact("c1")
        for change in (*order, order[0]):  # and once more: a redelivery
            contact = merge(contact, change)
        outcomes.add(encode_contact(contact))
    assert len(outcomes) == 1


@pytest.mark.parametrize("fields", [3, 7])
def test_rows_written_before_a_field_existed_still_open(fields: int) -> None:
    whole = msgspec.msgpack.decode(encode_contact(CONTACT))
    assert decode_contact(msgspec.msgpack.encode(whole[:fields])).customer_id == "c1"
