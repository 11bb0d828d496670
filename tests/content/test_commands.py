"""check, init and publish as someone meets them for the first time."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from local.cli import cli
from local.content import SHIPPED
from mailwright.content.load import load
from tests.content.folder import JOURNEY, folder


def run(*words: object) -> Result:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_the_shipped_content_is_fine() -> None:
    result = run("check", SHIPPED)
    assert result.exit_code == 0
    assert "15 segments, 2 journeys, 1 campaign, 5 templates, 2 offers: fine." in result.output


def test_a_mistake_is_shown_with_its_line_and_a_caret(tmp_path: Path) -> None:
    folder(tmp_path, {"journeys/plain.yaml": JOURNEY.replace("hello", "helo")})
    result = run("check", tmp_path)
    assert result.exit_code == 1
    assert result.output.splitlines()[:3] == [
        f"{tmp_path}/journeys/plain.yaml:3:16: there is no template 'helo' (did you mean hello?)",
        "  3 | steps: [{send: helo}]",
        "    |                ^",
    ]


def test_a_warning_is_shown_and_stops_nothing(tmp_path: Path) -> None:
    folder(tmp_path, {"journeys/plain.yaml": JOURNEY.replace("Product Added", "Quiz Taken")})
    result = run("check", tmp_path)
    assert result.exit_code == 0
    assert "warning: 'Quiz Taken' is not a known event" in result.output


def test_without_a_name_the_folder_is_found_or_what_to_do_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    nothing = run("check")
    assert nothing.exit_code == 2
    assert "mailwright init my-content" in nothing.output
    folder(tmp_path / "content")
    assert run("check").exit_code == 0


def test_a_wrong_path_says_what_would_be_right(tmp_path: Path) -> None:
    assert f"mailwright init {tmp_path / 'x'}" in run("check", tmp_path / "x").output
    (tmp_path / "file").write_text("")
    assert "is a file" in run("publish", "--content", tmp_path / "file").output


def test_init_makes_a_folder_that_passes_and_never_overwrites(tmp_path: Path) -> None:
    made = run("init", tmp_path / "mine")
    assert made.exit_code == 0
    assert f"mailwright check {tmp_path / 'mine'}" in made.output
    assert run("check", tmp_path / "mine").exit_code == 0
    shop = tmp_path / "mine" / "shop.yaml"
    shop.write_text("name: Changed\n")
    again = run("init", tmp_path / "mine")
    assert again.exit_code == 2
    assert "is not empty" in again.output
    assert shop.read_text() == "name: Changed\n"


def test_init_says_why_it_cannot(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is a file" in run("init", tmp_path / "file").output
    assert run("init", tmp_path / "file" / "below").exit_code == 2


def test_publish_writes_what_the_functions_read(tmp_path: Path) -> None:
    out = tmp_path / "out" / "content.json"
    result = run("publish", "--content", folder(tmp_path / "content"), "--out", out)
    assert result.exit_code == 0
    assert load(str(out)).version in result.output


def test_publish_leaves_the_old_file_when_one_thing_is_wrong(tmp_path: Path) -> None:
    out = tmp_path / "content.json"
    out.write_text("old")
    result = run("publish", "--content", folder(tmp_path / "content", {"shop.yaml": "name: x"}), "--out", out)
    assert result.exit_code == 1
    assert "Nothing was published." in result.output
    assert out.read_text() == "old"


def test_versions_are_listed_and_one_can_be_put_in_force_again(tmp_path: Path) -> None:
    out, place = tmp_path / "content.json", folder(tmp_path / "content")
    assert "Nothing is kept" in run("publish", "--list", "--out", out).output
    first, second = (publish(place, out, name) for name in ("One", "Two"))
    listed = run("publish", "--list", "--out", out).output.splitlines()
    assert [line[:14] for line in listed] == [f"* {second}", f"  {first}"]
    assert "1 segment, 1 journey" in listed[0]
    back = run("publish", "--rollback", first[:6], "--out", out)
    load.cache_clear()
    assert (back.exit_code, load(str(out)).version) == (0, first)
    assert f"version {first} is in {out} again" in back.output
    assert [line[0] for line in run("publish", "--list", "--out", out).output.splitlines()] == [" ", "*"]


@pytest.mark.parametrize("words", [["--rollback", "ffffffff"], ["--rollback", "ff"], ["--rollback", ""]])
def test_a_version_that_is_not_kept_changes_nothing_and_the_known_ones_are_named(
    tmp_path: Path, words: list[str]
) -> None:
    out = tmp_path / "content.json"
    version = publish(folder(tmp_path / "content"), out, "One")
    body = out.read_bytes()
    result = run("publish", "--out", out, *words)
    assert result.exit_code == 2
    assert f"there is no version {words[1]!r}; kept are {version}" in result.output
    assert out.read_bytes() == body
    none = run("publish", "--out", tmp_path / "x.json", "--rollback", "ffffffff")
    assert "kept are none: `mailwright publish` keeps one each time" in none.output


@pytest.mark.parametrize(
    "words", [["--list", "--rollback", "abcd"], ["--list", "--content", "x"], ["--rollback", "abcd", "--content", "x"]]
)
def test_publishing_listing_and_going_back_go_one_at_a_time(words: list[str]) -> None:
    result = run("publish", *words)
    assert result.exit_code == 2
    assert "one at a time" in result.output


def publish(place: Path, out: Path, name: str) -> str:
    """Publish a folder with another description of its journey; its version."""
    (place / "journeys/plain.yaml").write_text(JOURNEY.replace("A journey", name))
    assert run("publish", "--content", place, "--out", out).exit_code == 0
    load.cache_clear()
    return load(str(out)).version
