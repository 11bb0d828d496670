"""Consent, suppression and the ledger of two ids that are one person: the stricter wins, in any order."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mailwright.ledger.cap import recent
from mailwright.ledger.consent import MARKETING, may_send, merge, opt_out
from mailwright.ledger.inherit import freeze, inherit, said_before
from mailwright.ledger.states import SLOTS
from mailwright.model.contact import (
    DENIED,
    GRANTED,
    STATES,
    Consent,
    Contact,
    ContactChange,
    Slot,
    decode_contact,
    encode_contact,
)
from mailwright.model.times import DAY

MERGED = 1_000
NEW = Contact("new", address="ann@example.com", address_at=1)


def said(contact: Contact, state: str, at: int, stated: bool = False) -> Contact:
    return merge(contact, change(state, at, stated))


def change(state: str, at: int, stated: bool = False) -> ContactChange:
    return ContactChange("new", at, "identify", consent={MARKETING: state}, consent_at=at if stated else None)


def old(**fields: object) -> Contact:
    return freeze(Contact("old", 3, **fields), "new", MERGED)  # type: ignore[arg-type]


def slot(number: int, state: str = "accepted", at: int = 5, cls: str = "M") -> Slot:
    return Slot(f"{number:016x}", state, 1, "", at, cls)  # type: ignore[arg-type]


@pytest.mark.parametrize("mine", [None, GRANTED, DENIED])
@pytest.mark.parametrize("theirs", [None, GRANTED, DENIED])
@pytest.mark.parametrize("mine_later", [True, False])
@pytest.mark.parametrize("stated", [(False, False), (False, True), (True, False), (True, True)])
def test_the_stricter_of_both_sides_holds(
    mine: str | None, theirs: str | None, mine_later: bool, stated: tuple[bool, bool]
) -> None:
    new, before = NEW, old()
    if mine:
        new = said(new, mine, 20 if mine_later else 10, stated[0])
    if theirs:
        before = said(before, theirs, 15, stated[1])
    joined = inherit(new, before)
    expected = "opted_out" if DENIED in (mine, theirs) else "" if GRANTED in (mine, theirs) else "no_consent"
    assert may_send(joined, MARKETING) == expected


def test_a_yes_stated_after_the_merge_undoes_an_inherited_no_and_a_repeated_one_does_not() -> None:
    joined = inherit(said(NEW, GRANTED, 500, stated=True), opt_out(old(), MARKETING, 10, "one-click"))
    assert joined.consent[MARKETING] == Consent(DENIED, MERGED, "one-click", stated=True)
    assert may_send(said(joined, GRANTED, MERGED + 1), MARKETING) == "opted_out"
    again = said(joined, GRANTED, MERGED + 1, stated=True)
    assert may_send(again, MARKETING) == ""
    assert inherit(again, opt_out(old(), MARKETING, 10, "one-click")) is again  # however often it is joined


def test_an_inherited_yes_yields_to_any_word_of_the_new_id_even_an_older_one() -> None:
    joined = inherit(NEW, said(old(), GRANTED, 900, stated=True))
    assert may_send(joined, MARKETING) == ""
    assert may_send(said(joined, DENIED, 5), MARKETING) == "opted_out"
    assert inherit(said(NEW, DENIED, 5), said(old(), GRANTED, 900, stated=True)).consent == said(NEW, DENIED, 5).consent


def test_a_complaint_survives_and_a_bounce_where_the_mailbox_is_the_same() -> None:
    assert inherit(NEW, old(suppressed="complaint", suppressed_at=7)).suppressed == "complaint"
    assert inherit(NEW, old(address="Ann@Example.com", suppressed="bounce", suppressed_at=7)).suppressed == "bounce"
    assert inherit(NEW, old(address="gone@example.com", suppressed="bounce", suppressed_at=7)).suppressed == ""
    taken = inherit(Contact("new"), old(address="gone@example.com", suppressed="bounce", suppressed_at=7))
    assert (taken.address, taken.suppressed) == ("gone@example.com", "bounce")
    blocked = replace(NEW, suppressed="complaint", suppressed_at=3)
    assert inherit(blocked, old(address="ann@example.com", suppressed="bounce", suppressed_at=7)) is blocked


def test_the_address_is_taken_where_there_is_none_and_gives_way_to_any_of_the_new_ids_own() -> None:
    assert inherit(NEW, old(address="other@example.com", address_at=999)).address == "ann@example.com"
    taken = inherit(Contact("new"), old(address="other@example.com", address_at=999))
    assert taken.address == "other@example.com"
    assert merge(taken, ContactChange("new", 5, "identify", address="ann@example.com")).address == "ann@example.com"


def test_the_cap_counts_what_both_were_sent_and_a_known_email_is_as_the_new_id_has_it() -> None:
    now = DAY
    mine = replace(NEW, sent=[slot(1, at=now), slot(2, "delivered", at=now)])
    theirs = old(sent=[slot(2, "claimed", at=now - 1), slot(3, at=now), slot(4, "waiting", at=now)])
    joined = inherit(mine, theirs)
    assert recent(joined, now) == 3
    assert {one.key[-1]: one.state for one in joined.sent} == {
        "1": "accepted", "2": "delivered", "3": "accepted", "4": "waiting",
    }  # fmt: skip
    assert inherit(joined, theirs) is joined


def test_a_full_ledger_takes_what_is_needed_and_keeps_all_that_was_its_own() -> None:
    mine = replace(NEW, sent=[slot(n, at=100 + n) for n in range(SLOTS - 2)])
    theirs = old(sent=[slot(100 + n, at=n) for n in range(SLOTS)])
    joined = inherit(mine, theirs)
    assert len(joined.sent) == SLOTS
    assert {one.key for one in mine.sent} < {one.key for one in joined.sent}
    assert slot(100 + SLOTS - 1, at=SLOTS - 1) in joined.sent  # the newest
    needed = slot(100).key
    assert needed in {one.key for one in inherit(joined, theirs, {needed}).sent}


def test_thousands_of_ids_leave_a_contact_as_small_as_ever() -> None:
    contact = said(NEW, GRANTED, 5)
    for number in range(3000):
        before = said(old(sent=[slot(number, at=number)], address=f"a{number}@example.com"), GRANTED, 5)
        contact = inherit(contact, replace(before, customer_id=f"old{number}"))
    assert len(contact.sent) == SLOTS
    assert len(encode_contact(contact)) < 1024


def test_a_pointer_only_ever_moves_on() -> None:
    frozen = freeze(Contact("old", 3), "new", MERGED)
    assert freeze(frozen, "new", MERGED) is frozen
    assert freeze(frozen, "earlier", MERGED - 1) is frozen
    assert freeze(frozen, "later", MERGED + 1).merged_into == "later"
    assert decode_contact(encode_contact(frozen)) == frozen


CHANGES = st.builds(
    change, st.sampled_from([GRANTED, DENIED]), st.sampled_from([1, 2, MERGED - 1, MERGED, MERGED + 5]), st.booleans()
)


@given(st.lists(CHANGES, max_size=3), CHANGES)
def test_a_merge_commutes_with_what_is_said_around_it(own: list[ContactChange], theirs: ContactChange) -> None:
    """The old id's word is heard before the merge or, late, after it; the new id's own before, between or after."""
    at = min(theirs.at, MERGED)
    theirs = replace(theirs, at=at, consent_at=None if theirs.consent_at is None else at)
    before, late = merge(old(), theirs), replace(theirs, inherited=MERGED)
    outcomes = set()
    for steps in permutations([*own, None]):
        for joined_late in (False, True):
            contact = NEW
            for step in steps:
                if step is not None:
                    contact = merge(contact, step)
                elif joined_late:
                    contact = said_before(inherit(contact, old()), late)
                else:
                    contact = inherit(contact, before)
            outcomes.add(encode_contact(contact))
    assert len(outcomes) == 1


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(STATES), st.integers(0, 50)), max_size=30))
def test_joining_twice_changes_nothing(slots: list[tuple[int, str, int]]) -> None:
    sent = list({number: slot(number, state, at) for number, state, at in slots}.values())
    joined = inherit(NEW, old(sent=sent))
    assert encode_contact(inherit(joined, old(sent=sent))) == encode_contact(joined)
