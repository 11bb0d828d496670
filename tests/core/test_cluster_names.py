"""Names of clusters: read from what they are, each another, and kept as long as the cluster is the same."""

from itertools import product

import msgspec
import numpy as np
import pytest

from mailwright.model.clusters import Clusters, Lineage
from mailwright.science.match import matched
from mailwright.science.names import distinct, reading
from mailwright.science.train import train
from mailwright.segments.features import FEATURES
from tests.core.shapes import shop

LINEAGE = Lineage("table", "2026-11-01T01:00:00Z", "c0ffee", "0.1.0", 5_000, 1_000)
KINDS = ("new", "faded", "regular", "looker")


def quick(rows: list[tuple[float | None, ...]], former: Clusters | None = None) -> Clusters:
    return train(rows, LINEAGE, former, references=5, bootstraps=3)


@pytest.fixture(scope="module")
def model() -> Clusters:
    return quick(shop(np.random.default_rng(1), 800))


def medians(**given: float) -> dict[str, float]:
    return dict.fromkeys(FEATURES, 0.0) | {"orders": 1.0, "days_since_first_seen": 200.0} | given


@pytest.mark.parametrize(
    ("given", "spreads", "name"),
    [
        ({}, {}, "One-time buyers"),
        (
            {"orders": 9.0},
            {"days_since_last_order": -1, "orders": 2, "lifetime_value": 2},
            "Recent frequent high spenders",
        ),
        ({"orders": 3.0}, {"days_since_last_order": 1}, "Faded occasional buyers"),
        ({}, {"lifetime_value": -1, "days_since_last_order": 2}, "Faded one-time small spenders"),
        ({}, {"days_since_first_seen": -2}, "New customers"),
        ({}, {"days_since_first_seen": -2, "lifetime_value": 1}, "New customers who spend much"),
        ({"orders": 0.0, "product_views_90d": 9.0}, {}, "Browsers who do not buy"),
        ({"orders": 0.0, "clicks_90d": 2.0}, {}, "Readers who do not buy"),
        ({"orders": 0.0}, {"days_since_first_seen": -1}, "Newcomers without an order"),
        ({"orders": 0.0}, {}, "Contacts who never bought"),
    ],
)  # fmt: skip
def test_a_name_says_what_a_marketer_would_see(given: dict[str, float], spreads: dict[str, float], name: str) -> None:
    assert reading(medians(**given), spreads) == name


def test_no_name_is_long() -> None:
    steps = (-3.0, -0.6, 0.0, 0.6, 3.0)
    columns = ("days_since_last_order", "orders", "lifetime_value", "days_since_first_seen")
    names = {
        reading(medians(orders=orders), dict(zip(columns, spreads, strict=True)))
        for spreads in product(steps, repeat=4)
        for orders in (0.0, 1.0, 4.0)
    }
    assert max(map(len, names)) <= 34


def test_two_that_read_the_same_are_told_apart_by_what_differs_most() -> None:
    spreads = [{"orders": 1.0, "clicks_90d": 2.0}, {"orders": 1.2, "clicks_90d": 0.0}]
    assert distinct(["Buyers", "Buyers"], spreads) == ["Buyers, who click", "Buyers, who click less"]


def test_three_that_read_the_same_and_one_that_is_taken_get_names_of_their_own() -> None:
    spreads = [{"orders": 1.0}, {"orders": 2.0}, {"orders": 3.0}, {"orders": 0.0}]
    names = distinct(["Buyers", "Buyers", "Buyers", "Lookers"], spreads, taken={"Buyers", "Lookers"})
    assert names == ["Buyers, with fewer orders", "Buyers 2", "Buyers, with more orders", "Lookers 2"]
    assert distinct(["Buyers", "Buyers"], [{"orders": 1.0}, {"orders": 1.0}]) == ["Buyers", "Buyers 2"]


def test_other_customers_of_the_same_kinds_are_the_same_clusters(model: Clusters) -> None:
    again = quick(shop(np.random.default_rng(2), 900), model)
    assert {cluster.name for cluster in again.clusters} == {cluster.name for cluster in model.clusters}
    assert again.drift is not None
    assert (again.drift.former, again.drift.appeared, again.drift.gone) == (model.version, [], [])
    assert again.drift.moved < 0.02
    assert all(moved.shift < 0.3 for moved in again.drift.kept)
    assert max(again.drift.features.values()) < 0.1


def test_a_cluster_keeps_a_name_it_was_given_and_says_what_it_reads_now(model: Clusters) -> None:
    told = [msgspec.structs.replace(cluster, name=f"Ours {n}") for n, cluster in enumerate(model.clusters)]
    former = msgspec.structs.replace(model, clusters=told)
    again = quick(shop(np.random.default_rng(3), 800), former)
    assert {cluster.name for cluster in again.clusters} == {cluster.name for cluster in told}
    assert {cluster.reads for cluster in again.clusters} == {cluster.name for cluster in model.clusters}


def test_a_kind_that_is_gone_takes_its_name_along_and_a_new_one_does_not_get_it(model: Clusters) -> None:
    less = quick(shop(np.random.default_rng(4), 600, KINDS[:3]), model)
    assert less.drift is not None
    assert less.drift.gone == ["Browsers who do not buy"]
    assert less.drift.appeared == []
    more = quick(shop(np.random.default_rng(5), 800), less)
    assert more.drift is not None
    assert more.drift.appeared == ["Browsers who do not buy"]
    assert more.drift.moved == pytest.approx(0.25, abs=0.05)


def test_a_cluster_that_has_become_another_loses_its_name(model: Clusters) -> None:
    place = next(n for n, cluster in enumerate(model.clusters) if cluster.name == "New customers")
    moved = list(model.clusters)
    moved[place] = msgspec.structs.replace(moved[place], at=[-number for number in moved[place].at])
    again = quick(shop(np.random.default_rng(1), 800), msgspec.structs.replace(model, clusters=moved))
    assert again.drift is not None
    assert again.drift.gone == ["New customers"]
    assert again.drift.appeared == ["New customers 2"]  # the name stood for others


def test_a_cluster_most_of_whose_customers_were_elsewhere_is_another(model: Clusters) -> None:
    centroids = [cluster.medians | cluster.centroid for cluster in model.clusters]
    whole = [{cluster.name: 0.5, "another": 0.5} for cluster in model.clusters]
    less = [{cluster.name: 0.4, "another": 0.6} for cluster in model.clusters]
    assert [name for name, _ in matched(centroids, model, whole).values()] == [each.name for each in model.clusters]
    assert matched(centroids, model, less) == {}


def test_a_former_model_of_columns_that_are_gone_is_no_former_model(model: Clusters) -> None:
    axes = [msgspec.structs.replace(axis, column=f"old_{axis.column}") for axis in model.axes]
    former = msgspec.structs.replace(model, axes=axes)
    assert matched([cluster.medians for cluster in model.clusters], former, [{}] * model.k) == {}
    again = quick(shop(np.random.default_rng(1), 800), former)
    assert again.drift is not None
    assert (again.drift.moved, again.drift.kept, again.drift.features) == (1.0, [], {})


def test_a_shift_of_what_customers_do_shows_in_the_drift(model: Clusters) -> None:
    rows = [(row[0] and row[0] * 3, *row[1:]) for row in shop(np.random.default_rng(6), 800)]
    again = quick(rows, model)
    assert again.drift is not None
    features = again.drift.features
    assert max(features, key=lambda column: features[column]) == "days_since_last_order"
    assert features["days_since_last_order"] > 0.25
