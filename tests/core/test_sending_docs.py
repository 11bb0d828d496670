"""docs/sending.md says what the code does: every state, reason, class, tag and column."""

import ast
import re
from pathlib import Path

from mailwright.ledger.reasons import REASONS
from mailwright.metrics.account import ENDS
from mailwright.metrics.daily import COLUMNS
from mailwright.model.contact import STATES

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "core" / "python" / "mailwright"
DOC = (ROOT / "docs" / "sending.md").read_text()


def table(heading: str) -> dict[str, str]:
    """First and second column of the table under a heading; several names in one cell are several rows."""
    section = DOC.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \| (.+?) \|", section, re.MULTILINE)
    return {name: meaning for names, meaning in rows for name in re.findall(r"`([^`]+)`", names)}


def test_every_state_is_documented_and_no_other():
    assert set(table("States")) == set(STATES)
    assert all(f"`{end}`" in DOC or end in DOC for end in ENDS)
    assert " + ".join(("accepted", "failed", "suppressed", "expired", "cancelled", "unconfirmed")) in DOC.replace(
        "\n", " "
    )


def test_every_reason_is_documented_in_the_words_of_the_code():
    assert table("Reasons") == REASONS


def test_every_column_of_the_metrics_is_documented():
    assert set(table("What `measure` counts")) == set(COLUMNS)


def test_every_reason_the_code_gives_is_known():
    """The second argument of each Held(...), what may_send returns, and the codes of the Problems of composing."""
    given: set[str] = set()
    for file in [*(PACKAGE / "ledger").glob("*.py"), PACKAGE / "workflow" / "deliver.py"]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Held", "_end"):
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                given.update(texts[1:2])
    for file in [*(PACKAGE / "compose").glob("*.py"), *(PACKAGE / "workflow").glob("co*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem" and "collect" not in file.name:
                given.add(ast.literal_eval(node.args[0]))
    assert {"expired", "ledger_full", "condition", "no_outcome", "template", "rule"} <= given
    assert given <= set(REASONS)
