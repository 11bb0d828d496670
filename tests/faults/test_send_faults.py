"""Exactly once, under fire: every crash, lost reply, throttle and copy ends in a known state, and in one email."""

import dataclasses
import itertools
from collections import Counter

import pytest

from mailwright.ledger.consent import opt_out
from mailwright.metrics.account import ENDS, account, final
from mailwright.model.contact import Consent
from mailwright.model.send import SendTask, send_key
from mailwright.model.times import HOUR, MINUTE
from mailwright.workflow.contacts import change
from mailwright.workflow.deliver import Left, deliver
from mailwright.workflow.ports import Message, Posted
from tests.faults.sending import CONTENT, START, World

# The five points of a send, as places and faults of this world.
POINTS = {
    "before the claim is stored": ("commit", 0, "crash before"),
    "after the claim, before the post": ("post", 0, "crash before"),
    "after the post, its reply lost with the function": ("post", 0, "crash after"),
    "after the reply, before the outcome is stored": ("commit", 1, "crash before"),
    "after the outcome, before the message is acknowledged": ("commit", 1, "crash after"),
}


def task(customer: str = "c", number: int = 1, cls: str = "M", planned: int = START, life: int = 24 * HOUR) -> SendTask:
    key = send_key(customer, "journey:x", "a", number)
    return SendTask(key, customer, "journey:x", "a", "welcome", planned, planned + life, cls)  # type: ignore[arg-type]


def fail_once(world: World, place: str, after: int, fault: str) -> None:
    """The fault strikes at the call number `after` to a place, and never again."""
    calls: Counter[str] = Counter()

    def strike(at: str) -> str:
        calls[at] += 1
        return fault if at == place and calls[at] == after + 1 else ""

    world.fault = world.contacts.fault = strike


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("feedback", ["arrives", "is lost"])
@pytest.mark.parametrize("cls", ["M", "T"])
def test_a_crash_at_any_point_ends_in_one_email_at_most_and_a_known_state(point, feedback, cls):
    world = World()
    world.person("c")
    world.feedback_lost = 1.0 if feedback == "is lost" else 0.0
    place, after, fault = POINTS[point]
    fail_once(world, place, after, fault)
    world.put([task(cls=cls)])
    world.run()
    assert world.counts["crashes"] == 1
    state = final(world.journal.records)[task().key].state
    copies = world.copies[task().key]
    if cls == "M":
        assert copies <= 1
        harmless = point.startswith(("before the claim", "after the outcome"))
        assert state == ("accepted" if copies and (feedback == "arrives" or harmless) else "unconfirmed")
        assert copies == (0 if point == "after the claim, before the post" else 1)
    else:
        assert state == "accepted"
        assert 1 <= copies <= 2
        assert copies == 1 or feedback == "is lost"


@pytest.mark.parametrize(
    ("fault", "copies", "states"),
    [
        ("unknown, sent", 1, {"accepted"}),
        ("unknown, not sent", 0, {"unconfirmed"}),
        ("throttled", 1, {"accepted"}),
        ("refused", 0, {"failed"}),
    ],
)
def test_whatever_ses_answers_a_marketing_email_is_posted_at_most_once_more_than_refused(fault, copies, states):
    world = World()
    world.person("c")
    fail_once(world, "post", 0, fault)
    world.put([task()])
    world.run()
    assert world.copies[task().key] == copies
    assert {record.state for record in final(world.journal.records).values()} == states


def test_a_lost_reply_to_the_claim_is_no_lost_email():
    world = World()
    world.person("c")
    fail_once(world, "commit", 0, "reply lost")
    world.put([task()])
    world.run()
    assert world.posts == 1
    assert [record.state for record in world.journal.records] == ["accepted"]


def test_a_lost_reply_to_the_outcome_is_no_second_email():
    world = World()
    world.person("c")
    fail_once(world, "commit", 1, "reply lost")
    world.put([task()])
    world.run()
    assert world.posts == 1
    assert [record.state for record in world.journal.records] == ["accepted"]


