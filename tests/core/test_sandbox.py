"""A template reads plain data and prints text. Whatever else it tries, nothing runs and nothing leaks."""

import pytest

from mailwright.compose.sandbox import MAX_OUTPUT, Program, TemplateRefused, TooLarge, parse
from tests.core.hostile import payloads

CANARY = "canary-7f"


class Thing:
    """What must never be in a context; put there to show that even then nothing of it is reached."""

    ran = 0

    def __init__(self) -> None:
        self.secret = CANARY
        self._secret = CANARY

    def run(self) -> str:
        Thing.ran += 1
        return CANARY

    def __str__(self) -> str:
        Thing.ran += 1
        return CANARY

    __repr__ = __html__ = __str__

    def __getitem__(self, name: object) -> str:
        Thing.ran += 1
        return CANARY

    def __iter__(self) -> object:
        Thing.ran += 1
        return iter([CANARY])


def hostile_context() -> dict[str, object]:
    thing = Thing()
    lines = [{"name": "<b>Mug</b>", "price": 1.5, "quantity": 2}, {"name": "Throw", "price": None, "quantity": 1}]
    return {
        "customer": {"first_name": "Ann <script>alert(1)</script>", "empty": "", "none": None},
        "cart": {"lines": lines, "total": 12.5},
        "shop": {"currency": "GBP", "locale": "en-GB"},
        "thing": thing,
        "things": [thing],
    }


def test_the_corpus_is_large() -> None:
    assert len(payloads()) >= 150
    assert len(set(payloads())) == len(payloads())


@pytest.mark.parametrize("kind", ["html", "text"])
def test_no_payload_runs_leaks_or_breaks(kind: str) -> None:
    executed = leaked = refused = 0
    Thing.ran = 0
    for payload in payloads():
        try:
            shown = Program(kind, payload)(hostile_context())  # type: ignore[arg-type]
        except TemplateRefused:
            refused += 1
            continue
        leaked += any(word in shown for word in (CANARY, "root:", "object at", "<class", "built-in", "__", "<script"))
        executed += len(shown) > MAX_OUTPUT
    executed += Thing.ran
    assert (executed, leaked) == (0, 0)
    assert refused > 100


def test_what_templates_need_works() -> None:
    source = (
        "{% for line in cart.lines %}{{ loop.index }}. {{ line.quantity }} x {{ line.name }}"
        "{% if line.price %} {{ line.price | money }}{% endif %}{{ ', ' if not loop.last }}{% endfor %}"
        " {{ customer.none | default('there') | upper }} {{ 1 + 2 * 3 - 4 }} {{ 'a' ~ customer.none ~ 1 }}"
    )
    assert Program("text", source)(hostile_context()) == "1. 2 x Mug £1.50, 2. 1 x Throw THERE 3 a1"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ customer.first_name }}", "Ann &lt;script&gt;alert(1)&lt;/script&gt;"),
        ("{{ '<b>' }}{{ '<b>' ~ '&' }}", "&lt;b&gt;&lt;b&gt;&amp;"),
        ("{{ customer.none }}{{ customer.gone }}{{ gone }}{{ gone.further }}{{ none }}", ""),
        ("{{ customer }}{{ cart.lines }}{{ (1, 2) }}", ""),
        ("{{ customer.none > 3 }} {{ customer.none <= 3 }} {{ 1 < 2 < 3 }}", "no no yes"),
        ("{{ cart.lines[0].name }}{{ cart.lines[9].name }}{{ cart.lines['x'] }}", "&lt;b&gt;Mug&lt;/b&gt;"),
        ("{% for l in cart.lines[:1] %}{{ l.quantity }}{% endfor %}{% for l in customer %}x{% endfor %}", "2"),
    ],
)
def test_html_escapes_and_missing_values_print_nothing(source: str, shown: str) -> None:
    assert Program("html", source)(hostile_context()) == shown


def test_text_strips_tags_and_control_characters_even_when_nested() -> None:
    context = {"x": "a\x00b\x1b[31m\r\nc <scr<b>ipt>d</script> \u202egnp.exe 1 < 2"}
    assert Program("text", "{{ x }}")(context) == "ab[31m c ipt>d gnp.exe 1 < 2"


def test_output_is_bounded_and_loops_are_cut() -> None:
    many = {"cart": {"lines": [{"name": "x"}] * 5_000}}
    assert Program("text", "{% for l in cart.lines %}x{% endfor %}")(many) == "x" * 100
    big = "{% for l in cart.lines %}" + "y" * 2_000 + "{% endfor %}"
    with pytest.raises(TooLarge):
        Program("text", big)(many)
    deep = "{% for a in cart.lines %}{% for b in cart.lines %}" + "z" * 50 + "{% endfor %}{% endfor %}"
    with pytest.raises(TooLarge):
        Program("html", deep)(many)


def test_a_long_quiet_stretch_does_not_end_the_email() -> None:
    source = "{% for a in x %}{{ none }}{% endfor %}" * 5 + "end"
    assert Program("text", source)({"x": [1] * 100}) == "end"


def test_refusals_name_the_line_and_every_mistake() -> None:
    with pytest.raises(TemplateRefused) as refused:
        parse("a\n{{ x | uper }}\n{% set y = 1 %}")
    assert [(one.line, one.word) for one in refused.value.found] == [(2, "uper"), (3, "")]
    assert "upper" in refused.value.found[0].known
