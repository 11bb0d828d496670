"""Which columns tell: what is planted is found, noise stays silent, and no answer leaks into a question."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from mailwright.fold.reduce import reduce
from mailwright.model.content import Content, Shop
from mailwright.model.event import Event
from mailwright.model.profile import Cart, CartChange, Product, Profile, View
from mailwright.model.times import DAY
from mailwright.science.association import auc, auc_error, cramers_v, spearman
from mailwright.science.encode import MOST_VALUES, code
from mailwright.science.importance import LEAST, importance
from mailwright.science.outcome import Leak, Outcome, Sample, Snapshot, apart, newest, outcome, sample, snapshot
from tests.core.histories import START, histories

NOW = 1_767_225_600_000
CONTENT = Content(Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street"))
ORDERED = "ordered-30d"


def order(customer: str, at: int) -> Event:
    return Event(f"{customer}{at}", at, customer, "track", "Order Completed", data={"total": 5})


# Leaks.


@pytest.mark.parametrize(
    "later",
    [
        {"last_seen": NOW + 1},
        {"last_order": NOW + 1},
        {"traits": {"age": (NOW + 1, 30)}},
        {"context": {"country": (NOW + 1, "DE")}},
        {"views": [View(NOW + 1, "p1")]},
        {"cart": Cart(NOW + 1)},
        {"cart": Cart(0, [], [CartChange(NOW + 1, b"mark", 1, Product("p1"))])},
        {"days": {NOW // DAY + 1: [1]}},
        {"group": (NOW + 1, "g")},
    ],
)
def test_a_profile_that_knows_of_anything_later_is_refused(later: dict[str, Any]) -> None:
    profile = Profile("ada", first_seen=NOW - DAY, **later)
    assert newest(profile) > NOW
    with pytest.raises(Leak, match="the profile of 'ada' knows of"):
        snapshot([profile], NOW, CONTENT)


@settings(max_examples=60, deadline=None)
@given(histories(spread=60 * DAY), st.integers(0, 60))
@example([Event("e", START + 1, "c1", "track", "Email Opened", context={"timezone": "Europe/Berlin"})], 0)
def test_columns_as_of_an_instant_are_the_same_whatever_came_after_it(events: list[Event], days: int) -> None:
    at = START + days * DAY
    early = [event for event in events if event.at <= at]
    profile = reduce(Profile("c1"), early)
    made = snapshot([profile], at, CONTENT)
    assert set(made.rows) <= {"c1"}
    whole = reduce(Profile("c1"), events)
    if whole.first_seen and newest(whole) > at:  # who only opened an email was never seen, and is in no question
        with pytest.raises(Leak):
            snapshot([whole], at, CONTENT)
    elif len(early) == len(events):
        assert snapshot([whole], at, CONTENT) == made


def test_columns_later_than_the_beginning_of_the_outcome_are_refused() -> None:
    told = Outcome(ORDERED, NOW, NOW + 30 * DAY, {"ada": True})
    assert sample(Snapshot(NOW, {"ada": {"orders": 1}}), told, ["orders"]).did == [True]
    with pytest.raises(Leak, match="what happened in between would be in both"):
        sample(Snapshot(NOW + 1, {"ada": {"orders": 1}}), told, ["orders"])


def test_what_is_learned_from_must_be_over_before_what_it_is_tried_on() -> None:
    early, late = (Sample(ORDERED, at, at + 30 * DAY, {}, []) for at in (NOW, NOW + 29 * DAY))
    with pytest.raises(Leak, match="the same days would be learned from and tried on"):
        apart(early, late)
    with pytest.raises(Leak):
        importance(early, late)
    apart(early, late._replace(at=NOW + 30 * DAY))


def test_columns_that_are_none_or_may_know_of_later_are_refused_by_name() -> None:
    told, rows = Outcome(ORDERED, NOW, NOW, {}), Snapshot(NOW, {})
    with pytest.raises(ValueError, match="did you mean orders_30d"):
        sample(rows, told, ["order_30d"])
    with pytest.raises(Leak, match="cluster cannot be asked for here"):
        sample(rows, told, ["cluster"])
    assert "cluster" not in sample(rows, told).columns


# Outcomes.


def test_who_did_it_is_what_their_counters_gained() -> None:
    before = [reduce(Profile(name), [order(name, NOW)]) for name in ("ada", "ben")]
    after = [reduce(before[0], [order("ada", NOW + DAY)]), before[1], reduce(Profile("new"), [order("new", NOW + DAY)])]
    assert outcome(ORDERED, NOW, NOW + 30 * DAY, before, after).did == {"ada": True, "ben": False}


def test_an_id_that_became_anothers_brings_no_orders_of_the_past_with_it() -> None:
    def had(name: str, orders: int, **more: Any) -> Profile:
        return Profile(name, totals=[0, 0, 0, 0, 0, orders], **more)

    before = [had("anon", 2), had("ada", 1), had("older", 1), had("gone", 0)]
    still = [had("anon", 0, merged_into="ada"), had("ada", 4), had("older", 0, merged_into="anon")]
    assert outcome(ORDERED, NOW, NOW + DAY, before, still).did == {"ada": False}
    more = [*still[:1], had("ada", 5), still[2]]
    assert outcome(ORDERED, NOW, NOW + DAY, before, more).did == {"ada": True}
    ring = [had("anon", 0, merged_into="ada"), had("ada", 0, merged_into="anon")]
    assert outcome(ORDERED, NOW, NOW + DAY, before[:2], ring).did == {}


# The answer.


def drawn(seed: int, at: int, *, count: int = 600, strength: float = 2.0) -> Sample:
    """`orders` and `country` decide, `items` says what orders says, the others are noise."""
    rng = random.Random(seed)
    columns: dict[str, list[Any]] = {
        name: [] for name in ("orders", "items", "country", "age", "city", "has_email", "refunds")
    }
    did = []
    for _ in range(count):
        orders, country = rng.randrange(8), rng.choice(["DE", "FR", "US"])
        values = (
            orders,
            orders * 3,
            country,
            rng.choice([None, rng.randrange(18, 90)]),
            f"c{rng.randrange(90)}",
            rng.random() < 0.5,
            0,
        )
        for name, value in zip(columns, values, strict=True):
            columns[name].append(value)
        pull = strength * ((orders - 3.5) / 2.3 + (1.2 if country == "DE" else -0.6))
        did.append(rng.random() < 1 / (1 + np.exp(-pull)))
    return Sample(ORDERED, at, at + 30 * DAY, columns, did)


def test_what_is_planted_is_found_and_what_says_the_same_is_told_with_it() -> None:
    found = importance(drawn(1, NOW), drawn(2, NOW + 30 * DAY))
    assert found.verdict == "predicted"
    assert found.auc is not None
    assert found.auc > 0.85
    assert [(column.name, column.twins) for column in found.columns if column.matters] == [
        ("orders", ["items"]),
        ("country", []),
    ]
    assert found.left_out == ["refunds"]
    named = {column.name: column for column in found.columns}
    assert set(named) == {"orders", "country", "age", "city", "has_email"}
    assert (named["orders"].measure, named["country"].measure) == ("rho", "V")
    assert 0.4 < named["age"].missing < 0.6
    assert named["age"].n == round(600 * (1 - named["age"].missing))
    assert named["orders"].association is not None
    assert named["orders"].association > 0.4
    assert found == importance(drawn(1, NOW), drawn(2, NOW + 30 * DAY))


def test_noise_stays_silent() -> None:
    for seed in range(0, 20, 2):
        found = importance(drawn(seed, NOW, strength=0), drawn(seed + 1, NOW + 30 * DAY, strength=0), repeats=2)
        assert found.verdict == "nothing here predicts it"
        assert not any(column.matters or column.importance for column in found.columns)


def test_what_held_in_the_past_and_no_longer_holds_is_not_told() -> None:
    later = drawn(2, NOW + 30 * DAY)
    shuffled = list(later.did)
    random.Random(3).shuffle(shuffled)
    assert importance(drawn(1, NOW), later._replace(did=shuffled)).verdict == "nothing here predicts it"


@pytest.mark.parametrize("count", [0, 1, 40])
def test_too_few_are_too_few(count: int) -> None:
    found = importance(drawn(1, NOW, count=count), drawn(2, NOW + 30 * DAY, count=count))
    assert found.verdict == "too few"
    assert found.auc is None
    assert found.why.startswith(f"at least {LEAST} customers")


def test_the_same_for_everyone_is_too_few_and_not_an_error() -> None:
    never = drawn(1, NOW)._replace(did=[False] * 600)
    assert importance(never, drawn(2, NOW + 30 * DAY)).verdict == "too few"
    alike = drawn(1, NOW)._replace(columns={"refunds": [0] * 600})
    assert importance(alike, drawn(2, NOW + 30 * DAY)._replace(columns={"refunds": [1] * 600})).why.startswith(
        "no column"
    )


def test_a_text_never_seen_before_is_one_more_value() -> None:
    made = code("city", [f"c{n % 40:02}" for n in range(80)])
    assert len(made.values) == MOST_VALUES
    assert made.numbers(["c00", "c39", "elsewhere"]).tolist() == [0.0, 30.0, 30.0]
    assert np.isnan(made.numbers([None])).all()


# The measures, against others' code.

flags = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=4, max_size=60)


@given(flags)
def test_rank_correlation_and_auc_are_the_textbooks(pairs: list[tuple[int, bool]]) -> None:
    numbers, did = np.array([n for n, _ in pairs], dtype=float), np.array([flag for _, flag in pairs])
    if len(set(numbers)) == 1 or len(set(did.tolist())) == 1:
        assert spearman(numbers, did) is None
        return
    assert spearman(numbers, did) == pytest.approx(spearmanr(numbers, did).statistic)
    assert auc(did, numbers) == pytest.approx(roc_auc_score(did, numbers))
    assert auc_error(auc(did, numbers), int(did.sum()), int((~did).sum())) >= 0


def test_many_small_classes_do_not_make_up_a_connection() -> None:
    rng = np.random.default_rng(1)
    did = rng.random(2000) < 0.3
    assert cramers_v(rng.integers(0, 300, 2000).astype(float), did) < 0.12  # type: ignore[operator]
    assert cramers_v(did.astype(float), did) == pytest.approx(1, abs=0.01)
    assert cramers_v(np.zeros(2000), did) is None
    assert cramers_v(np.zeros(0), np.zeros(0, dtype=bool)) is None
