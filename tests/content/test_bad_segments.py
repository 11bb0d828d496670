"""What may be wrong with segments, as `mailwright check` says it: file, place and reason; nothing is published."""

from pathlib import Path

import pytest

from local.content import shown
from local.segments.sizes import sizes
from mailwright.content.publish import examine
from mailwright.model.profile import Profile
from mailwright.model.run import Counts, Run
from tests.content.folder import SEGMENT, folder


def said(root: Path, files: dict[str, str]) -> str:
    """All that is said of a folder with these segments; none of it may be published."""
    folder(root, {f"segments/{name}.yaml": text for name, text in files.items()})
    content, findings = examine(root)
    assert content is None
    return "\n".join(shown(findings, root)).replace(f"{root}/segments/", "")


def rule(text: str) -> str:
    return SEGMENT.replace("orders >= 1", text)


def test_a_wrong_rule(tmp_path: Path) -> None:
    assert said(tmp_path, {"x": rule("orders >= 1 AND")}) == (
        "x.yaml:2:19: something is missing here\n  2 | when: orders >= 1 AND\n    |                   ^"
    )


def test_an_unknown_column(tmp_path: Path) -> None:
    assert said(tmp_path, {"x": rule("orders >= 1 AND order_90d > 2")}) == (
        "x.yaml:2:23: there is no column 'order_90d' (did you mean orders_90d?)\n"
        "  2 | when: orders >= 1 AND order_90d > 2\n"
        "    |                       ^"
    )


DEEP = """\
description: Deep
when: >-
  orders >= 1 AND (
    country IN ('DE', 'AT') OR NOT (
      has_email AND (age > 30 OR (city LIKE 'San %' AND (orders_90d + 2 * orders_30d < revenue OR
        (gender = 'f' AND (device = 'mobile' OR last_viewed_category < 5))))
    )
  ))
examples: {in: [{orders: 1}], out: [{orders: 0}]}
"""


def test_a_type_error_deep_in_a_nested_rule_of_several_lines(tmp_path: Path) -> None:
    assert said(tmp_path, {"x": DEEP}) == (
        "x.yaml:6:72: this is a number, where text is needed (text goes in single quotes, numbers do not)\n"
        "  6 |         (gender = 'f' AND (device = 'mobile' OR last_viewed_category < 5))))\n"
        "    |                                                                        ^"
    )


def test_a_circle_of_segments(tmp_path: Path) -> None:
    found = said(
        tmp_path, {"a": rule("orders >= 1 AND NOT segment('b')"), "b": rule("orders >= 1 AND NOT segment('a')")}
    )
    assert found == (
        "a.yaml:2:7: segments ask for each other in a circle: a -> b -> a\n"
        "  2 | when: orders >= 1 AND NOT segment('b')\n"
        "    |       ^"
    )


def test_a_persona_that_asks_for_the_persona(tmp_path: Path) -> None:
    found = said(tmp_path, {"a": rule("orders >= 1 AND persona IS NULL") + "persona: 1\n"})
    assert found.startswith("a.yaml:2:7: segments ask for each other in a circle: a -> a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("'TRUE'", "x.yaml:3:37: this customer should be out but the rule says in (when: TRUE)"),
        ("'FALSE'", "x.yaml:3:17: this customer should be in but the rule says out (when: FALSE)"),
        ("orders > 5 AND orders < 3", "x.yaml:3:17: this customer should be in but the rule says out"),
        ("orders > 5 OR orders <= 5", "x.yaml:3:37: this customer should be out but the rule says in"),
        ("orders BETWEEN 5 AND 3", "x.yaml:2:22: nothing lies between these two (the smaller one comes first)"),
    ],
)
def test_a_rule_that_is_true_for_everyone_or_no_one(tmp_path: Path, text: str, message: str) -> None:
    assert said(tmp_path, {"x": rule(text)}).startswith(message)


def test_a_rule_that_may_be_true_for_everyone_is_pointed_out_and_stops_nothing(tmp_path: Path) -> None:
    folder(tmp_path, {"segments/x.yaml": rule("orders >= 0").replace("{orders: 0}", "{}")})
    content, findings = examine(tmp_path)
    assert content is not None
    assert list(shown(findings, tmp_path)) == [
        f"{tmp_path}/segments/x.yaml:3:36: warning: of every customer here too little is known to say: the rule may be "
        "true for everyone (add one of whom it is false; when: orders >= 0)",
        "  3 | examples: {in: [{orders: 1}], out: [{}]}",
        "    |                                    ^",
    ]


@pytest.mark.parametrize(("members", "share"), [(0, "0.0 %"), (50, "50.0 %"), (100, "100.0 %")])
def test_segments_shows_the_share_of_the_customers_also_of_no_one_and_everyone(members: int, share: str) -> None:
    profiles = [Profile(str(n), segments=["x"] if n < members else []) for n in range(100)]
    run = Run("20260101T030000Z", 0, "v1", Counts(100, sizes={"x": 7}))
    assert [row[:3] for row in sizes(profiles, [run], [])[1:]] == [["x", str(members), share]]


def test_every_shipped_segment_says_who_it_is_and_what_for(tmp_path: Path) -> None:
    content, findings = examine(Path(__file__).parents[2] / "layers" / "content")
    assert content is not None
    assert findings == []
    asked = {
        "frequent-buyers", "engaged-but-infrequent", "lapsed-customers", "new-customers", "high-frequency-engagers",
        "infrequent-browsers", "cart-abandoners", "content-downloaders", "localised", "churn-risk", "tech-enthusiast",
        "bargain-hunter", "loyal-customer",
    }  # fmt: skip
    assert asked <= content.segments.keys()
    for segment in content.segments.values():
        assert segment.description.endswith(".")
        assert segment.approach.endswith(".")
    assert [name for name in sorted(asked) if content.segments[name].persona] == [
        "bargain-hunter", "loyal-customer", "tech-enthusiast",
    ]  # fmt: skip
