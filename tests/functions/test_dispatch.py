"""dispatch: what a profile write decided is carried out, in order, however often it is delivered."""

import pytest

from mailwright import bootstrap
from mailwright.model.contact import ContactChange
from mailwright.model.event import Event
from mailwright.model.outbox import Merge, Pending
from tests.functions.outbox import NOW, Outbox, task


@pytest.fixture
def outbox():
    yield Outbox()
    bootstrap.use(None)


def change(customer: str = "c1", at: int = NOW, **fields: object) -> ContactChange:
    return ContactChange(customer, at, "identify", **fields)  # type: ignore[arg-type]


def wake(name: str) -> Event:
    return Event(name, NOW, "c1", "timer", source="mailwright")


def test_contact_changes_come_before_the_emails_that_ask_for_them(outbox):
    order: list[str] = []
    outbox.contacts.before_commit = lambda customer: order.append("contact")
    put = outbox.sends.put
    outbox.sends.put = lambda tasks, delay=0: (order.append("emails"), put(tasks, delay))
    granted = change(address="a@example.com", consent={"marketing": "granted"})
    assert outbox.dispatch(Pending([granted], [task()], [wake("e1")])) == []
    assert order == ["contact", "emails"]
    assert outbox.contacts.load("c1").consent["marketing"].state == "granted"
    assert outbox.sends.tasks == [task()]
    assert outbox.stream.events == [wake("e1")]


def test_delivered_twice_it_writes_the_contact_once(outbox):
    pending = Pending([change(address="a@example.com")], [task()])
    outbox.dispatch(pending)
    outbox.dispatch(pending)
    assert outbox.contacts.writes == 1
    assert outbox.sends.tasks == [task(), task()]  # the ledger knows them for one


def test_many_changes_of_one_customer_are_one_write(outbox):
    writes = [Pending([change(at=NOW + n, address=f"a{n}@example.com")]) for n in range(9)]
    assert outbox.dispatch(*reversed(writes)) == []
    assert outbox.contacts.writes == 1
    assert outbox.contacts.load("c1").address == "a8@example.com"


def test_a_lost_race_for_the_contact_row_is_run_again(outbox):
    def other(customer: str) -> None:
        outbox.contacts.before_commit = None
        contact = outbox.contacts.load("c1")
        contact.suppressed = "bounce"
        outbox.contacts.commit(contact)

    outbox.contacts.before_commit = other
    assert outbox.dispatch(Pending([change(consent={"marketing": "denied"})])) == []
    contact = outbox.contacts.load("c1")
    assert (contact.suppressed, contact.consent["marketing"].state) == ("bounce", "denied")


def test_a_customer_that_fails_is_reported_and_what_comes_after_waits_for_it(outbox):
    def broken(customer: str) -> None:
        if customer == "c2":
            raise ConnectionError("the table is away")

    outbox.contacts.before_commit = broken
    first = Pending([change("c1", address="a@example.com")], [task(1)])
    bad = Pending([change("c2", address="b@example.com")], [task(2, "c2")])
    after = Pending(sends=[task(3)])
    assert outbox.dispatch(first, bad, after) == ["s1"]
    assert outbox.sends.tasks == [task(1)]
    outbox.contacts.before_commit = None
    assert outbox.dispatch(bad, after) == []
    assert outbox.sends.tasks == [task(1), task(2, "c2"), task(3)]


def test_a_throttled_event_is_reported_from_its_record_on(outbox):
    outbox.stream.throttled = {"e2"}
    decided = [Pending(sends=[task(n)], events=[wake(f"e{n}")]) for n in (1, 2, 3)]
    assert outbox.dispatch(*decided) == ["s1"]
    assert outbox.sends.tasks == [task(1)]


def test_writes_that_decided_nothing_are_passed_over(outbox):
    assert outbox.dispatch(None, Pending(sends=[task()]), None) == []
    assert outbox.sends.tasks == [task()]


def test_the_record_named_is_the_one_that_failed_though_others_decided_nothing(outbox):
    outbox.stream.throttled = {"e1"}
    assert outbox.dispatch(None, None, Pending(events=[wake("e1")])) == ["s2"]


def test_an_outbox_that_cannot_be_read_is_kept_whole_and_blocks_no_one(outbox):
    assert outbox.dispatch(b"\xff{", Pending(sends=[task()])) == []
    (kept,) = outbox.quarantine.records
    assert (kept.where, kept.code, kept.record) == ("dispatch", "malformed_outbox", "/3s=")
    assert outbox.sends.tasks == [task()]


@pytest.mark.parametrize("damaged", ["c2", "c3"])
def test_a_contact_row_that_cannot_be_read_blocks_no_one_and_what_it_was_told_is_kept(outbox, damaged):
    outbox.contacts.rows[damaged] = (1, b"\xc1")
    first = Pending([change("c2", consent={"marketing": "denied"})], [task(2, "c2")], merges=[Merge("c2", "c3", 5)])
    after = Pending([change("c1", address="a@example.com")], [task(1)])
    assert outbox.dispatch(first, after) == []
    assert outbox.sends.tasks == [task(2, "c2"), task(1)]
    assert outbox.contacts.load("c1").address == "a@example.com"
    assert {(kept.where, kept.code) for kept in outbox.quarantine.records} == {("dispatch", "unreadable_row")}
    told = [kept.record for kept in outbox.quarantine.records]
    assert {"old": "c2", "new": "c3", "at": 5} in told
    assert (damaged == "c3") == (len(told) == 1)  # else the opt-out as well


def test_when_the_queue_is_away_the_whole_batch_comes_again(outbox):
    def away(tasks: object, delay: int = 0) -> None:
        raise ConnectionError("the queue is away")

    outbox.sends.put = away
    with pytest.raises(ConnectionError):
        outbox.dispatch(Pending(sends=[task()]))
