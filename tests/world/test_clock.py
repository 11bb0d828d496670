"""The virtual clock."""

from local.world.clock import Clock


def test_time_jumps_to_what_is_due_next_and_runs_it_then():
    clock, seen = Clock(1_000), []
    clock.at(5_000, lambda: seen.append(("late", clock())))
    clock.at(2_000, lambda: seen.append(("soon", clock())))
    while clock.step():
        pass
    assert seen == [("soon", 2_000), ("late", 5_000)]


def test_things_due_at_one_instant_run_in_the_order_they_were_set():
    clock, seen = Clock(0), []
    for name in ("a", "b", "c"):
        clock.at(7, lambda name=name: seen.append(name))
    while clock.step():
        pass
    assert seen == ["a", "b", "c"]


def test_what_is_due_in_the_past_runs_now_and_time_never_goes_back():
    clock = Clock(1_000)
    clock.at(10, lambda: None)
    assert clock.due == 1_000
    clock.step()
    clock.reach(500)
    assert clock() == 1_000


def test_nothing_after_until_is_run():
    clock, seen = Clock(0), []
    clock.at(10, lambda: seen.append(10))
    clock.at(11, lambda: seen.append(11))
    assert clock.step(10)
    assert not clock.step(10)
    assert seen == [10]
    assert clock.due == 11


def test_a_timer_taken_back_does_not_run_and_leaves_nothing_to_wait_for():
    clock, seen = Clock(0), []
    timer = clock.at(5, lambda: seen.append(5))
    clock.cancel(timer)
    clock.cancel(timer)
    assert not clock.busy
    assert not clock.step()
    assert seen == []


def test_daemons_run_but_nothing_waits_for_them():
    clock, seen = Clock(0), []
    clock.at(5, lambda: seen.append(5), daemon=True)
    assert not clock.busy
    assert clock.step()
    assert seen == [5]
