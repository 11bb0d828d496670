"""The content of a deployment: all of what is there now, or a version that was published before."""

import os
from pathlib import Path

import pytest

from infra import content as module
from infra import layers
from infra.config import Config, ConfigInvalid, cdk_json, config
from infra.content import compiled
from infra.layers import LAYERS_KEPT
from mailwright.content.findings import ContentInvalid
from mailwright.model.content import decode_content
from tests.content.folder import folder

ENVIRONMENTS = cdk_json()["environments"]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "BUILD", tmp_path / ".build")
    monkeypatch.setattr(layers, "BUILD", tmp_path / ".build")
    monkeypatch.setattr(module, "PUBLISHED", tmp_path / ".build" / "content" / "content.json")
    monkeypatch.setattr(module, "SOURCE", folder(tmp_path / "content"))
    return tmp_path / "content"


def chosen(content: str = "") -> Config:
    return config(ENVIRONMENTS, "staging", {"content": content})


def test_a_version_that_was_deployed_can_be_deployed_again_and_what_is_published_stays(source: Path) -> None:
    old = decode_content((compiled(chosen()) / "content.json").read_bytes())
    assert not module.PUBLISHED.exists()
    (source / "segments/buyers.yaml").unlink()
    now = decode_content((compiled(chosen()) / "content.json").read_bytes())
    assert (set(old.segments), set(now.segments)) == ({"buyers"}, set())
    back = decode_content((compiled(chosen(old.version[:6])) / "content.json").read_bytes())
    assert back == old
    with pytest.raises(
        ConfigInvalid, match=f"content: there is no version 'ffff0000'; kept are {now.version}, {old.version}"
    ):
        compiled(chosen("ffff0000"))


def test_content_with_one_mistake_makes_no_layer(source: Path) -> None:
    (source / "segments/buyers.yaml").write_text("description: x\n")
    with pytest.raises(ContentInvalid):
        compiled(chosen())
    assert not list((source.parent / ".build").glob("content-*"))


def test_layers_of_earlier_runs_are_taken_away_but_for_the_newest(source: Path) -> None:
    other = source.parent / ".build" / "contents-of-another-kind"
    other.mkdir(parents=True)
    made = []
    for number in range(LAYERS_KEPT + 2):
        (source / "segments/buyers.yaml").write_text(
            f"description: Buyers {number}\nwhen: orders >= 1\nexamples: {{in: [{{orders: 1}}], out: [{{}}]}}\n"
        )
        made.append(compiled(chosen()))
        os.utime(made[-1], (number, number))
    assert sorted(module.BUILD.glob("content-*")) == sorted(made[2:])
    assert compiled(chosen()) == made[-1]
    assert made[-1].stat().st_mtime > LAYERS_KEPT + 2
    assert other.is_dir()
