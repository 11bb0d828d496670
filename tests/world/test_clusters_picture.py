"""Elbow and silhouette: in a file, and in the report of the replay they were looked for in."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from local.clusters.picture import into_report, picture, plot
from local.report.amend import amended
from local.report.page import page
from local.report.pictures import History, pictures
from mailwright.model.clusters import Choice, Cluster, Clusters, Lineage
from mailwright.model.content import Content, Shop
from mailwright.model.profile import Profile

SHOP = Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street")
LINEAGE = Lineage("replay", "2026-11-01T03:00:00.000Z", "c1", "0.1.0", 10, 10)
TABLE = [Choice(k, 900.0 / k, 0.5 - k / 20, 0.3, 0.01, 0.9, 0.1, "" if k == 3 else "too alike") for k in range(2, 6)]
CLUSTER = Cluster("Loyal </script><b>", 6, 0.6, {}, [], {}, [])
FOUND = Clusters("clusters", "3 clusters: of course", LINEAGE, "v1", 3, clusters=[CLUSTER], choice=TABLE)
NONE = Clusters("no structure", "no number of clusters passed", LINEAGE, "v2", choice=TABLE)


def report(**told: object) -> str:
    return page("Shop", [("overview", {"title": "<Shop>", **told}), ("block-0", "x")])


def shown(text: str) -> list[str]:
    block = text.split('id="overview">', 1)[1].split("</script>", 1)[0]
    return [one["name"] for one in json.loads(block)["pictures"]]


def test_the_table_says_what_the_drawing_says() -> None:
    made = picture(FOUND)
    assert made.svg is not None
    ElementTree.fromstring(made.svg)  # noqa: S314 our own
    assert [row[0] for row in made.rows] == ["2", "3 (chosen)", "4", "5"]
    assert all(len(row) == len(made.head) for row in made.rows)
    assert made.note == "Loyal </script><b> 60%. 3 clusters: of course."
    assert "3 clusters were chosen" in made.svg


def test_a_refusal_is_drawn_as_one() -> None:
    made = picture(NONE)
    assert made.svg is not None
    assert "No number of clusters stands out" in made.svg
    assert made.note.startswith("No structure: ")
    assert picture(Clusters("no structure", "hardly two customers", LINEAGE)).svg is None


@pytest.mark.parametrize("model", [FOUND, NONE, Clusters("no structure", "hardly two customers", LINEAGE)])
def test_a_file_of_its_own(model: Clusters, tmp_path: Path) -> None:
    plot(model, tmp_path / "clusters.svg")
    assert ElementTree.parse(tmp_path / "clusters.svg").getroot().tag.endswith("svg")  # noqa: S314 our own


def test_a_report_takes_it_up_once_and_stays_a_report(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(report(pictures=[{"name": "sizes"}]), encoding="utf-8")
    assert into_report(NONE, tmp_path)
    assert into_report(FOUND, tmp_path)
    once = file.read_text(encoding="utf-8")
    assert shown(once) == ["sizes", "clusters"]
    assert "Loyal </script>" not in once
    assert once == amended(once, picture(FOUND))
    before = report(pictures=[{"name": "sizes"}])
    assert once.split('id="overview">')[0] == before.split('id="overview">')[0]
    assert once.split("</script>", 1)[1] == before.split("</script>", 1)[1]
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_what_is_no_report_with_pictures_is_left_alone(tmp_path: Path) -> None:
    assert not into_report(FOUND, tmp_path)
    for text in (
        "",
        "<html>",
        report(),
        report(pictures=[]),
        '<script type="application/json" id="overview">{</script>',
    ):
        (tmp_path / "report.html").write_text(text, encoding="utf-8")
        assert not into_report(FOUND, tmp_path)
        assert (tmp_path / "report.html").read_text(encoding="utf-8") == text


def test_a_world_that_goes_by_clusters_shows_them() -> None:
    history = History([Profile("ada")], [], [], Content(SHOP, clusters=FOUND), 0)
    assert [one.name for one in pictures(history)][-1] == "clusters"
