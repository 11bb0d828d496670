"""Pictures: well-formed, told in words as well, within their frame, whatever they are drawn of."""

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.charts import choice, flow, heat, mark, sizes, turnover
from local.charts.mark import WIDTH
from local.charts.scale import clipped, short, thinned, ticks
from local.report.pictures import RANKS, words
from mailwright.model.scale import STANDARD, Scale

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</svg><script>alert('x')</script>&\"<b>"


def parsed(drawn: str) -> ElementTree.Element:
    """The picture; it says what it shows, and nothing in it leaves the frame."""
    root = ElementTree.fromstring(drawn)  # noqa: S314 our own, drawn a moment ago
    title, told = root[0], root[1]
    assert (title.tag, told.tag) == (f"{SVG}title", f"{SVG}desc")
    assert title.text
    assert told.text
    assert "nan" not in drawn
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert width == WIDTH
    for one in root.iter():
        assert one.tag != f"{SVG}script"
        x, y = float(one.get("x", 0)), float(one.get("y", 0))
        assert -0.01 <= x <= width + 0.01, one.attrib
        assert -0.01 <= y + float(one.get("height", 0)) <= height + 0.01, one.attrib
        assert float(one.get("width", 0)) >= 0
        assert float(one.get("height", 0)) >= 0
    return root


def texts(root: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in root.iter(f"{SVG}text")]


counts = st.integers(0, 5_000_000)


names = st.text(max_size=40).filter(str.isprintable)
lines = st.tuples(names, st.lists(counts, min_size=1, max_size=90), counts, counts)


@given(st.lists(lines, max_size=30))
def test_sizes_of_any_segments_are_drawn(rows: list[tuple[str, list[int], int, int]]) -> None:
    root = parsed(sizes.sizes([sizes.Row(*row) for row in rows], "2010-12 … 2011-11"))
    assert len(root.findall(f"{SVG}g")) == len(rows)


stages = st.sampled_from(list(RANKS))


@given(st.dictionaries(stages, st.dictionaries(stages, counts, max_size=6), max_size=6))
def test_any_moves_between_stages_are_drawn_with_the_sums_of_both_sides(flows: dict[str, dict[str, int]]) -> None:
    root = parsed(flow.flow(flows, RANKS))
    moved = {(a, b): n for a, flow in flows.items() for b, n in flow.items() if n and a != b}
    assert len(root.findall(f"{SVG}path")) == len(moved)
    for before in RANKS:
        total = sum(n for (a, _), n in moved.items() if a == before)
        said = f"{before.replace('_', ' ')} {short(total)}"
        assert (said in texts(root)) or not total


def test_a_move_to_a_better_stage_is_a_gain_and_one_that_is_neither_is_grey() -> None:
    root = parsed(flow.flow({"new": {"repeat": 1, "active": 1, "lost": 1}}, RANKS))
    assert [one.attrib["class"] for one in root.findall(f"{SVG}path")] == ["up", "even", "down"]


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=400))
def test_neighbours_are_joined_and_nobody_is_lost(numbers: list[tuple[int, int]]) -> None:
    spans = [turnover.Span(str(place), *pair) for place, pair in enumerate(numbers)]
    parsed(turnover.turnover(spans))
    made = turnover.joined(spans)
    assert len(made) <= turnover.MOST
    assert sum(one.entered for one in made) == sum(one.entered for one in spans)
    assert sum(one.left for one in made) == sum(one.left for one in spans)


places = st.tuples(st.integers(1, 5), st.integers(1, 5))


@given(st.dictionaries(places, st.builds(heat.Field, st.integers(1, 5_000_000), st.floats(-1e7, 1e7))))
def test_any_buyers_are_drawn_in_their_field(fields: dict[tuple[int, int], heat.Field]) -> None:
    root = parsed(heat.heat(fields, *words(STANDARD), "EUR"))
    assert len([one for one in root.iter(f"{SVG}rect") if one.get("class") == "heat"]) == len(fields)


def test_scores_are_told_by_the_edges_of_the_shop() -> None:
    recency, frequency = words(Scale(recency=(7, 30, 31, 60), frequency=(2, 3, 5, 10)))
    assert recency == ["60+ d", "31–59 d", "30 d", "7–29 d", "under 7 d"]
    assert frequency == ["1 order", "2", "3–4", "5–9", "10+ orders"]


@given(
    st.dictionaries(st.integers(1, 40), st.tuples(st.floats(0, 1e12), st.none() | st.floats(-1, 1)), max_size=40),
    st.none() | st.integers(1, 40),
)
def test_elbow_and_silhouette_of_any_search_are_drawn(found: dict[int, tuple[float, float | None]], k: int) -> None:
    tried = [choice.Tried(number, *pair) for number, pair in found.items()]
    root = parsed(choice.choice(tried, k))
    dots = list(root.iter(f"{SVG}circle"))
    assert len(dots) == len(tried) + sum(one.silhouette is not None for one in tried)
    assert len([dot for dot in dots if dot.attrib["class"] == "ring"]) == sum(
        1 + (one.silhouette is not None) for one in tried if one.k == k
    )


def test_a_hostile_name_is_a_name() -> None:
    row = sizes.Row(HOSTILE[:20], [1, 2], 0, 0)
    assert clipped(HOSTILE[:20], sizes.MOST_LETTERS) in texts(parsed(sizes.sizes([row], "")))


def test_a_file_of_its_own_has_its_colours_for_light_and_dark() -> None:
    alone = mark.standalone(turnover.turnover([turnover.Span("2026-11-01", 3, 1)]), "Coming & going")
    root = ElementTree.fromstring(alone)  # noqa: S314 our own
    assert "Coming & going" in texts(root)
    assert "prefers-color-scheme:dark" in alone
    sheet = alone[alone.index("<style>") : alone.index("</style>")]
    for name in {part.split(")")[0] for part in sheet.split("var(")[1:]}:
        assert sheet.count(f"{name}:#") == 2, name


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_ticks_are_round_and_cover_both_ends(one: float, other: float) -> None:
    low, high = sorted((one, other))
    marks = ticks(low, high)
    assert 2 <= len(marks) <= 8
    assert marks == sorted(set(marks))
    slack = 1e-6 * max(1, abs(low), high - low)
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (7, "7"),
        (0.25, "0.25"),
        (81.5, "81.5"),
        (1204, "1,204"),
        (12_449, "12.4k"),
        (3e6, "3M"),
        (-20_000, "-20k"),
    ],
)
def test_numbers_are_short(number: float, said: str) -> None:
    assert short(number) == said


@given(st.lists(st.integers(), min_size=1, max_size=300), st.integers(2, 60))
def test_thinning_keeps_both_ends(values: list[int], most: int) -> None:
    made = thinned(values, most)
    assert len(made) == min(len(values), most)
    assert (made[0], made[-1]) == (values[0], values[-1])


def rules(sheet: str) -> Iterator[str]:
    yield from (rule for rule in sheet.split("}") if rule.strip())


def test_the_style_speaks_of_pictures_alone() -> None:
    assert all(rule.startswith(".picture ") for rule in rules(mark.style()))
