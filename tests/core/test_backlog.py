"""A batch that holds more of one customer than one write may decide on."""

from random import Random

from mailwright.model.content import Content, Journey, Shop, Step, Template
from mailwright.model.event import Event, encode_event
from mailwright.model.profile import count
from mailwright.model.send import Class
from mailwright.store.profiles import ProfileStore
from mailwright.workflow.fold import Folded, Record, fold
from tests.fakes.aws import TABLE, memory
from tests.fakes.profiles import FakeProfiles
from tests.fakes.quarantine import FakeQuarantine

NOW = 1_767_225_600_000


def content(cls: Class) -> Content:
    steps = {"send": Step("send", "send", template="mail")}
    return Content(
        Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street"),
        journeys={"thanks": Journey("thanks", "", "send", steps, ["Order Completed"], again=0, cls=cls)},
        templates={"mail": Template("mail", "Hello", "", "<p>Hello</p>", "Hello")},
    )


def ordered(number: int, profiles: FakeProfiles, cls: Class) -> Folded:
    """A backlog of orders of one customer, a page between two."""
    events = [
        one
        for n in range(number)
        for one in (
            Event(f"o{n}", NOW - n, "c", "track", "Order Completed", "test", {"order_id": f"{n}", "total": 20}),
            Event(f"p{n}", NOW - n, "c", "page"),
        )
    ]
    records = [Record(str(place), encode_event(event)) for place, event in enumerate(events)]
    done = fold(records, profiles, FakeQuarantine(), content(cls), NOW)
    assert not done.failures, done.error
    return done


def test_every_order_of_a_backlog_has_its_receipt_and_is_counted_once():
    profiles = FakeProfiles()
    done = ordered(25, profiles, "T")
    assert {task.trace["event"] for pending in profiles.pending for task in pending.sends} == {
        f"o{n}" for n in range(25)
    }
    assert (done.counts["writes"], done.counts["duplicates"], done.counts["entries_capped"]) == (3, 0, 0)
    again = ordered(25, profiles, "T")
    assert (again.counts["writes"], again.counts["duplicates"]) == (0, 50)


def test_marketing_is_not_owed():
    profiles = FakeProfiles()
    done = ordered(25, profiles, "M")
    assert sum(len(pending.sends) for pending in profiles.pending) == 10
    assert (done.counts["writes"], done.counts["entries_capped"]) == (1, 15)


def test_thousands_of_people_under_one_id_are_too_much_for_one_item_and_are_folded_in_several_writes():
    """`userId: "null"`: each call names an address of its own, and the outbox of them all is larger than 400 KB."""
    chance, profiles = Random(1), ProfileStore(memory(), TABLE)
    part = [f"{chance.getrandbits(240):x}"[:59] for _ in range(4 * 3_001)]
    address = ["{}@{}.{}.{}.example.com".format(*part[n : n + 4]) for n in range(0, len(part), 4)]
    events = [
        Event(f"i{n}", NOW - n, "null", "identify", "", "segment", {"email": one}) for n, one in enumerate(address)
    ]
    events.append(Event("p", NOW, "null", "page"))
    records = [Record(str(place), encode_event(event)) for place, event in enumerate(events)]
    for writes, duplicates in ((4, 0), (0, len(events))):
        done = fold(records, profiles, FakeQuarantine(), content("M"), NOW)
        assert not done.failures, done.error
        assert (done.counts["writes"], done.counts["duplicates"]) == (writes, duplicates)
    assert count(profiles.load(["null"])["null"].totals, "visits") == 1
