"""docs/profile.md and the columns in docs/segments.md say what the code does."""

import re
from pathlib import Path

import pytest

from docs.generate import PARTS, generated
from mailwright.fold import (
    affinity,
    browsing,
    cart,
    counters,
    dedup,
    engagement,
    identity,
    orders,
    score,
    traits,
)
from mailwright.fold.document import document
from mailwright.model.columns import COLUMNS, STAGES
from mailwright.model.profile import COUNTERS, Profile

DOCS = Path(__file__).parents[2] / "docs"
DOC = (DOCS / "profile.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", PARTS)
def test_what_is_made_from_the_code_is_up_to_date(file: str) -> None:
    text = (DOCS / file).read_text(encoding="utf-8")
    assert generated(file, text) == text, "run: python docs/generate.py"


def test_every_column_is_listed_with_its_meaning() -> None:
    text = (DOCS / "segments.md").read_text(encoding="utf-8")
    missing = [name for name, spec in COLUMNS.items() if f"| `{name}` | {spec.kind} | {spec.meaning} |" not in text]
    assert missing == []


def test_every_counter_and_every_key_of_the_document_is_described() -> None:
    described = set(re.findall(r"`([^`\n]+)`", DOC.partition("<!-- positions -->")[0]))
    assert set(COUNTERS) - described == set()
    keys = set(re.findall(r"`([^`\n]+)`", DOC.partition("## As people read it")[2]))
    assert set(document(Profile("c1"), 0, "EUR")) - keys == set()


@pytest.mark.parametrize(
    "said",
    [
        f"{traits.TRAITS_KEPT} traits",
        f"{identity.ALIASES_KEPT} aliases",
        f"{counters.DAYS_KEPT} days back",
        f"{affinity.PERIODS_KEPT} periods, {affinity.NAMES_KEPT} names in each",
        f"at most {affinity.MOST_PIECES} pieces a line",
        f"| {browsing.VIEWS_KEPT}, with details on the newest {browsing.DETAILS_KEPT} |",
        f"{cart.LINES_KEPT} lines, {cart.CHANGES_KEPT} changes",
        f"{engagement.CUSTOM_KEPT} names",
        f"{orders.REVERSALS_KEPT} orders",
        f"{dedup.HIGH} ids, {dedup.CROWDED} on one day, and what one batch brings",
        f"until {dedup.LOW} are left",
        f"P / (P + {score.HALF})",
        f"for {score.DAYS} days",
    ],
)
def test_every_bound_is_the_one_in_the_code(said: str) -> None:
    assert said in DOC


def test_every_stage_is_in_the_table() -> None:
    assert re.findall(r"^\| (\w+) \|.*\|.*\|$", DOC.partition("**Lifecycle")[2], re.MULTILINE)[1:7] == list(STAGES)
