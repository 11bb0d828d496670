"""Whatever is cut out of, doubled in or typed into a template: findings or a template, never a traceback."""

import random
import shutil
from pathlib import Path

import pytest

from mailwright.content.templates import compile_templates

CONTENT = Path(__file__).parents[2] / "layers" / "content"
TYPED = [
    "<", ">", "{{", "}}", "{%", "%}", "{#", '"', "'", "</mj-text>", "<mj-text>", "{% if x %}", "{% endif %}", "&",
    "\x00", "<!--", "-->", "{{ x", "\ue000", "jx0xj", "{% for a in cart.lines %}", "{% endfor %}", "/", "=", "é",
    "<mj-raw>", "{% raw %}", "{% endraw %}", "{{ {} }}", "]]>", "<![CDATA[", "<?x?>",
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(CONTENT, tmp_path, dirs_exist_ok=True)
    for path in (tmp_path / "templates").iterdir():
        if path.name != "cart-reminder":
            shutil.rmtree(path)
    return tmp_path


@pytest.mark.parametrize("seed", range(4))
def test_a_mangled_template_is_never_a_traceback(folder: Path, seed: int) -> None:
    draw = random.Random(seed)
    files = [*(folder / "blocks").iterdir(), folder / "templates" / "cart-reminder" / "template.mjml"]
    found = 0
    for _ in range(100):
        path = draw.choice(files)
        whole = path.read_text()
        start = draw.randrange(len(whole))
        cut = whole[start : start + draw.choice([0, 1, 2, 5, 40])]
        mangled = whole[:start] + draw.choice(["", cut * 2, *TYPED]) + whole[start + len(cut) :]
        path.write_text(mangled)
        templates, findings = compile_templates(folder)
        assert bool(findings) != bool(templates["cart-reminder"].html)
        for finding in findings:
            assert (folder / finding.file).is_file()
            assert finding.line >= 0
        found += bool(findings)
        path.write_text(whole)
    assert found > 30
