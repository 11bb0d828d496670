"""docs/templates.md says everything a template may use, and nothing that is not so."""

import re
from pathlib import Path

from mailwright.compose.filters import FILTERS, TESTS
from mailwright.compose.grammar import MAX_LOOPS, MAX_SOURCE, MAX_TURNS
from mailwright.compose.render import LONGEST_LINE
from mailwright.compose.sandbox import MAX_OUTPUT
from mailwright.compose.vocabulary import ANY, OBJECTS
from mailwright.content import offers, templates
from mailwright.content.mjml.spec import ATTRIBUTES, STATEMENTS
from mailwright.content.templates import MOST_HTML

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")


VARIABLES = DOC.partition("\n## Variables\n")[2]


def row(name: str, within: str = DOC) -> str:
    """The table row that describes a name."""
    return next((line for line in within.splitlines() if line.startswith(f"| `{name}` |")), "")


def test_every_variable_is_described_as_it_is() -> None:
    for name, fields in OBJECTS.items():
        if name == "profile":  # the same columns as rules: docs/segments.md
            continue
        for field, var in fields.items():
            said = row(field if name == "root" else f"{name}.{field}", VARIABLES)
            assert var.meaning.replace("|", "\\|") in said, (name, field)
            assert ("| always |" if var.always else "| perhaps |") in said, (name, field)
    assert "`profile.orders`" in DOC
    assert ANY == "*"


def test_every_filter_and_test_is_described_as_it_is() -> None:
    for name, function in {**FILTERS, **TESTS}.items():
        assert (function.__doc__ or "").replace("|", "\\|") in row(name), name


def test_every_field_of_the_files_is_described() -> None:
    for field in (*templates.FIELDS, *offers.FIELDS):
        assert any(f"| `{field.name}` |" in line and field.meaning in line for line in DOC.splitlines()), field


def test_every_element_block_and_template_is_named() -> None:
    for element in ATTRIBUTES:
        assert f"`{element}`" in DOC
    for block in (ROOT / "layers" / "content" / "blocks").iterdir():
        assert row(block.name), block
    for template in (ROOT / "layers" / "content" / "templates").iterdir():
        assert row(template.name), template
    for element in STATEMENTS:
        assert f"`{element}`" in DOC


def test_nothing_is_described_that_is_not_there() -> None:
    known = {f"{name}.{field}" for name, fields in OBJECTS.items() for field in fields}
    objects = "|".join(name for name in OBJECTS if name not in ("root", "traits"))
    for said in re.findall(rf"^\| `((?:{objects})\.\w+)`", DOC, re.MULTILINE):
        assert said in known or said.endswith(".mjml"), said


def test_the_limits_are_the_real_ones() -> None:
    assert (MAX_SOURCE, MAX_OUTPUT, MOST_HTML) == (100_000, 100_000, 80_000)
    assert (MAX_LOOPS, MAX_TURNS, LONGEST_LINE) == (2, 100, 200)
    for said in ("100 KB of source and 80 KB of HTML", "two loops inside each other", "100 turns a loop",
                 "200 characters a subject"):  # fmt: skip
        assert said in " ".join(DOC.split())
