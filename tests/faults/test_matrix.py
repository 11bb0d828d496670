"""The fault matrix, one test a row: F1 to F20. Small here; `make faults` runs the same on millions."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from local.simulate.faults import Faults, profile
from local.simulate.ids import name
from local.simulate.shop import SPAN, START
from local.simulate.simulation import Simulation
from local.simulate.verdict import problems, verdict
from local.world.pollers.response import Malformed, failed
from mailwright.expression.tree import Column, Compare, Const
from mailwright.metrics.account import account, final
from mailwright.model.content import Campaign, Content, Segment, Shop
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.send import SendTask, send_key
from mailwright.model.times import DAY, HOUR, MINUTE, iso
from mailwright.workflow.campaign import campaign
from mailwright.workflow.wake import timer
from tests.fakes.profiles import FakeProfiles
from tests.fakes.queue import FakeQueue
from tests.faults import mutants, small
from tests.faults.sending import World


def run(faults: Faults | str, seed: int = 1, events: int = 1500, sends: int = 0, **more: Any) -> dict[str, Any]:
    """A simulation that must hold; its figures."""
    rates = profile(faults) if isinstance(faults, str) else faults
    simulation = Simulation(seed, events, sends, replace(rates, **more))
    simulation.run()
    found = verdict(simulation)
    assert problems(found) == []
    return found


def test_without_any_fault_everything_is_right():
    found = run("none", sends=500)
    assert found["injected"] == {}
    assert found["profiles_equal"] == found["profiles"]
    assert found["unconfirmed"] == 0


def test_f01_a_producer_that_sends_again_up_to_twenty_days_later_changes_nothing():
    found = run("repeats", events=3000)
    assert found["injected"]["event sent again"] > 200
    assert found["spills"]  # some came again when their id had left the ring


def test_f02_late_and_shuffled_events_give_the_same_profiles():
    assert run("late")["injected"]["late event"] > 30


def test_f03_a_crash_at_any_call_of_fold_loses_and_doubles_nothing():
    assert run("crashes", only=("fold ",))["injected"]["crash after"] > 10


def test_f04_a_batch_that_runs_twice_at_once_counts_once():
    assert run("zombies", only=("fold ",))["injected"]["zombie"] > 10


def test_f05_children_read_before_their_parents_give_the_same_profiles():
    injected = run("reshards", events=2500)["injected"]
    assert injected["shard split"] == 2 + 1  # two into four, at last one into two
    assert injected["shard merged with another"] == 4 + 2
    assert injected["record of a parent read after its children's"] > 5
    assert injected["crash before"] + injected["crash after"] > 20  # what was read comes again, across it all


def test_f06_poison_is_kept_whole_and_its_neighbours_are_unharmed():
    found = run("poison")
    assert found["poison"] == found["injected"]["poison record"] > 5
    assert found["poison_wrong"] == found["given_up"] == 0


def test_f07_of_a_request_that_failed_in_part_only_the_failed_part_comes_again():
    found = run("partial", sends=300, only=("put_records", "message_batch", "record_batch"), throttled=0.2)
    for request in ("put_records", "send_message_batch"):
        assert found["injected"][f"part refused: {request}"] > 3


def test_f08_a_throttled_table_only_delays():
    assert run("throttles", sends=300)["injected"]["throttled"] > 20


def test_f08_a_thousand_events_a_second_of_one_customer_are_a_few_writes():
    burst = (
        Event(f"e{n}", START + MINUTE + n, name(0), "track", "Product Viewed", "segment", {"product_id": "P1"})
        for n in range(1000)
    )
    simulation = Simulation(1, 0, 0, Faults(), None, burst)
    simulation.run()
    assert problems(verdict(simulation)) == []
    assert simulation.monitor.writes <= 2


def test_f09_a_claim_whose_reply_was_lost_is_recognised_and_nobody_is_stuck():
    found = run("claims", sends=800)
    assert found["injected"]["reply lost"] > 50
    assert found["unconfirmed"] == 0


def test_f10_a_crash_at_any_point_of_a_send_never_sends_twice_and_never_hides_an_email():
    found = run("sends", sends=1200)
    assert found["injected"]["crash after"] > 10
    assert found["account"]["planned"] == sum(found["account"].values()) - found["account"]["planned"]


def test_f10_where_one_reply_of_ten_thousand_is_lost_so_is_at_most_one_outcome():
    found = run("ambiguity", sends=1500, reply_lost_for_good=0.002)
    assert found["unconfirmed"] <= found["injected"].get("reply lost for good", 0)


def test_f11_feedback_three_times_shuffled_and_in_part_lost_ends_in_the_right_state():
    found = run("feedback", sends=800)
    assert found["injected"]["feedback three times"] > 500
    assert found["double_sent"] == found["wrong_ends"] == 0


def test_f12_throttling_a_used_up_quota_and_a_pause_only_delay():
    found = run("ses-storm", sends=600)
    assert found["injected"]["throttled"] > 100
    assert found["injected"]["quota used up or sending paused"] > 10


def test_f13_an_opt_out_that_came_first_wins_at_every_point_of_a_send():
    found = run("opt-outs", sends=1200, opt_out=0.05)
    assert found["injected"]["opt-out"] > 20
    assert found["sent_against_rules"] == 0


def test_f14_a_task_that_comes_back_after_seven_days_sends_nothing():
    simulation = Simulation(1, 1500, 600, profile("redrive"))
    inner, posted = simulation.mailbox.accepted, []

    def accepted(key: str, attempt: int) -> None:
        posted.append(simulation.clock() - simulation.monitor.planned[key].planned_at)
        inner(key, attempt)

    simulation.mailbox.accepted = accepted
    simulation.run()
    found = verdict(simulation)
    assert problems(found) == []
    assert found["injected"]["task queued again after 7 days"] > 200
    assert max(posted) < 72 * HOUR  # some of those had not gone out before: capped, or not allowed at the time
    assert found["held"]["capped"] > 0


def test_f14_a_task_redriven_after_its_slot_was_given_to_another_email_sends_nothing():
    world = World()
    world.person("c")
    first = receipt(0)
    world.put([first])
    world.run()
    for number in range(1, 40):  # more than the ledger has slots
        world.now += 4 * HOUR
        world.put([receipt(number, world.now)])
        world.run()
    assert first.key not in {slot.key for slot in world.contacts.load("c").sent}
    world.put([first])
    world.run()
    assert world.copies[first.key] == 1
    assert final(world.journal.records)[first.key].state == "accepted"


def test_f14_while_a_copy_of_its_task_could_still_be_sent_a_slot_is_not_given_away():
    world = World()
    world.person("c")
    tasks = [receipt(number) for number in range(25)]
    world.put(tasks)
    world.run()
    world.put(tasks)
    world.run()
    assert max(world.copies.values()) == 1
    assert account({task.key for task in tasks}, world.journal.records)["suppressed"] == 1  # refused: ledger_full


def receipt(number: int, planned: int = 0) -> SendTask:
    at = planned or World().now
    key = send_key("c", "journey:x", "a", number)
    return SendTask(key, "c", "journey:x", "a", "welcome", at, at + 72 * HOUR, "T")


@pytest.mark.parametrize("page", range(4))
def test_f15_a_campaign_whose_worker_dies_at_any_page_reaches_everyone_once(page):
    class Dying(FakeQueue):
        left = page

        def put(self, tasks, delay=0):
            if self.left == 0:
                self.left = -1
                raise RuntimeError("the worker is gone")
            self.left -= 1
            super().put(tasks, delay)

    profiles, queue = FakeProfiles(), Dying()
    for number in range(1800):
        profiles.put(Profile(f"c{number}", first_seen=1))
    for _ in range(2):
        try:
            campaign(HELLO, profiles, queue, START)
        except RuntimeError:
            continue
    keys = Counter(task.key for task in queue.tasks)
    assert len(keys) == len({task.customer_id for task in queue.tasks}) == 1800


HELLO = Content(
    Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street"),
    segments={"new": Segment("new", "", Compare("=", Column("orders"), Const(0)))},
    campaigns={"hello": Campaign("hello", "", "new", "mail", iso(START))},
)


def test_f16_a_schedule_that_fires_twice_late_or_not_at_all_names_the_same_work():
    profiles, queue = FakeProfiles(), FakeQueue()
    profiles.put(Profile("c", first_seen=1))
    for fired in (START, START, START + 2 * MINUTE):
        campaign(HELLO, profiles, queue, fired)
    assert len({task.key for task in queue.tasks}) == 1
    campaign(HELLO, profiles, queue, START + DAY)
    assert len(queue.tasks) == 3
    assert timer("c", START, "tick") == timer("c", START, "tick")


def test_f17_clocks_ten_minutes_apart_change_nothing():
    assert run("skew", sends=600)["injected"]["zombie"] > 20


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemIdentifer": "1"}]},
        {"batchItemFailures": [{"itemIdentifier": "nobody"}]},
        {"batchItemFailures": ["1"]},
        "1",
    ],
)
def test_f18_an_answer_that_names_no_record_fails_the_whole_batch(answer):
    with pytest.raises(Malformed):
        failed(answer, {"1", "2"})


@pytest.mark.parametrize("lived", small.LIVES)
def test_f19_every_single_fault_at_every_call_holds(lived):
    search = small.Search(lived)
    search.singles()
    print(f"{search.runs} runs, {len(search.violations)} violations")
    assert search.violations == []
    assert search.runs > 300


@pytest.mark.parametrize("lived", small.LIVES)
def test_f19_a_sample_of_all_pairs_of_faults_holds(lived):
    search = small.Search(lived)
    search.pairs(0, 4, every=101)
    print(f"{search.runs} runs, {len(search.violations)} violations")
    assert search.violations == []


@pytest.mark.parametrize("name", ["profile version", "consent", "id ring", "one POST"])
def test_f20_without_a_guard_the_suite_is_red(name):
    with mutants.MUTANTS[name].applied(), pytest.raises(AssertionError):
        mutants.quick()


def test_the_standard_run_has_every_fault_there_is_in_it():
    assert set(run("standard", events=4000, sends=2000, killed=0.2, reply_lost=0.01)["injected"]) >= {
        "request lost", "reply lost", "reply lost for good", "throttled", "crash before", "crash after", "zombie",
        "stall", "opt-out", "part refused: put_records", "part refused: send_message_batch",
        "part refused: batch_get_item", "shard split", "shard merged with another",
        "record of a parent read after its children's", "feedback three times", "feedback overtook earlier feedback",
        "feedback lost", "event sent again", "late event", "poison record", "task queued twice",
        "task queued again after 7 days", "campaign worker killed", "opt-out by itself",
    }  # fmt: skip


def test_a_run_is_the_same_again():
    once, again = (run("standard", 9, 400, 400) for _ in range(2))
    assert once == again
    assert START + SPAN  # the life of the shop is fixed, so nothing of this machine is in it
