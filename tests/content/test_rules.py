"""What a rule may say, and what it is told when it may not: the reason, the place, the nearest name."""

from pathlib import Path

import pytest

from mailwright.content.document import read
from mailwright.content.rule_tokens import Refused
from mailwright.content.rules import LENGTH, compile_rule, parse_rule
from mailwright.expression.closures import closure
from mailwright.expression.tree import Among, And, Column, Compare, Const, InSegment, IsNull, Like, Not, Or
from mailwright.model.columns import COLUMNS

SEGMENTS = ["frequent-buyers", "lapsed-customers"]


def test_a_rule_becomes_a_small_tree() -> None:
    assert parse_rule("orders_90d >= 2 AND days_since_last_order <= 30", ()) == And(
        [Compare(">=", Column("orders_90d"), Const(2)), Compare("<=", Column("days_since_last_order"), Const(30))]
    )
    assert parse_rule("country NOT IN ('DE', 'AT') OR city LIKE 'San%'", ()) == Or(
        [Not(Among(Column("country"), ["DE", "AT"])), Like(Column("city"), "San%")]
    )
    assert parse_rule("segment('frequent-buyers') AND age IS NOT NULL", SEGMENTS) == And(
        [InSegment("frequent-buyers"), Not(IsNull(Column("age")))]
    )


def test_column_names_may_be_written_in_any_case() -> None:
    assert parse_rule("Orders > 1", ()) == parse_rule("ORDERS > 1", ()) == parse_rule("orders > 1", ())


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_can_be_asked_for(name: str) -> None:
    said = (*COLUMNS[name].values, "x")[0]
    constant = {"number": "1", "text": f"'{said}'", "boolean": "TRUE"}[COLUMNS[name].kind]
    assert closure(parse_rule(f"{name} = {constant}", ["x"]))({name: None}) is None


@pytest.mark.parametrize("name", [name for name, spec in COLUMNS.items() if spec.values])
def test_a_column_of_a_few_words_can_be_asked_for_each_and_for_no_other(name: str) -> None:
    listed = ", ".join(f"'{value}'" for value in COLUMNS[name].values)
    assert parse_rule(f"{name} IN ({listed})", ()) == Among(Column(name), list(COLUMNS[name].values))
    for rule in (f"{name} = 'other'", f"{name} <> 'other'", f"'other' = {name}", f"{name} NOT IN ({listed}, 'other')"):
        with pytest.raises(Refused, match=f"{name} is never 'other'") as refused:
            parse_rule(rule, ())
        assert refused.value.offset == rule.index("'other'")


