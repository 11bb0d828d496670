"""docs/events.md holds everything that is read: a type, sample, code or key that is not in it fails here."""

import re
from pathlib import Path

import pytest

from local.convert.column_map import COLUMNS, KEYS
from mailwright.sources import commerce, limits, names, segment, ses, shopify, traits
from mailwright.workflow import collect

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "events.md").read_text()
PACKAGE = ROOT / "layers" / "core" / "python" / "mailwright"


@pytest.mark.parametrize("name", [*names.ECOMMERCE, *names.OURS, *names.EMAIL])
def test_every_event_is_in_a_table(name: str) -> None:
    assert re.search(rf"^\| {re.escape(name)} \|", DOC, re.MULTILINE)


@pytest.mark.parametrize("call", segment.CALLS)
def test_every_call_is_in_a_table(call: str) -> None:
    assert re.search(rf"^\| {call} \|", DOC, re.MULTILINE)
    assert f"`/v1/{call}`" in DOC


def test_every_address_topic_and_ses_type_is_named() -> None:
    assert [call for call in collect.CALLS if f"`/v1/{call}`" not in DOC] == []
    assert [topic for topic in shopify.TOPICS if f"| `{topic}` |" not in DOC] == []
    assert [kind for kind in ses.TYPES if f"| {kind} |" not in DOC] == []


def test_every_sample_is_linked_and_every_link_leads_somewhere() -> None:
    linked = set(re.findall(r"\]\(\.\./(events/[^)]+)\)", DOC))
    samples = {path.relative_to(ROOT).as_posix() for path in (ROOT / "events").glob("*/*.json")}
    assert samples - linked == set()
    assert [link for link in linked if not (ROOT / link).exists()] == []
    assert [link for link in re.findall(r"\]\(([\w/-]+\.md)\)", DOC) if not (ROOT / "docs" / link).exists()] == []


def test_every_code_a_door_answers_with_is_explained() -> None:
    doors = [
        *(PACKAGE / "sources").glob("*.py"),
        PACKAGE / "workflow" / "collect.py",
        PACKAGE / "workflow" / "intake.py",
    ]
    codes = {code for path in doors for code in re.findall(r'Problem\(\s*"(\w+)"', path.read_text())}
    assert len(codes) > 15
    assert [code for code in sorted(codes) if f"`{code}`" not in DOC] == []


def test_every_reason_a_row_is_refused_for_is_named() -> None:
    text = "".join(path.read_text() for path in (ROOT / "local" / "convert").glob("*.py"))
    reasons = set(re.findall(r'Refused\(\s*"(\w+)"', text))
    reasons |= {f"missing_{role}" for role in re.findall(r'_needed\(row, "(\w+)"\)', text)}
    assert len(reasons) > 10
    assert [reason for reason in sorted(reasons) if f"`{reason}`" not in DOC] == []


def test_every_field_and_key_is_named() -> None:
    read = {
        *commerce._TEXTS, *commerce._MONEY, *commerce._AMOUNTS, *commerce._PRODUCT_TEXTS, *traits._TEXTS,
        *COLUMNS, *KEYS, "price", "quantity", "products", "currency", "email", "age", "address", "marketing_consent",
    } - {"cart_id", "list_id", "value"}  # fmt: skip
    assert [name for name in sorted(read) if not re.search(rf"[`{{ ,]{name}[`}},: ]", DOC)] == []


def test_the_limits_are_those_of_the_code() -> None:
    for number, unit in ((limits.EVENT_BYTES, "KB"), (limits.LARGE_EVENT_BYTES, "KB"), (limits.BATCH_BYTES, "KB")):
        assert f"{number // 1024} {unit}" in DOC
    for said in (f"{limits.DEPTH} objects", f"{limits.KEYS} keys", f"{limits.ID_CHARACTERS} characters",
                 f"{limits.NAME_CHARACTERS} characters", f"{limits.CUSTOMER_ID_BYTES} bytes",
                 f"{limits.AHEAD // 60_000} minutes"):  # fmt: skip
        assert said in DOC
