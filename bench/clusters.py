"""Clusters: how often data without any are taken to have some, and data with some not; one customer placed."""

import resource
from time import process_time

import numpy as np
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from bench.measure import interleaved, table
from mailwright.model.clusters import Lineage
from mailwright.science.choose import choose, fitted
from mailwright.science.train import train
from mailwright.segments.clusters import assigner
from mailwright.segments.features import FEATURES
from mailwright.workflow.train import SAMPLE
from tests.core.shapes import WITHOUT, Floats, blobs, scaled, shop

TITLE = "Clusters: found where they are, refused where they are not"
NULLS, PLANTED = 25, 25  # data sets of each kind
ROWS = (600, 1_000, 2_000)
COLUMNS = range(3, 8)


def run() -> str:
    """The tables, as Markdown."""
    with threadpool_limits(1):
        return "\n\n".join((_without(), _with(), _cost()))


def _cost() -> str:
    """Training on the largest sample, and placing one customer."""
    sample = shop(np.random.default_rng(1), SAMPLE)
    start = process_time()
    made = train(sample, Lineage("bench", "", "", "", SAMPLE, SAMPLE))
    spent = process_time() - start
    rows = [dict(zip(FEATURES, row, strict=True)) for row in sample[:20_000]]
    place = assigner(made)
    each = interleaved({"": lambda: [place(row) for row in rows]})[""] / len(rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    heads = ["", "CPU"]
    return table(
        heads,
        [
            [f"training on {SAMPLE:,} customers of {made.k} kinds; peak {peak:,} MB", f"{spent:.1f} s"],
            [f"placing one customer among {made.k} on {len(made.axes)} axes", f"{each * 1e6:.1f} us"],
        ],
    )


def _drawn(seed: int) -> tuple[np.random.Generator, int, int]:
    rng = np.random.default_rng(seed)
    return rng, int(rng.choice(ROWS)), int(rng.choice(COLUMNS))


def _without() -> str:
    rows = []
    total = 0
    for name, make in WITHOUT.items():
        published, gains, spent = 0, [], process_time()
        for seed in range(NULLS):
            found = choose(scaled(make(*_drawn(seed))))
            published += found.k is not None
            gains.append(max(row.silhouette - row.reference for row in found.table))
        total += published
        each = (process_time() - spent) / NULLS
        rows.append([name, NULLS, published, f"{np.median(gains):.3f}", f"{max(gains):.3f}", f"{each:.1f}"])
    rows.append(["all", NULLS * len(WITHOUT), total, "", "", ""])
    heads = ["data without clusters", "sets", "published", "gain, median", "gain, most", "CPU s each"]
    return table(heads, rows)


def _with() -> str:
    return table(
        ["clusters planted", "sets", "published", "k as planted", "adjusted Rand over 0.8", "gain, least"],
        [_planted(f"{distance:g} standard deviations apart", distance) for distance in (5.0, 7.0)],
    )


def _planted(name: str, distance: float) -> list[object]:
    published = right = alike = 0
    gains = []
    for seed in range(PLANTED):
        rng, rows, columns = _drawn(10_000 + seed)
        k = int(rng.integers(2, 6))
        data, labels = blobs(rng, rows, columns, k, distance)
        space: Floats = scaled(data)
        found = choose(space)
        gains.append(max(row.silhouette - row.reference for row in found.table))
        if found.k is not None:
            published += 1
            right += found.k == k
            alike += adjusted_rand_score(labels, fitted(space, found.k).labels_) > 0.8
    return [name, PLANTED, published, right, alike, f"{min(gains):.3f}"]
