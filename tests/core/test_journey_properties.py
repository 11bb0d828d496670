"""What holds for every journey and every way its events may come in."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mailwright.expression.tree import Column, Compare, Const
from mailwright.journeys.advance import Scene, Trigger, advance
from mailwright.journeys.plan import plan
from mailwright.model.content import Journey, Step
from mailwright.model.profile import Position
from mailwright.model.times import DAY, HOUR, MINUTE, parse_iso

T = parse_iso("2026-11-22T10:00:00Z")
FLAG = Compare("=", Column("has_email"), Const(True))


@st.composite
def journeys(draw: Any) -> Journey:
    """Up to seven steps, each leading on to a later one."""
    size = draw(st.integers(1, 7))
    steps = {}
    for n in range(size):
        later = st.sampled_from([str(m) for m in range(n + 1, size)] + [""])
        op = draw(st.sampled_from(["wait", "send", "if", "split"]))
        until = draw(st.sampled_from(["", "09:00"]))
        if op == "wait":
            steps[str(n)] = Step(str(n), "wait", draw(later), draw(st.integers(MINUTE, 3 * DAY)), until)
        elif op == "send":
            steps[str(n)] = Step(str(n), "send", draw(later), template="t", when=draw(st.sampled_from([None, FLAG])))
        elif op == "if":
            steps[str(n)] = Step(str(n), "if", draw(later), when=FLAG, otherwise=draw(later))
        else:
            steps[str(n)] = Step(str(n), "split", branches=[("a", 1, draw(later)), ("b", 2, draw(later))])
    return Journey(
        "j", "", "0", steps, ["in"], None, ["out"], draw(st.sampled_from([None, FLAG])),
        draw(st.sampled_from([None, 0, 2 * DAY])), draw(st.booleans()),
    )  # fmt: skip


batches = st.lists(
    st.tuples(
        st.integers(0, 4 * DAY),  # time that passes before the wake-up
        st.lists(st.tuples(st.integers(0, DAY), st.sampled_from(["in", "out"])), max_size=6),  # events, how old
        st.sampled_from([True, False, None]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(journeys(), batches)
def test_nothing_is_planned_twice_or_after_an_exit_and_every_wake_up_leads_on(journey: Journey, batches: Any) -> None:
    position: Position | None = None
    now, ids, keys = T, 0, set()
    for passes, events, flag in batches:
        now += passes
        triggers = []
        for age, name in events:
            ids += 1
            triggers.append(Trigger(now - age, str(ids), name))
        before = position
        moved = advance(plan(journey), position, triggers, Scene("jane", {"has_email": flag}, now, now, "UTC", ""))
        position = moved.position
        assert position is None or not position.step or (position.due is not None and position.due > now)
        last_exit = max((trigger.at for trigger in triggers if trigger.name == "out"), default=-1)
        for task in moved.sends:
            assert task.key not in keys
            keys.add(task.key)
            assert task.trace["entered_at"] > last_exit
            assert task.planned_at <= now
        assert not (moved.sends and flag is True and journey.exit_when is not None)
        if before is not None and position is not None:
            assert position.entry >= before.entry


@settings(max_examples=200, deadline=None)
@given(journeys(), st.lists(st.tuples(st.integers(0, HOUR), st.sampled_from(["in", "out"])), max_size=8), st.randoms())
def test_the_order_of_events_inside_a_batch_makes_no_difference(journey: Journey, events: Any, random: Any) -> None:
    triggers = [Trigger(T + at, str(n), name) for n, (at, name) in enumerate(events)]
    scene = Scene("jane", {"has_email": False}, T + HOUR, T + HOUR, "UTC", "")
    shuffled = triggers.copy()
    random.shuffle(shuffled)
    assert advance(plan(journey), None, triggers, scene) == advance(plan(journey), None, shuffled, scene)
