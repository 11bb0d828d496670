"""docs/world.md names the test of every rule; each of them must be there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_page_names_exists():
    page = (ROOT / "docs" / "world.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", page))
    there = set()
    for file in (ROOT / "tests" / "world").glob("test_*.py"):
        there |= set(re.findall(r"^def (test_\w+)", file.read_text(), re.M))
    assert len(named) > 50
    assert named - there == set()


def test_every_test_of_a_delivery_rule_is_named_on_the_page():
    page = (ROOT / "docs" / "world.md").read_text()
    for name in ("test_shard", "test_queue", "test_streams"):
        rules = re.findall(r"^def (test_\w+)", (ROOT / "tests" / "world" / f"{name}.py").read_text(), re.M)
        assert [rule for rule in rules if f"`{rule}`" not in page] == []


def test_every_rule_has_its_source_and_its_test():
    page = (ROOT / "docs" / "world.md").read_text()
    rules = page[page.index("## The rules of delivery") : page.index("## The memory engine's bill")]
    rows = [line.strip("|").split("|") for line in rules.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in row] for row in rows if row[0].strip() != "Rule"]
    assert len(rows) > 55
    for rule, source, test in rows:
        assert source.startswith("docs.aws/") or source in ("the same", "ours"), rule
        assert test.startswith("`test_") or test == "the same", rule