REFUSED = [
    # rule, where the caret stands, part of the message, part of the hint
    ("order_90d > 1", "order_90d", "no column 'order_90d'", "did you mean orders_90d?"),
    ("orders > 1 AND contry = 'DE'", "contry", "no column 'contry'", "did you mean country?"),
    ("orders / 2 > 1", "/", "division is refused", "multiply"),
    ("orders % 2 = 1", "%", "% is refused", ""),
    ("orders::text = '1'", "::", "casts", ""),
    ("CAST(orders AS text) = '1'", "CAST", "casts", ""),
    ("has_email IS NOT TRUE", "has_email", "IS NOT TRUE are refused", "NOT"),
    ("has_email IS TRUE", "has_email", "IS NOT TRUE are refused", ""),
    ("orders > 'nan'", "'nan'", "text, where a number", "single quotes"),
    ("orders > NaN", "NaN", "no column 'NaN'", ""),
    ("orders > 1e400", "1e400", "not a plain number", "write it out"),
    ("orders > 1_000", "1_000", "not a plain number", ""),
    ("orders > 0x10", "0x10", "is not a number", ""),
    ("orders > 5.", "5.", "not a plain number", ""),
    ("orders > .5", ".5", "a number starts with a digit", "0.5"),
    ("orders > 10000000000000", "10000000000000", "out of range", ""),
    ("orders > 0.12345678901234567", "0.12345678901234567", "out of range", ""),
    ("orders > 1 -- many", "-- many", "comments", "#"),
    ("orders /* all */ > 1", "/* all */", "comments", ""),
    ("lifecycle_stage = 'activ'", "'activ'", "lifecycle_stage is never 'activ'", "did you mean active?"),
    ("rfm_segment IN ('loyal', 'Champions')", "'Champions'", "rfm_segment is never", "did you mean champion?"),
    ("device = 'phone'", "'phone'", "device is never 'phone'", "known: desktop, mobile, tablet"),
    ("persona = 'lapsed-customer'", "'lapsed-customer'", "there is no persona", "did you mean lapsed-customers?"),
    ("persona = 'x'", "'x'", "there is no persona 'x'", "the name of its segment"),
    ("orders > 1 AND last_order > 2026-01-01", "2026-01-01", "no dates", "days_since_last_order <= 30"),
    ("last_order > DATE '2026-01-01'", "DATE", "no dates", "days_since_last_order"),
    ("now() > 1", "now", "no dates", "days_since_last_order"),
    ("lower(country) = 'de'", "lower", "not part of the rule language", "no functions but segment('name')"),
    ("foo(orders) = 1", "foo", "not part of the rule language", "no functions but segment('name')"),
    ("orders = '7'", "'7'", "text, where a number is needed", "single quotes"),
    ("country = 7", "7", "a number, where text is needed", ""),
    ("country = city + 1", "city", "text, where a number is needed", ""),
    ("city LIKE 'a!%' ESCAPE '!'", "ESCAPE", "ESCAPE is refused", ""),
    ("city ILIKE 'a%'", "ILIKE", "fold case differently", "IN"),
    ("city LIKE country", "city", "LIKE takes one text", ""),
    ("orders LIKE '1%'", "orders", "a column of text", ""),
    ("orders = NULL", "orders", "nothing is ever equal to NULL", "IS NULL"),
    ("orders IN (1, NULL)", "orders", "NULL in a list", ""),
    ("orders IN ()", "orders", "nothing in its brackets", ""),
    ("orders IN (SELECT 1)", "SELECT", "cannot look anything up", "segment"),
    ("orders IN (orders_7d)", "orders_7d", "constants only", ""),
    ("country IN ('DE', 7)", "7", "a number, where text is needed", ""),
    ("1 = 1", "1", "both sides are constants", ""),
    ("orders + 1 * 2 > 3", "1 * 2", "both sides are constants", "write the result"),
    ("orders BETWEEN 5 AND 1", "5", "nothing lies between", "smaller"),
    ("orders", "orders", "a number, not a condition", "orders > 0"),
    ("country", "country", "text, not a condition", "country = 'x'"),
    ("orders + 1", "orders", "a value, not a condition", ""),
    ("has_email > FALSE", "has_email", "have no order", ""),
    ("(orders > 1) = (age > 1)", "orders", "a condition stands where a value is needed", "AND"),
    ("1 < orders < 5", "1", "a condition stands where a value is needed", ""),
    ('country = "DE"', '"DE"', "double quotes", "single quotes"),
    ("country = \u2018DE\u2019", "\u2018", "typographic quote", "straight"),
    ("orders == 1", "==", "== is not SQL", "write ="),
    ("orders > 1 && age > 2", "&&", "&& is not SQL", "AND"),
    ("! has_email", "!", "not SQL's negation", "NOT"),
    ("p.orders > 1", ".", "no prefix", ""),
    ("orders > 1; DROP TABLE p", ";", "one condition", ""),
    ("CASE WHEN orders > 1 THEN TRUE END", "CASE", "CASE is not part", ""),
    ("getenv('HOME') = 'x'", "getenv", "", ""),
    ("orders > 1 AND sleep(10)", "sleep", "no function sleep()", "segment('name')"),
    ("segments('frequent-buyers')", "segments", "no function segments()", "did you mean segment?"),
    ("segment('frequent-buyer')", "'frequent-buyer'", "no segment 'frequent-buyer'", "frequent-buyers"),
    ("segment(orders)", "segment", "one name in single quotes", ""),
    ("segment('frequent-buyers') = TRUE", "segment", "a condition stands where a value", ""),
    ("orders > 1 OR", "OR", "something is missing", ""),
    ("(orders > 1", "1", "closing bracket", ""),
    ("orders > 1)", ")", "cannot read on", ""),
    ("orders 1", "1", "", ""),
    ("country = 'DE", "'DE", "not closed", "''"),
    ("orders > $1", "$", "takes no parameters", ""),
    ("country || city = 'x'", "||", "cannot be joined", ""),
    ("orders IS DISTINCT FROM 1", "DISTINCT", "refused", ""),
    ("country = 'a' 'b'", "'a'", "not part of the rule language", ""),
    ("NULL", "NULL", "not a condition", ""),
    ("orders LIKE ANY ('a')", "ANY", "", ""),
    ("country SIMILAR TO 'x'", "SIMILAR TO", "not part of the rule language", ""),
    ("", "", "the rule is empty", ""),
]


