"""The rule language held against its oracle: closures, Polars and DuckDB on a million random (rule, profile) pairs."""

from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from bench.measure import table
from mailwright.content.rules import parse_rule
from mailwright.expression.tree import Expr
from tests.core import grammar, oracle

TITLE = "Rules: three engines, one answer"
RULES, ROWS = 4_000, 4_000  # distinct ones drawn from the grammar
EACH = 300  # rows put to every rule
TOGETHER = 20  # rules to one frame
T = TypeVar("T")


def run() -> str:
    """The table, as Markdown; AssertionError with the first pair two engines disagree on."""
    texts, rows = drawn(grammar.rules, RULES, 1, str), drawn(grammar.rows, ROWS, 2, repr)
    rng, connection = Random(3), oracle.connect()
    pairs = {True: 0, False: 0, None: 0}
    for start in range(0, len(texts), TOGETHER):
        some, sample = texts[start : start + TOGETHER], rng.sample(rows, EACH)
        wrong = oracle.disagreements(some, sample, connection)
        assert not wrong, wrong[0]
        rules: list[Expr] = [parse_rule(text, grammar.SEGMENTS) for text in some]
        for answers in oracle.by_closures(rules, sample):
            for answer in answers:
                pairs[answer] += 1
    cells = [f"{count:,}" for count in (sum(pairs.values()), pairs[True], pairs[False], pairs[None])]
    return table(
        ["rules x profiles", "pairs", "true", "false", "unknown", "disagreements"],
        [[f"{len(texts):,} x {EACH} of {len(rows):,}", *cells, 0]],
    )


def drawn(strategy: SearchStrategy[T], count: int, start: int, name: Callable[[T], str]) -> list[T]:
    """Different examples of a strategy, the same ones each time."""
    found: dict[str, T] = {}
    while len(found) < count:

        @seed(start + 1_000 * len(found))
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def draw(example: Any) -> None:
            if len(found) < count:
                found[name(example)] = example

        draw()
    return list(found.values())
