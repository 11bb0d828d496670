"""Published content is whole at every moment, and what was before it can be had again."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailwright.content.versions import KEPT, NoVersion, back, keep, kept, publish, versions
from mailwright.model.content import Content, Shop, decode_content

SHOP = Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street")


class Killed(BaseException):
    """The process is gone."""


class Killer:
    """Kills at the n-th time that a step is taken, before or after it."""

    def __init__(self, real: Callable[..., Any], kill: int, after: bool) -> None:
        self._real, self.left, self._after = real, kill, after

    def step(self, *given: Any, **more: Any) -> Any:
        self.left -= 1
        if self.left == 0 and not self._after:
            raise Killed
        result = self._real(*given, **more)
        if self.left == 0:
            raise Killed
        return result


def content(number: int) -> Content:
    return Content(Shop(f"Shop {number}", "https://a", "a", "b"), f"{number:012x}")


def at(file: Path, second: int) -> None:
    """Make what was published last be of that time: the clock of a fast test hardly moves."""
    for one in versions(file):
        if one.current:
            os.utime(one.file, (second, second))


STEPS: list[tuple[Any, str]] = [(os, "fdopen"), (os, "fsync"), (Path, "replace"), (Path, "chmod")]


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[name for _, name in STEPS])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("work", ["publish", "back"])
def test_killed_at_any_step_there_is_the_old_content_or_the_new_and_the_next_try_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, after: bool, work: str
) -> None:
    file, kills = tmp_path / "content.json", 0
    publish(content(1), file)
    publish(content(2), file)
    do: Callable[[], Any] = {
        "publish": lambda: publish(content(3), file), "back": lambda: back(file, content(1).version)
    }[work]  # fmt: skip
    new = content(3) if work == "publish" else content(1)
    for kill in range(1, 10):
        back(file, content(2).version)
        killer = Killer(getattr(owner, name), kill, after)
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, lambda *given, killer=killer, **more: killer.step(*given, **more))
            try:
                do()
            except Killed:
                kills += 1
        assert decode_content(file.read_bytes()) in (content(2), new)
        assert {one.version for one in versions(file)} >= {content(1).version, content(2).version}
        for one in versions(file):
            assert kept(file, one.version).version == one.version
        if killer.left > 0:
            break
    assert kills == kill - 1 >= 1
    do()
    assert decode_content(file.read_bytes()) == new


def test_what_killed_publications_left_is_swept_by_a_later_one(tmp_path: Path) -> None:
    file = tmp_path / "content.json"
    publish(content(1), file)
    for part in (tmp_path / ".content.json.abc.part", tmp_path / "content.versions" / ".00.json.abc.part"):
        part.write_bytes(b"{")
        os.utime(part, (1, 1))
    assert [one.version for one in versions(file)] == [content(1).version]
    publish(content(2), file)
    assert list(tmp_path.rglob("*.part")) == list(tmp_path.rglob(".*.part")) == []


def test_a_full_disk_leaves_the_old_content_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "content.json"
    publish(content(1), file)

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        publish(content(2), file)
    assert decode_content(file.read_bytes()) == content(1)
    assert list(tmp_path.rglob(".*.part")) == []


def test_the_last_ten_are_kept_and_the_one_in_force_among_them(tmp_path: Path) -> None:
    file = tmp_path / "content.json"
    for number in range(1, KEPT + 4):
        publish(content(number), file)
        at(file, number)
    assert [int(one.version, 16) for one in versions(file)] == list(range(KEPT + 3, 3, -1))
    assert [one.current for one in versions(file)] == [True] + [False] * (KEPT - 1)
    back(file, content(5).version)
    assert [int(one.version, 16) for one in versions(file) if one.current] == [5]
    publish(content(5), file)
    assert int(versions(file)[0].version, 16) == 5


def test_keeping_a_version_leaves_in_force_what_is(tmp_path: Path) -> None:
    file = tmp_path / "content.json"
    publish(content(1), file)
    at(file, 1)
    for number in range(2, KEPT + 3):
        keep(content(number), file)
    assert decode_content(file.read_bytes()) == content(1)
    assert {int(one.version, 16) for one in versions(file)} >= {1, KEPT + 2}
    assert back(file, content(1).version) == content(1)


def test_a_version_is_named_by_its_beginning_when_that_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "content.json"
    for version in ("abcd11111111", "abcd22222222"):
        publish(Content(SHOP, version), file)
    assert back(file, "abcd1").version == "abcd11111111"
    with pytest.raises(NoVersion, match="more than one version begins with 'abcd'"):
        back(file, "abcd")
    with pytest.raises(NoVersion, match="there is no version 'abc'"):
        back(file, "abc")


def test_a_version_that_a_newer_mailwright_wrote_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "content.json"
    publish(content(1), file)
    (tmp_path / "content.versions" / "feed00000000.json").write_text('{"shop": 7}')
    with pytest.raises(NoVersion, match="version feed00000000 cannot be read by this Mailwright: Expected `object`"):
        back(file, "feed")
    assert decode_content(file.read_bytes()) == content(1)
