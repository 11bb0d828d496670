"""The command line as someone meets it: help with an example, typos, wrong places; and that the docs name all of it."""

import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from local.__main__ import main
from local.cli import cli

ROOT = Path(__file__).parents[2]
COMMANDS: dict[str, Any] = dict(get_command(cli).commands)  # type: ignore[attr-defined]  # a group has them
OPTIONS = [
    (name, option)
    for name, command in sorted(COMMANDS.items())
    for parameter in command.params
    for option in parameter.opts
    if option.startswith("--") and option != "--help"
]


def run(line: str) -> Result:
    result = CliRunner().invoke(cli, shlex.split(line))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def docs() -> str:
    return "\n".join(path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])


def test_every_command_stands_in_the_docs_as_one_would_type_it() -> None:
    text = docs()
    assert [name for name in COMMANDS if f"mailwright {name}" not in text] == []


@pytest.mark.parametrize(("name", "option"), OPTIONS)
def test_every_option_stands_on_a_page_that_shows_its_command(name: str, option: str) -> None:
    pages = [path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]]
    named = re.compile(rf"{option}(?![\w-])")
    assert any(f"mailwright {name}" in page and named.search(page) for page in pages)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_says_what_a_command_does_in_a_line_and_shows_an_example(name: str) -> None:
    told = run(f"{name} --help")
    assert told.exit_code == 0
    assert f"Example: mailwright {name}" in told.output
    (line,) = [line for line in run("--help").output.splitlines() if line.startswith(f"  {name} ")]
    assert line.endswith(".")
    assert not line.endswith("...")


def test_every_option_says_what_it_is_for() -> None:
    assert [(name, p.name) for name, one in COMMANDS.items() for p in one.params if not getattr(p, "help", "")] == []


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("reply x", "replay"),
        ("chekc", "check"),
        ("profil x", "profile"),
        ("replay x --contnt y", "--content"),
        ("replay x --asume-consent", "--assume-consent"),
        ("serve --prot 1", "--port"),
        ("replay x --engine memry", "memory"),
    ],
)
def test_a_typo_is_answered_with_what_was_probably_meant(line: str, meant: str) -> None:
    told = run(line)
    assert told.exit_code == 2
    assert meant in told.output


@pytest.mark.parametrize(
    "line",
    [
        "check",
        "check nowhere",
        "publish",
        "publish --content nowhere",
        "convert nowhere.csv --map nowhere.yaml",
        "replay nowhere.ndjson",
        "replay .",
        "replay nowhere.ndjson --until soon",
        "replay nowhere.ndjson --content nowhere",
        "serve --content nowhere",
        "profile ada",
        "explain ada",
        "profile ada --out nowhere",
    ],
)
def test_in_an_empty_folder_a_wrong_place_is_told_in_one_line(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run(line)
    assert told.exit_code == 2
    assert len(told.output.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"mailwright \d+\.\d+\.\d+\n", run("--version").output)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replay") / "out"
    stories = [ROOT / "events/stories" / f"{name}.jsonl" for name in ("abandoned-cart", "no-consent", "unsubscribes")]
    done = run(f"replay {shlex.join(map(str, stories))} --engine memory --out {folder}")
    assert done.exit_code == 0, done.output
    return folder


def test_a_profile_is_found_by_id_and_by_address(out: Path) -> None:
    by_address = run(f"profile fay@example.com --out {out}")
    document = json.loads(by_address.output)
    assert document["customer_id"] == "c-2006"
    assert run(f"profile c-2006 --out {out}").output == by_address.output


def test_an_unknown_customer_is_answered_with_the_nearest(out: Path) -> None:
    for name in ("profile", "explain"):
        told = run(f"{name} fay@example.con --out {out}")
        assert told.exit_code == 2
        assert "did you mean fay@example.com?" in told.output


def test_explain_says_what_led_to_an_email_and_what_held_one_back(out: Path) -> None:
    told = run(f"explain fay@example.com --out {out}").output
    assert "Sent: Welcome, Fay  (journey welcome)" in told
    assert "marketing_consent = 'granted' AND has_email AND orders = 0" in told
    assert re.search(r"Not sent on .*: the person said no: opted_out", told)
    assert told.index("Welcome, Fay") < told.index("opted_out"), "in the order of planning"


def test_what_no_replay_wrote_is_not_taken_for_one(tmp_path: Path) -> None:
    for content in (b"\xff\n", b"not json\n", b'{"a": 1}\n', b"[1]\n"):
        (tmp_path / "profiles.ndjson").write_bytes(content)
        told = run(f"profile ada --out {tmp_path}")
        assert told.exit_code == 2
        assert "is not what `mailwright replay` writes" in told.output


class Interrupted:
    """Ctrl-C at the moment at which the command line is looked for."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "local.cli":
            raise KeyboardInterrupt


def test_ctrl_c_before_the_commands_are_loaded_ends_without_a_traceback(monkeypatch):
    monkeypatch.delitem(sys.modules, "local.cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 130
