"""Rows at the edges of what there can be: empty, enormous, a million alike. Segments stay right."""

from pathlib import Path

import polars as pl

from mailwright.content.publish import compile_folder
from mailwright.content.rules import parse_rule
from mailwright.decide.decide import decide
from mailwright.fold.reduce import reduce
from mailwright.fold.view import columns
from mailwright.model.columns import COLUMNS
from mailwright.model.content import Content, Segment
from mailwright.model.event import Event
from mailwright.model.profile import COUNTERS, Position, Product, Profile, View
from mailwright.model.run import Counts
from mailwright.model.state import decode_profile, encode_profile
from mailwright.model.times import DAY, HOUR
from mailwright.segments.membership import compiled, members
from mailwright.vector.differences import ID, MOVED, WAS, Differences, compared
from mailwright.vector.frame import TYPES
from mailwright.vector.membership import plan

NOW = 1_767_225_600_000
SHIPPED = compile_folder(Path(__file__).parents[2] / "layers" / "content")
MILLION = 1_000_000


def test_a_profile_that_misses_every_field_is_in_no_shipped_segment_by_either_way() -> None:
    empty = decode_profile(encode_profile(Profile("nobody")))
    assert members(columns(empty, NOW), SHIPPED) == []
    found = Differences(SHIPPED)
    found.add([empty], NOW)
    assert found.found() == ([], Counts(1, sizes=dict.fromkeys(SHIPPED.segments, 0), stages={"new": 1}))


def test_a_row_in_which_no_column_is_known_is_in_no_shipped_segment_by_either_way() -> None:
    assert compiled(SHIPPED)(dict.fromkeys(COLUMNS)) == []
    made = plan(SHIPPED)
    frame = pl.DataFrame({name: pl.Series([None], dtype=TYPES[COLUMNS[name].kind]) for name in made.columns})
    assert made.settle(frame).select(made.marks).rows() == [(0,) * len(made.marks)]


def test_a_segment_of_a_million_members_is_entered_and_counted_by_all_of_them() -> None:
    rules = {"everyone": "TRUE", "no-one": "FALSE", "one": "orders = 999999"}
    content = Content(
        SHIPPED.shop, segments={name: Segment(name, name, parse_rule(rule, ()), rule) for name, rule in rules.items()}
    )
    ids = pl.int_range(MILLION, eager=True)
    frame = pl.DataFrame({"orders": ids.cast(pl.Float64), ID: ids.cast(pl.String)}).with_columns(
        pl.lit(value=False).alias(MOVED), pl.lit(2, dtype=pl.UInt64).alias(WAS + "mark0")
    )
    counts = Counts()
    assert len(compared(plan(content), frame, counts)) == MILLION
    assert counts.sizes == {"everyone": MILLION, "no-one": 0, "one": 1}
    assert (counts.entered, counts.left) == ({"everyone": MILLION, "one": 1}, {"no-one": MILLION})


def small(name: str) -> Profile:
    events = [
        Event(f"{name}-1", NOW - 40 * DAY, name, "track", "Order Completed", data={"total": 900}),
        Event(f"{name}-2", NOW - HOUR, name, "page"),
    ]
    return reduce(Profile(name), events)


def enormous(name: str) -> Profile:
    """All that a row can hold, and then some: each field at its bound, with long texts that do not compress."""
    noise = "".join(chr(0x4E00 + place * 7919 % 20_000) for place in range(500))
    profile = small(name)
    day = NOW // DAY
    profile.days = {day - ago: [place * ago % 997 + 1 for place in range(len(COUNTERS))] for ago in range(399, -1, -1)}
    profile.traits |= {f"trait-{n}": (NOW, noise[n : n + 400]) for n in range(40)}
    profile.views = [
        View(NOW - n * HOUR, f"p{n}", Product(f"p{n}", noise[n:], 5_00, f"https://a/{noise[-n:]}", category="Audio"))
        for n in range(20)
    ]
    profile.journeys = {f"journey-{n}": Position(n + 1, NOW - DAY, noise[:60]) for n in range(50)}
    profile.ids = {day - n: bytes((n * m * 31 + m) % 251 for m in range(1, 6 * 250)) for n in range(30)}
    profile.categories = {noise[n : n + 60]: {day // 28 - p: n + p + 1 for p in range(12, -1, -1)} for n in range(100)}
    return profile


def test_one_customer_with_a_row_a_hundred_times_as_large_as_the_others_is_placed_like_anybody() -> None:
    giant, others = enormous("giant"), [small(f"c{n}") for n in range(50)]
    rows = [encode_profile(profile) for profile in (*others[:25], giant, *others[25:])]
    assert 400_000 > len(rows[25]) > 100 * max(map(len, rows[:25]))
    profiles = list(map(decode_profile, rows))
    assert profiles[25] == giant
    with_giant, without = Differences(SHIPPED), Differences(SHIPPED)
    with_giant.add(profiles, NOW)
    without.add([*profiles[:25], *profiles[26:]], NOW)
    (changed, counts), (others_changed, others_counts) = with_giant.found(), without.found()
    wanted = members(columns(giant, NOW), SHIPPED)
    assert len(wanted) > 2
    assert [name for name in changed if name != "giant"] == others_changed == [other.customer_id for other in others]
    assert changed[25] == "giant"
    assert {name: size - others_counts.sizes[name] for name, size in counts.sizes.items()} == {
        name: int(name in wanted) for name in SHIPPED.segments
    }
    assert decide(giant, giant, [], SHIPPED, NOW).profile.segments == wanted