def test_copies_of_a_task_are_one_email_and_one_line_that_counts():
    world = World()
    world.person("c")
    world.put([task()] * 5)
    world.run(batch=3)
    assert world.posts == 1
    assert account([task().key], world.journal.records)["accepted"] == 1


def test_an_opt_out_committed_before_the_claim_means_no_post_in_every_interleaving():
    """Steps of the send and of the opt-out, merged in every order: only a claim stored first lets the email out."""
    send_steps = ["load", "commit", "post", "commit"]
    orders = set(itertools.permutations("ssssoo"))
    seen = Counter()
    for order in orders:
        posted, opted_out_at, claimed_at = interleave(order)
        assert posted == (claimed_at is not None)
        if claimed_at is not None:
            assert opted_out_at is None or claimed_at < opted_out_at
        seen[posted] += 1
    assert len(orders) == 15
    assert seen[True]
    assert seen[False]
    assert len(send_steps) == 4


def interleave(order: tuple[str, ...]) -> tuple[bool, int | None, int | None]:
    """Run one send (s) and one opt-out (o), their port calls in this order: (posted, write of the no, of the claim)."""
    world = World()
    world.person("c")
    turns = iter(order)
    pending_out = ["load", "commit"]
    out: dict[str, object] = {}

    def opt_out_step() -> None:
        # Two calls: read, then conditional write; a lost race reads and writes again at once.
        if not pending_out:
            return
        if pending_out.pop(0) == "load":
            out["contact"] = world.contacts.load("c")
            return
        contact = out["contact"]
        said = opt_out(contact, "marketing", START, "one-click")  # type: ignore[arg-type]
        if not world.contacts.commit(said):
            change(world.contacts, "c", lambda now: opt_out(now, "marketing", START, "one-click"))

    busy = False

    def turn(place: str) -> str:
        nonlocal busy
        if busy:
            return ""
        busy = True
        for whose in turns:
            if whose == "s":
                break
            opt_out_step()
        busy = False
        return ""

    world.fault = world.contacts.fault = turn
    deliver(task(), world.load(["c"])["c"], world.sending, START, lambda: 60_000)
    busy = True
    while pending_out:
        opt_out_step()
    places = [
        place for place, (_, after) in enumerate(world.contacts.log) if after.consent["marketing"].state == "denied"
    ]
    claims = world.claims()[task().key]
    return bool(world.taken), min(places, default=None), claims[0][0] if claims else None


FAULTS = {
    "commit": ["crash before", "crash after", "reply lost", "conflict"],
    "post": ["crash before", "crash after", "unknown, sent", "unknown, not sent", "throttled", "throttled", "refused"],
    "requeue": ["crash"],
    "load": ["crash"],
}


def storm(seed: int, rate: float) -> tuple[World, list[SendTask]]:
    """Two hundred emails to forty people, with everything going wrong at `rate`."""
    world = World(seed)
    chance = world.random
    for number in range(40):
        odd = chance.choice(["", "", "", "", "", "no consent", "no address", "bounce", "broken address"])
        fields = {
            "": {},
            "no consent": {"consent": {}},
            "no address": {"address": ""},
            "bounce": {"suppressed": "bounce"},
            "broken address": {"address": "not an address"},
        }[odd]
        world.person(f"c{number}", **fields)
    tasks = [
        task(f"c{chance.randrange(40)}", number, chance.choice("MMT"), START + chance.randrange(3 * HOUR), 2 * HOUR)
        for number in range(200)
    ]

    def strike(place: str) -> str:
        return chance.choice(FAULTS[place]) if chance.random() < rate else ""

    def arrive(one: SendTask) -> None:
        world.now = max(world.now, one.planned_at)
        world.put([one] * chance.choice((1, 1, 1, 1, 2)))

    world.feedback_lost = 0.3
    for one in sorted(tasks, key=lambda one: one.planned_at):
        while world.queue and world.queue[0][0] < one.planned_at:
            world.fault = world.contacts.fault = strike
            world.step(batch=chance.randrange(1, 6))
            if chance.random() < 0.02:
                world.fault = world.contacts.fault = lambda place: ""
                person = f"c{chance.randrange(40)}"
                change(world.contacts, person, lambda now: opt_out(now, "marketing", world.now, "one-click"))
        world.fault = world.contacts.fault = lambda place: ""
        arrive(one)
    world.fault = world.contacts.fault = strike
    world.run(batch=4)
    return world, tasks


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rate", [0.0, 0.05, 0.3])
def test_planned_is_the_sum_of_all_ends_and_nobody_gets_an_email_twice(seed, rate):
    world, tasks = storm(seed, rate)
    keys = {one.key for one in tasks}
    counts = account(keys, world.journal.records)
    assert counts["planned"] == len(keys) == sum(counts[end] for end in ENDS)
    assert counts["open"] == 0

    classes = {one.key: one.cls for one in tasks}
    ends = {key: record.state for key, record in final(world.journal.records).items()}
    for key, copies in world.copies.items():
        assert copies <= (1 if classes[key] == "M" else 2), "sent twice"
        assert ends[key] in ("accepted", "unconfirmed"), "sent, and accounted as unsent"
    for key, end in ends.items():
        assert end != "accepted" or world.copies[key], "accepted, and never sent"
    assert not world.quarantine.records


