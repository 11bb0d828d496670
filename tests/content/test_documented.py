"""The docs say what the code reads: every field with its meaning, and examples that compile."""

import re
import shutil
from pathlib import Path

import pytest

from mailwright.content import campaigns, journeys, segments, shop, steps
from mailwright.content.fields import Field
from mailwright.content.publish import compile_folder

ROOT = Path(__file__).parents[2]
DOCS = {page: (ROOT / "docs" / page).read_text() for page in ("journeys.md", "segments.md")}
TABLES = {
    "shop.yaml": ("journeys.md", shop.FIELDS),
    "a journey": ("journeys.md", journeys.FIELDS),
    "enter": ("journeys.md", journeys.ENTER),
    "exit": ("journeys.md", journeys.EXIT),
    "wait": ("journeys.md", steps.WAIT),
    "wait until": ("journeys.md", steps.WAIT_UNTIL),
    "send": ("journeys.md", steps.SEND),
    "if": ("journeys.md", steps.IF),
    "split": ("journeys.md", steps.SPLIT),
    "a branch": ("journeys.md", steps.BRANCH),
    "a campaign": ("journeys.md", campaigns.FIELDS),
    "a segment": ("segments.md", segments.FIELDS),
    "examples": ("segments.md", segments.EXAMPLES),
}


def table(fields: tuple[Field, ...]) -> str:
    rows = [f"| `{field.name}` | {'yes' if field.required else ''} | {field.meaning} |" for field in fields]
    return "\n".join(["| field | needed | |", "|---|---|---|", *rows])


@pytest.mark.parametrize("name", TABLES)
def test_every_field_is_in_the_docs_with_its_meaning(name: str) -> None:
    page, fields = TABLES[name]
    assert table(fields) in DOCS[page], f"docs/{page} lacks this table of {name}:\n\n{table(fields)}\n"


def test_every_shipped_segment_is_in_the_docs() -> None:
    for file in (ROOT / "layers/content/segments").glob("*.yaml"):
        assert f"| `{file.stem}` |" in DOCS["segments.md"]


def test_the_examples_in_the_docs_compile(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "layers/content", tmp_path / "content")
    blocks = [block for page in DOCS.values() for block in re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", page, re.S)]
    assert len(blocks) == 3
    for name, text in blocks:
        (tmp_path / "content" / name).write_text(text)
    content = compile_folder(tmp_path / "content")
    assert {"second-order", "spring", "loyal-in-germany"} < {*content.journeys, *content.campaigns, *content.segments}
