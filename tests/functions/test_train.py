"""The function that trains, as the scheduler invokes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.train.handler import handler
from mailwright import bootstrap
from mailwright.model.clusters import Axis, Cluster, Clusters, Lineage
from mailwright.model.content import Content, Shop, encode_content
from mailwright.model.profile import Profile
from mailwright.settings import Settings
from mailwright.workflow.clusters import FRESH, keep
from tests.fakes.lake import FakeLake
from tests.fakes.profiles import FakeProfiles

NOW = 1_767_225_600_000
SHOP = Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street")


def test_content_comes_with_the_clusters_in_use_where_function_toml_asks_for_them(tmp_path: Path) -> None:
    file, lake, now = tmp_path / "content.json", FakeLake(), NOW
    file.write_bytes(encode_content(Content(SHOP, "v1")))
    lineage = Lineage("table", "2026-01-01T01:00:00Z", "v1", "0.1.0", 600, 600)
    axis = Axis("orders", unknown=0, log=False, centre=0, spread=1, limit=3)
    made = Clusters("clusters", "", lineage, "v", 1, clusters=[Cluster("All", 1, 1.0, {}, [0.0], {}, [])], axes=[axis])
    without = bootstrap.App(Settings({"CONTENT_FILE": str(file)}))
    assert without.content.clusters is None
    app = bootstrap.App(Settings({"CONTENT_FILE": str(file), "CLUSTERS_BUCKET": "lake"}), clock=lambda: now)
    app.__dict__["models"] = lake
    assert app.content == Content(SHOP, "v1")
    keep(lake, made, NOW)
    assert app.content.clusters is None
    now += FRESH
    assert app.content.clusters == made
    assert app.content is app.content
    app.content = Content(SHOP, "mine")  # type: ignore[misc]
    assert app.content.version == "mine"


class Context:
    function_name = "train"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.fixture
def lake() -> Iterator[FakeLake]:
    found, profiles = FakeLake(), FakeProfiles()
    profiles.put(Profile("ada", first_seen=NOW, last_seen=NOW))
    app = bootstrap.App(Settings({}))
    app.__dict__.update(profiles=profiles, models=found, content=Content(SHOP, "v1"))
    bootstrap.use(app)
    yield found
    bootstrap.use(None)


def test_what_is_too_little_is_told_in_the_log_and_published_nowhere(
    lake: FakeLake, caplog: pytest.LogCaptureFixture
) -> None:
    told: dict[str, Any] = handler({"scheduled": "2026-01-01T01:00:00Z"}, Context())  # type: ignore[arg-type]
    assert (told["verdict"], told["published"], told["read"]) == ("no structure", False, 1)
    assert [key.split("/")[2] for key in lake.objects] == ["refused"]
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.__dict__["why"] == "1 customers are too few to tell: 500 are needed"
