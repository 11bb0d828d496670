"""Workers that run at once, their calls in hundreds of orders: what two of them may do to each other, they do here."""

import logging
from collections.abc import Iterator
from functools import partial

import pytest

from mailwright import bootstrap
from mailwright.ledger.consent import MARKETING, may_send, opt_out
from mailwright.model.contact import Contact
from mailwright.model.content import Content, Shop
from mailwright.model.event import Event, encode_event
from mailwright.model.outbox import Merge, Pending
from mailwright.model.profile import Profile, count
from mailwright.model.times import HOUR, MINUTE
from mailwright.workflow.contacts import change
from mailwright.workflow.fold import Folded, Record, fold
from tests.fakes.profiles import FakeProfiles
from tests.fakes.quarantine import FakeQuarantine
from tests.faults.lockstep import Lockstep
from tests.functions.outbox import NOW, Outbox, task

ORDERS = 300
EMPTY = Content(Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street"))
MERGE = Pending(merges=[Merge("old", "new", NOW - HOUR)])


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    bootstrap.use(None)


@pytest.mark.parametrize("refused", ["old", "new"])
def test_two_senders_a_merge_that_comes_twice_and_an_opt_out_in_any_order_of_their_calls(refused: str) -> None:
    posted = sum(one_order(seed, refused) for seed in range(ORDERS))
    assert 0 < posted < ORDERS  # both sides won now and then


def one_order(seed: int, refused: str) -> int:
    """How often the email went out. `refused` is the id under which the person says no."""
    world = Outbox()
    world.person("old")
    world.person("new", address_at=1)
    world.profiles.put(Profile("old", merged_into="new", merged_at=NOW - HOUR))
    world.profiles.put(Profile("new"))
    written, answered, email = kept(world), list[int](), task(1, "old")

    def say_no() -> None:
        change(world.contacts, refused, lambda row: opt_out(row, MARKETING, NOW + 1, "one-click"))
        answered.append(len(written))

    def send() -> None:
        world.send(email)

    def merge() -> None:
        world.dispatch(MERGE)

    lockstep = Lockstep(seed)
    lockstep.watch(world.contacts, "load", "commit")
    lockstep.watch(world.mailer, "send")
    assert lockstep.run(send, send, merge, merge, say_no) == []
    known = {slot.key for row in written[: answered[0]] for slot in row.sent}
    claimed = {slot.key for row in written[answered[0] :] for slot in row.sent if slot.state == "claimed"}
    assert claimed <= known, f"seed {seed}: claimed after the no was answered"
    assert may_send(world.contacts.load("new"), MARKETING) == "opted_out", f"seed {seed}"
    for _ in range(2):  # what the queue has still to bring
        world.now += 20 * MINUTE
        send()
    assert world.mailer.posts <= 1, f"seed {seed}: sent {world.mailer.posts} times"
    assert world.journal.records, f"seed {seed}: no end"
    if world.mailer.posts:
        assert email.key in {slot.key for slot in world.contacts.load("new").sent}, f"seed {seed}: forgotten"
    return world.mailer.posts


def kept(world: Outbox) -> list[Contact]:
    """Every contact that is committed from now on, in order."""
    written: list[Contact] = []
    commit = world.contacts.commit

    def committed(contact: Contact) -> bool:
        if not commit(contact):
            return False
        written.append(contact)
        return True

    world.contacts.commit = committed  # type: ignore[method-assign]
    return written


@pytest.mark.parametrize("seed", range(0, ORDERS, 30))
def test_batches_that_overlap_and_a_link_in_any_order_of_their_calls_count_each_event_once(seed: int) -> None:
    for order in range(seed, seed + 10):
        overlap(order)


def overlap(seed: int) -> None:
    visits = [Event(f"e{n}", NOW - n * HOUR, "old", "page") for n in range(150)]  # more than the ring holds
    link = Event("l", NOW, "old", "link", "", "mailwright", {"to": "new", "said": "alias"})
    profiles, quarantine = FakeProfiles(), FakeQuarantine()

    def folded(events: list[Event]) -> Folded:
        records = [Record(str(place), encode_event(event)) for place, event in enumerate(events)]
        return fold(records, profiles, quarantine, EMPTY, NOW)

    assert not folded(visits[:60]).failures
    lockstep = Lockstep(seed)
    lockstep.watch(profiles, "load", "seen", "commit")
    batches = [visits[20:110], visits[50:150], [*visits[100:120], link], visits[::7]]
    assert lockstep.run(*(partial(folded, events) for events in batches)) == []
    for batch in batches:  # what lost to the others too often comes again
        folded(batch)
    done = 0
    while done < len(profiles.pending):  # what the outboxes pass on, each twice
        onward = [event for pending in profiles.pending[done:] for event in pending.events]
        done = len(profiles.pending)
        folded(onward)
        folded(onward)
    there = profiles.load(["old", "new"])
    assert there["old"].merged_into == "new"
    assert count(there["new"].totals, "visits") == len(visits), f"seed {seed}"
    assert quarantine.records == []
