"""Segments in their order, and the persona that follows from them."""

import pytest

from mailwright.content.rules import parse_rule
from mailwright.model.content import Content, Segment, Shop
from mailwright.segments.membership import compiled, in_order, members, personas

SHOP = Shop("Shop", "https://shop.example.com", "Shop <a@shop.example.com>", "1 Street")
NAMES = ("thrifty", "loyal", "frequent", "thrifty-women", "odd")


def segment(name: str, rule: str, persona: int = 0) -> Segment:
    return Segment(name, name, parse_rule(rule, NAMES), rule, persona)


SEGMENTS = {
    one.name: one
    for one in (
        segment("thrifty", "price_band = 'low'", 2),
        segment("loyal", "segment('frequent')", 1),
        segment("frequent", "orders >= 3"),
        segment("thrifty-women", "persona = 'thrifty' AND gender = 'f'"),
    )
}
CONTENT = Content(SHOP, segments=SEGMENTS)


def test_a_rule_that_asks_for_the_persona_comes_after_every_persona() -> None:
    assert [one.name for one in in_order(SEGMENTS)] == ["frequent", "loyal", "thrifty", "thrifty-women"]
    assert personas(SEGMENTS) == ["loyal", "thrifty"]


def test_of_two_personas_the_first_by_rank_is_theirs() -> None:
    row = {"orders": 3, "price_band": "low", "gender": "f", "persona": None}
    assert members(row, CONTENT) == ["frequent", "loyal", "thrifty"]
    facts = dict(row)
    compiled(CONTENT)(facts)
    assert facts["persona"] == "loyal"
    assert members({**row, "orders": 1}, CONTENT) == ["thrifty", "thrifty-women"]


def test_a_persona_cannot_ask_for_the_persona() -> None:
    circle = {"odd": segment("odd", "persona = 'odd'", 1)}
    with pytest.raises(ValueError, match="odd -> odd"):
        in_order(circle)
