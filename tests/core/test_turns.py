"""Timers of segments: no change that time brings is ever later than the timer, and journeys run on it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.world.world import World
from mailwright.content.publish import compile_folder
from mailwright.content.rules import parse_rule
from mailwright.decide.turns import asked, next_turn
from mailwright.expression.closures import closure
from mailwright.fold.reduce import reduce
from mailwright.fold.view import columns
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.scale import STANDARD
from mailwright.model.times import DAY, HOUR, MINUTE
from tests.core.histories import START, histories

NOW = START + 3 * DAY + 5 * HOUR
COUNTED = ["days_since_last_order", "days_since_first_seen", "hours_since_cart_change", "orders_7d", "revenue_30d",
           "visits_90d", "product_views_7d", "engagement_score", "recency_score"]  # fmt: skip
terms = st.one_of(
    st.tuples(
        st.sampled_from(COUNTED),
        st.sampled_from(["=", "<>", "<", "<=", ">", ">="]),
        st.sampled_from(["0", "1", "2.5", "7", "40"]),
    ).map(" ".join),
    st.sampled_from(["orders_7d * 2 > visits_7d", "visits_30d = visits_7d", "hours_since_last_view - 3 > 0"]),
    st.sampled_from(["lifecycle_stage = 'at_risk'", "rfm_segment = 'new'", "orders_7d IN (1, 2)"]),
)
rules = st.lists(terms, min_size=1, max_size=3).map(" AND ".join)


@settings(max_examples=150, deadline=None)
@given(histories(longest=15, spread=6 * DAY), rules)
def test_a_rule_never_changes_before_its_timer(history: list[Event], text: str) -> None:
    rule = parse_rule(text, ())
    profile, holds, depends = reduce(Profile("c1"), history), closure(rule), asked([rule])
    turn = next_turn(profile, NOW, depends, STANDARD)
    now = holds(columns(profile, NOW)) is True
    moments = [NOW + n * HOUR for n in range(1, 24)] + [NOW // DAY * DAY + n * DAY for n in range(1, 120)]
    moments += [turn - 1] if turn is not None else []
    for moment in moments:
        if moment > NOW and (turn is None or moment < turn):
            assert (holds(columns(profile, moment)) is True) is now, moment
    assert turn is None or turn > NOW


def bought(*days_ago: int) -> Profile:
    orders = [
        Event(f"o{n}", NOW - days * DAY, "c1", "track", "Order Completed", data={"total": 10})
        for n, days in enumerate(days_ago)
    ]
    return reduce(Profile("c1"), orders)


@pytest.mark.parametrize(
    ("text", "profile", "turn"),
    [
        ("days_since_last_order >= 60", bought(10), NOW + 50 * DAY),
        ("days_since_last_order BETWEEN 60 AND 179", bought(60), NOW + DAY),  # 60 is passed: one wake-up for nothing
        ("days_since_last_order BETWEEN 60 AND 179", bought(70), NOW + 109 * DAY),
        ("days_since_last_order >= 60", bought(70), None),
        ("orders_90d >= 3", bought(10, 20, 30), NOW // DAY * DAY + 60 * DAY),
        ("orders_90d >= 2", bought(10, 20, 30), NOW // DAY * DAY + 60 * DAY),  # from 3 to 2: at the number, still holds
        ("orders_90d >= 1", bought(10, 20, 30), NOW // DAY * DAY + 70 * DAY),
        ("orders >= 3", bought(10), None),
        ("country = 'DE'", bought(10), None),
    ],
)  # fmt: skip
def test_the_timer_is_set_to_the_instant_a_number_is_passed(text: str, profile: Profile, turn: int | None) -> None:
    assert next_turn(profile, NOW, asked([parse_rule(text, ())]), STANDARD) == turn


JOURNEY = """description: A word to whoever has not ordered for sixty days.
enter:
  segment: sixty-days
exit:
  on: Order Completed
steps:
  - id: word
    send: win-back
"""
SEGMENT = """description: Quiet for sixty days.
when: days_since_last_order >= 60
examples:
  in: [{days_since_last_order: 60}]
  out: [{}]
"""


def test_a_journey_is_entered_at_the_minute_its_segment_is_by_time_alone(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "layers" / "content"
    for file in shipped.rglob("*"):
        if file.is_file() and file.parent.name not in ("campaigns", "journeys"):
            copy = tmp_path / file.relative_to(shipped)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    (tmp_path / "journeys").mkdir()
    (tmp_path / "journeys" / "quiet.yaml").write_text(JOURNEY)
    (tmp_path / "segments" / "sixty-days.yaml").write_text(SEGMENT)
    with World("memory", compile_folder(tmp_path), NOW) as world:
        traits = {"email": "ada@example.com", "marketing_consent": "granted"}
        key = {"authorization": "Basic bG9jYWw6"}
        for call in (
            {"type": "identify", "traits": traits},
            {"type": "track", "event": "Order Completed", "properties": {"order_id": "o1", "total": 40}},
        ):
            body = {"userId": "ada", "messageId": call["type"], "timestamp": "2026-01-04T05:00:00Z", **call}
            assert world.http("POST", "/v1/batch", key, json.dumps({"batch": [body]}).encode()).status == 200
        world.advance(NOW + 60 * DAY - MINUTE)
        assert world.mail == []
        world.advance(NOW + 60 * DAY + 5 * MINUTE)
        (mail,) = world.mail
        assert mail.to == ("ada@example.com",)
