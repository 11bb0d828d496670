"""What a batch brings together with the news that its customer is another: nothing of it is decided nowhere."""

from mailwright.model.content import Content, Journey, Shop, Step, Template
from mailwright.model.event import Event, encode_event
from mailwright.model.outbox import Pending
from mailwright.workflow.fold import Record, fold
from tests.fakes.profiles import FakeProfiles
from tests.fakes.quarantine import FakeQuarantine

NOW = 1_767_225_600_000
CONTENT = Content(
    Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street"),
    journeys={
        "receipt": Journey(
            "receipt",
            "",
            "send",
            {"send": Step("send", "send", template="mail")},
            ["Order Completed"],
            again=0,
            cls="T",
        )
    },
    templates={"mail": Template("mail", "Hello", "", "<p>Hello</p>", "Hello")},
)


class Profiles(FakeProfiles):
    """Keeps the outboxes."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox: list[Pending] = []

    def commit(self, profile, due, pending, spills=()):
        done = super().commit(profile, due, pending, spills)
        self.outbox += [pending] if done else []
        return done


def lives(profiles: Profiles, *events: Event) -> Pending:
    """Fold a batch; its outbox, of one customer."""
    profiles.outbox.clear()
    records = [Record(str(place), encode_event(event)) for place, event in enumerate(events)]
    done = fold(records, profiles, FakeQuarantine(), CONTENT, NOW)
    assert not done.failures, done.error
    return profiles.outbox[-1]


def test_an_order_that_comes_in_one_batch_with_the_link_has_its_receipt_under_the_new_id_once():
    profiles = Profiles()
    lives(profiles, Event("1", NOW - 2, "old", "page"))
    order = Event("2", NOW - 1, "old", "track", "Order Completed", "test", {"order_id": "1", "total": 20})
    link = Event("3", NOW, "old", "link", "", "mailwright", {"to": "new", "said": "named"})
    leaving = lives(profiles, order, link)
    assert leaving.sends == []
    assert [event.type for event in leaving.events] == ["merge", "track"]
    arriving = lives(profiles, *leaving.events)
    assert [(task.customer_id, task.trace["event"]) for task in arriving.sends] == [("new", "2")]
    again = profiles.rows.copy()
    lives_again = [Record("1", encode_event(event)) for event in (order, link, *leaving.events)]
    assert fold(lives_again, profiles, FakeQuarantine(), CONTENT, NOW).counts["writes"] == 0
    assert profiles.rows == again


def test_events_too_large_for_one_outbox_follow_the_merge_in_others():
    profiles = Profiles()
    lives(profiles, Event("1", NOW, "old", "page"))
    heavy = [Event(f"h{n}", NOW, "old", "track", "Custom", data={"text": "x" * 30_000}) for n in range(20)]
    link = Event("link", NOW, "old", "link", data={"to": "new", "said": "alias"})
    lives(profiles, *heavy, link)
    assert [event.type for event in profiles.outbox[0].events][:2] == ["merge", "track"]
    assert len(profiles.outbox) > 2
    assert sum(len(pending.events) for pending in profiles.outbox) == 21