@pytest.mark.parametrize(("rule", "caret", "message", "hint"), REFUSED, ids=[rule[0] for rule in REFUSED])
def test_what_is_refused_says_why_and_where(rule: str, caret: str, message: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_rule(rule, SEGMENTS)
    assert message in refused.value.message
    assert hint in refused.value.hint
    if rule not in _NO_PLACE:
        assert rule[refused.value.offset :].startswith(caret)


_NO_PLACE = {"NULL", "orders LIKE ANY ('a')", "country = 'a' 'b'", "orders 1"}  # sqlglot keeps no place for these


@pytest.mark.parametrize(
    "rule",
    [
        "NOT " * 400 + "has_email",
        "(" * 300 + "has_email" + ")" * 300,
        "orders" + " + orders" * 150 + " > 1",
        "-" + "(-" * 30 + "orders" + ")" * 30 + " > 1",
        "orders > 1 OR " * (LENGTH // 13) + "orders > 1",
        f"orders IN ({', '.join(map(str, range(300)))})",
        f"city LIKE '{'a' * 101}'",
    ],
    ids=["NOTs", "brackets", "sums", "minuses", "long", "list", "pattern"],
)
def test_what_is_too_large_is_refused_not_crashed_on(rule: str) -> None:
    with pytest.raises(Refused):
        parse_rule(rule, ())


def test_a_long_chain_of_ands_is_flat() -> None:
    tree = parse_rule(" AND ".join(["orders > 1"] * 120), ())
    assert isinstance(tree, And)
    assert len(tree.terms) == 120


@pytest.mark.parametrize(
    "text",
    [
        "when: orders > 1 AND contry = 'DE'\n",
        "when:    orders > 1   AND   contry = 'DE'\n",
        "when: \"orders > 1 AND contry = 'DE'\"\n",
        "when: 'orders > 1 AND contry = ''DE'''\n",
        "when: >-\n  orders > 1\n  AND contry = 'DE'\n",
        "when: |\n  orders > 1\n    AND contry = 'DE'\n",
        "when: orders > 1\n  AND contry = 'DE'\n",
        "# ä comment\nname: x\nwhen: >\n\n    orders > 1 AND\n\n    contry = 'DE'\n",
        "when: {x: 1}\n",
    ],
)
def test_the_caret_finds_the_word_in_every_style_of_yaml(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text(text, encoding="utf-8")
    document, _ = read(path, tmp_path)
    assert document is not None
    rule, (finding,) = compile_rule(document.data["when"], document, ("when",), ())
    assert rule is None
    rest = text.split("\n")[finding.line - 1][finding.column - 1 :]
    assert rest.startswith("contry" if "contry" in text else "{x")