@pytest.mark.parametrize("seed", range(12))
def test_in_a_storm_no_marketing_is_posted_on_a_claim_made_after_a_no_and_no_one_gets_more_than_the_cap(seed):
    world, tasks = storm(seed, 0.2)
    classes = {one.key: one.cls for one in tasks}
    for key, claims in world.claims().items():
        for _, contact in claims:
            if classes[key] == "M":
                assert contact.consent["marketing"].state == "granted"
    per_person = Counter(
        one.customer_id for one in tasks for _ in range(world.copies[one.key]) if classes[one.key] == "M"
    )
    assert max(per_person.values()) <= CONTENT.shop.cap


def test_a_stale_worker_that_wakes_up_after_its_claim_was_given_up_does_not_make_a_second_marketing_email():
    world = World()
    world.person("c")
    world.feedback_lost = 1.0
    others: list[str] = []

    def late(message: Message) -> Posted:
        # While this worker sleeps before its post, the task is redelivered after RESOLVE and given up.
        step = deliver(task(), world.load(["c"])["c"], world.sending, START + 16 * MINUTE, lambda: 60_000)
        others.append(getattr(step, "state", "?"))
        return world.send(message)

    sleeper = Sleeper(late)
    record = deliver(
        task(),
        world.load(["c"])["c"],
        dataclasses.replace(world.sending, mailer=sleeper),
        START,
        lambda: 60_000,
    )
    assert others == ["unconfirmed"]
    assert world.copies[task().key] == 1
    assert getattr(record, "state", "") == "accepted"
    assert world.contacts.load("c").sent[0].state in ("accepted", "delivered")


@pytest.mark.parametrize("said", ["refused", "throttled"])
def test_a_stale_worker_that_hears_no_after_another_took_its_receipt_over_does_not_free_it_for_a_third_post(said):
    world = World()
    world.person("c")
    world.feedback_lost = 1.0
    receipt = task(cls="T")

    def late(message: Message) -> Posted:
        # While this worker waits for its answer the receipt is taken over, posted, and the reply to that is lost.
        fail_once(world, "post", 0, "unknown, sent")
        deliver(receipt, world.load(["c"])["c"], world.sending, START + 16 * MINUTE, lambda: 60_000)
        return Posted(said)

    stale = dataclasses.replace(world.sending, mailer=Sleeper(late))
    step = deliver(receipt, world.load(["c"])["c"], stale, START, lambda: 60_000)
    assert step == Left("claim_lost")
    assert world.contacts.load("c").sent[0].state == "claimed"
    end = deliver(receipt, world.load(["c"])["c"], world.sending, START + 32 * MINUTE, lambda: 60_000)
    assert getattr(end, "state", "") == "unconfirmed"
    assert world.copies[receipt.key] == 1


class Sleeper:
    def __init__(self, send):
        self.send = send


def test_consent_given_again_after_a_no_lets_the_next_email_out():
    world = World()
    world.person("c", consent={"marketing": Consent("granted", START, "preferences", True)})
    world.put([task()])
    world.run()
    assert world.posts == 1
