"""Training: clusters that are there are found, and none are published of data that have none."""

import re

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from mailwright.model.clusters import Choice, Clusters, Lineage, decode_clusters, encode_clusters
from mailwright.science.choose import Chosen, choose, elbow, fitted, settled
from mailwright.science.reference import Cloud
from mailwright.science.train import LEAST, train
from mailwright.segments.features import FEATURES
from mailwright.segments.sample import Sample
from tests.core.shapes import WITHOUT, blobs, cloud, scaled, shop

LINEAGE = Lineage("table", "2026-11-01T01:00:00Z", "c0ffee", "0.1.0", 5_000, 1_000)
SEEDS = 4  # of each kind; bench/clusters.py takes many more


def quick(rows: list[tuple[float | None, ...]], former: Clusters | None = None) -> Clusters:
    return train(rows, LINEAGE, former, references=6, bootstraps=3)


def looked(space: np.ndarray) -> Chosen:
    with threadpool_limits(1):  # as in training: on so few rows threads mostly wait for each other
        return choose(space, references=8, bootstraps=4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", WITHOUT)
def test_data_without_clusters_are_refused(kind: str) -> None:
    published = []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        found = looked(scaled(WITHOUT[kind](rng, int(rng.choice([500, 800])), int(rng.integers(3, 7)))))
        if found.k is not None:
            published.append((seed, found.why))
    assert published == []


@pytest.mark.slow
def test_planted_clusters_are_found_and_are_those_planted() -> None:
    alike = []
    for seed in range(6):
        rng = np.random.default_rng(100 + seed)
        data, labels = blobs(rng, 800, int(rng.integers(3, 7)), int(rng.integers(2, 6)), 7)
        found = looked(space := scaled(data))
        assert found.k is not None, found.why
        alike.append(adjusted_rand_score(labels, fitted(space, found.k).labels_))
    assert sorted(alike)[1] > 0.8, alike  # scaling brings two of one set in six close together


def test_what_separates_in_one_column_alone_is_no_cluster() -> None:
    rng = np.random.default_rng(5)
    data = rng.standard_normal((700, 4))
    data[:350, 0] += 8
    assert looked(scaled(data)).k is None


def test_a_reference_keeps_every_column_and_how_they_hang_together() -> None:
    rng = np.random.default_rng(1)
    data = np.floor(np.exp(cloud(rng, 2_000, 3, 0.9)))  # ties weaken a correlation
    drawn = Cloud(data, seed=1).draw(np.random.default_rng(2))
    assert np.array_equal(np.sort(drawn, axis=0), np.sort(data, axis=0))
    ranks = [np.argsort(np.argsort(each, axis=0), axis=0) for each in (data, drawn)]
    assert np.abs(np.corrcoef(ranks[0].T) - np.corrcoef(ranks[1].T)).max() < 0.1


@pytest.mark.parametrize(
    ("bend", "in_use", "k"),
    [
        (5, None, 4),  # the largest gain of those that pass
        (3, None, 3),  # the elbow, nearly as good
        (2, None, 4),  # not nearly
        (3, 5, 5),  # the number in use stays
        (3, 2, 3),  # unless much is gained by another,
        (3, 6, 3),  # or it does not pass any more
    ],
)
def test_a_number_is_chosen_by_gain_then_by_what_is_in_use_then_by_the_elbow(
    bend: int, in_use: int | None, k: int
) -> None:
    gains = {2: 0.05, 3: 0.11, 4: 0.12, 5: 0.09, 6: 0.2}
    table = [Choice(n, 9.0, 0.3 + gain, 0.3, 0.01, 0.9, 0.1, "no" * (n == 6)) for n, gain in gains.items()]
    found = settled(table, bend, in_use)
    assert (found.k, found.elbow, found.best) == (k, bend, 6)


def test_the_elbow_is_where_the_inertia_bends() -> None:
    assert elbow([1, 2, 3, 4, 5, 6], [100, 60, 20, 17, 14, 12]) == 3


def test_a_shop_of_four_kinds_of_customers() -> None:
    rows = shop(np.random.default_rng(1), 1_200)
    made = quick(rows)
    assert (made.verdict, made.k) == ("clusters", 4), made.why
    assert sorted(cluster.size for cluster in made.clusters) == [300] * 4
    assert {cluster.name for cluster in made.clusters} == {
        "New customers",
        "Faded one-time buyers",
        "Frequent high spenders",
        "Browsers who do not buy",
    }
    assert [row.k for row in made.choice] == list(range(2, 11))
    assert made.stability > 0.95
    assert [each.name for each in made.algorithms] == ["K-Means", "agglomerative (Ward)", "DBSCAN"]
    assert made.algorithms[1].agreement > 0.95
    best = next(cluster for cluster in made.clusters if "high spenders" in cluster.name)
    assert best.medians["orders"] > 8
    assert all(each.here != each.all for each in best.apart)
    assert decode_clusters(encode_clusters(made)) == made


def test_the_same_sample_gives_the_same_bytes() -> None:
    rows = shop(np.random.default_rng(2), 600)
    assert encode_clusters(quick(rows)) == encode_clusters(quick(rows))


def test_customers_whose_columns_are_shuffled_are_no_clusters_any_more() -> None:
    rng = np.random.default_rng(3)
    columns = [list(column) for column in zip(*shop(rng, 900), strict=True)]
    for column in columns:
        rng.shuffle(column)
    made = quick(list(zip(*columns, strict=True)))
    assert (made.verdict, made.clusters, made.k) == ("no structure", [], 0)
    assert "without clusters" in made.why
    assert made.choice, "the table says why"


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], f"0 customers are too few to tell: {LEAST} are needed"),
        (shop(np.random.default_rng(1), LEAST - 1), "too few"),
        ([(1.0,) * len(FEATURES)] * 600, "differ in too little"),
        ([(None,) * len(FEATURES)] * 600, "differ in too little"),
        ([(1.0, 2.0, float(n), *(0.0,) * 4) for n in range(600)], "differ in too little"),
        ([(5.0, 1.0 + n % 2, 10.0 + 30 * (n % 2), *(0.0,) * 4) for n in range(600)], "say|differ"),
    ],
)
def test_what_cannot_be_grouped_is_refused_with_its_reason(rows: list[tuple[float | None, ...]], why: str) -> None:
    made = quick(rows)
    assert (made.verdict, made.clusters) == ("no structure", [])
    assert re.search(why, made.why), made.why
    assert made.version


def test_a_column_that_says_what_another_says_is_left_out() -> None:
    rows = [(*row[:5], row[4], row[6]) for row in shop(np.random.default_rng(4), 600)]
    made = quick(rows)
    assert made.left_out["product_views_90d"] == "says the same as interactions_per_month"
    assert "product_views_90d" not in {axis.column for axis in made.axes}


def test_a_sample_is_the_same_in_whatever_order_customers_come() -> None:
    everyone = {f"customer-{n}": dict.fromkeys(FEATURES, n) | {"orders": None} for n in range(500)}
    samples = []
    for names in (sorted(everyone), sorted(everyone, reverse=True)):
        sample = Sample(50)
        for name in names:
            if sample.wants(name):
                sample.add(name, everyone[name])
        samples.append(sample.rows())
    assert samples[0] == samples[1]
    assert len(samples[0]) == 50
    numbers = [row[0] for row in samples[0]]
    assert 150 < sum(map(float, filter(None, numbers))) / 50 < 350
