"""From template and context to the parts of an email."""

import pytest

from mailwright.compose.render import LONGEST_LINE, render, tidy
from mailwright.model.content import Template
from mailwright.model.problem import Problem
from mailwright.model.send import SendTask

CONTEXT = {"customer": {"first_name": "Ann\r\n<b>"}, "shop": {"name": "Pots & Pans"}}


def task(subject: str = "") -> SendTask:
    return SendTask("0" * 16, "c", "journey:j", "s", "t", 0, 1, subject=subject)


def template(subject: str = "Hi {{ customer.first_name }}", html: str = "x", text: str = "x") -> Template:
    return Template("t", subject, "From {{ shop.name }}", html, text)


def test_subject_and_preheader_are_one_line_of_plain_text() -> None:
    made = render(template(html="<title>{{ subject }}</title>{{ preheader }}"), CONTEXT, task())
    assert made.subject == "Hi Ann"
    assert made.preheader == "From Pots & Pans"
    assert made.html == "<title>Hi Ann</title>From Pots &amp; Pans"


def test_the_steps_subject_replaces_the_templates_unless_it_comes_out_empty() -> None:
    assert render(template(), CONTEXT, task("Still there, {{ customer.first_name }}?")).subject == "Still there, Ann ?"
    assert render(template(), CONTEXT, task("{{ customer.gone }}")).subject == "Hi Ann"


def test_a_subject_is_cut_before_it_is_absurd() -> None:
    made = render(template("{{ customer.first_name }}"), {"customer": {"first_name": "x" * 500}}, task())
    assert len(made.subject) == LONGEST_LINE
    assert made.subject.endswith("…")


@pytest.mark.parametrize(
    ("made", "subject", "code"),
    [
        (template("{{ customer.gone }}"), "", "template"),
        (template(html="{% set x = 1 %}"), "", "template"),
        (template(), "{{ customer.pop() }}", "template"),
        (template(html="{% for a in l %}" + "x" * 2_000 + "{% endfor %}"), "", "too_large"),
    ],
)
def test_what_cannot_be_rendered_is_a_problem_that_names_the_template(made: Template, subject: str, code: str) -> None:
    with pytest.raises(Problem, match="'t'") as problem:
        render(made, {**CONTEXT, "l": [1] * 100}, task(subject))
    assert problem.value.code == code


def test_text_has_no_blank_lines_in_excess() -> None:
    assert tidy("\n\na  \n \n\t\n\n\nb\n\n") == "a\n\nb\n"
