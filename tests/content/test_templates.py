"""A marketer's mistakes in templates: each is found, with its place and what was meant."""

from pathlib import Path

import pytest

from mailwright.content.templates import compile_templates
from mailwright.model.content import Template

ABOUT = "subject: Hello\npreheader: There\n"
END = (
    '<mj-section><mj-column><mj-text>{{ shop.address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>'
    "</mj-column></mj-section>"
)


def write(root: Path, body: str, about: str = ABOUT, **files: str) -> None:
    folder = root / "templates" / "hello"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "blocks").mkdir(exist_ok=True)
    (folder / "template.yaml").write_text(about)
    (folder / "template.mjml").write_text(body)
    for name, text in files.items():
        (root / "blocks" / f"{name}.mjml").write_text(text)


def whole(inside: str, end: str = END) -> str:
    return f"<mjml>\n<mj-body>\n{inside}\n{end}\n</mj-body>\n</mjml>\n"


def text(inside: str) -> str:
    return whole(f"<mj-section><mj-column><mj-text>\n{inside}\n</mj-text></mj-column></mj-section>")


def found(root: Path) -> list[str]:
    return [str(finding) for finding in compile_templates(root)[1]]


def good(root: Path) -> Template:
    templates, findings = compile_templates(root)
    assert findings == []
    return templates["hello"]


def test_a_good_template_becomes_html_and_text(tmp_path: Path) -> None:
    write(tmp_path, text("Dear {{ customer.first_name | default('friend') }} &amp; all<br />2 &lt; 3"))
    made = good(tmp_path)
    assert made.html.startswith("<!doctype html>")
    assert "{{ customer.first_name | default('friend') }} &amp; all" in made.html
    assert "Dear {{ customer.first_name | default('friend') }} & all\n2 < 3" in made.text
    assert "Unsubscribe ({{ unsubscribe_url }})" in made.text
    assert (made.cls, made.subject, made.preheader) == ("M", "Hello", "There")


# What is written inside <mj-text> on line 4, and the finding.
@pytest.mark.parametrize(
    ("inside", "finding"),
    [
        ("{{ frist_name }}", "4:4: there is no variable 'frist_name'"),
        ("Hi {{ customer.frist_name }}", "4:16: customer has no 'frist_name' (did you mean first_name?)"),
        ("{{ customer.first_name }}", "4:13: customer.first_name is not known of every customer: add | default('...')"),
        ("{{ customer.traits.shoe }}", "4:20: customer.traits.shoe is not known of every customer"),
        ("{{ cart.lines }}", "4:9: cart.lines is a list, which cannot be printed"),
        ("{{ cart.lines.name }}", "4:15: cart.lines is a list and has no 'name'; go over it with {% for %}"),
        ("{{ cart.lines[0].name }}", "cart.lines[0] is not known of every customer"),
        ("{{ offer.title }}", "4:4: offer is not known of every customer"),
        ("{% if offer %}{{ offer.code }}{% endif %}", "offer.code is not known of every customer"),
        ("{{ customer.name | uper }}", "4:20: there is no filter 'uper' (did you mean upper?)"),
        ("{% if customer is deffined %}x{% endif %}", "there is no test 'deffined' (did you mean defined?)"),
        ("{% for x in cart.url %}{% endfor %}", "cart.url is no list to go over"),
        ("{% for line in cart.lines %}{{ line.nam }}{% endfor %}", "line has no 'nam' (did you mean name?)"),
        ("{% for line in cart.lines %}{% endfor %}{{ line.name }}", "there is no variable 'line'"),
        ("{% if x", "4:1: {% is not closed (end it with %})"),
        ("{{ 1 + }}", "unexpected 'end of print statement'"),
        ("{% endif %}", "Encountered unknown tag 'endif'"),
        ("{% if cart.lines %}<b>{% endif %}</b>", "{% if %} is not closed in <mj-text>"),
        ("{{ customer.items() }}", "calling something with ( ) is not possible"),
        ("{% set a = 1 %}", "{% set %} is not possible in a template"),
        ("{{ customer.__class__ }}", "'__class__' is not something a template may read"),
        ("2 < 3", "4:3: a < that opens no tag (write &lt;"),
        ("<b>bold", "4:1: <b> is not closed"),
        ("bold</b>", "4:5: </b> closes nothing"),
        ("<script>x</script>", "<script> does not work in email"),
        ('<a href="http://x.example.com">x</a>', "4:10: 'http://x.example.com' is not an https or mailto address"),
        ('<a href="javascript:x">x</a>', "is not an https or mailto address"),
        ('<a href="java{{ shop.name }}">x</a>', "is not an https or mailto address"),
        ("<a href={{ shop.url }}>x</a>", "needs quotes"),
        ('<b onclick="x">x</b>', "onclick runs code"),
        ('<b style="color: {{ customer.city | default(1) }}">x</b>', "style is the same for everyone"),
        ('<b {{ shop.name }}="x">x</b>', "Jinja may stand in an attribute's quoted value"),
        ('<a href="{% if 1 %}{{ shop.url }}{% endif %}">x</a>', "{% %} may not stand in an attribute"),
        ("<mj-image />", "<mj-image> may not stand in text"),
    ],
)
def test_a_mistake_in_text_is_found_with_its_place(tmp_path: Path, inside: str, finding: str) -> None:
    write(tmp_path, text(inside))
    assert any(finding in one and one.startswith("templates/hello/template.mjml:4:") for one in found(tmp_path)), found(
        tmp_path
    )


@pytest.mark.parametrize(
    ("inside", "finding"),
    [
        ("<mj-secton></mj-secton>", "3:1: there is no element <mj-secton> (did you mean mj-section?)"),
        ("<mj-text>x</mj-text>", "3:1: <mj-text> may not stand in <mj-body>"),
        ("<mj-section colour='x'></mj-section>", "3:13: <mj-section> has no attribute 'colour'"),
        ("<mj-section paddng='0'></mj-section>", "(did you mean padding?)"),
        ("hello", "3:1: text stands directly in <mj-body> (put it in <mj-text>)"),
        ("{{ shop.name }}", "{{ }} stands directly in <mj-body>"),
        (
            "<mj-section>{% if 1 %}<mj-column></mj-column>{% endif %}</mj-section>",
            "{% if %} may not stand in <mj-section>",
        ),
        ("<mj-section>", "<mj-section> is not closed"),
        ("<mj-section a='1' a='2'></mj-section>", "a is written twice"),
        (
            '<mj-section><mj-column><mj-image src="{{ shop.logo_url }}" /></mj-column></mj-section>',
            "<mj-image> needs alt (say what the picture shows",
        ),
        ("<mj-section><mj-column><mj-button>x</mj-button></mj-column></mj-section>", "<mj-button> needs href"),
        ('<mj-include path="heder.mjml" />', "3:1: there is no block 'heder.mjml' (did you mean header.mjml?)"),
        ("<mj-include />", "<mj-include> needs a path"),
        ('<mj-include path="../../../../x.mjml" />', "is outside of the content folder"),
        ('<mj-include path="loop.mjml" />', "loop.mjml includes itself"),
    ],
)
def test_a_mistake_in_mjml_is_found_with_its_place(tmp_path: Path, inside: str, finding: str) -> None:
    write(tmp_path, whole(inside), header="", loop='<mj-include path="loop.mjml" />')
    assert any(finding in one for one in found(tmp_path)), found(tmp_path)


def test_a_mistake_in_a_block_is_reported_once_in_the_blocks_own_file(tmp_path: Path) -> None:
    write(
        tmp_path, whole('  <mj-include path="tea.mjml" />'), tea="<mj-section>\n  <mj-colum></mj-colum>\n</mj-section>"
    )
    second = tmp_path / "templates" / "second"
    second.mkdir()
    for name in ("template.mjml", "template.yaml"):
        (second / name).write_text((tmp_path / "templates" / "hello" / name).read_text())
    assert found(tmp_path) == ["blocks/tea.mjml:2:3: there is no element <mj-colum> (did you mean mj-column?)"]


def test_what_follows_a_block_keeps_its_own_line_and_column(tmp_path: Path) -> None:
    write(tmp_path, whole('<mj-include path="tea.mjml" /><mj-x></mj-x>'), tea="<mj-section>\n\n\n</mj-section>")
    assert found(tmp_path)[0].startswith("templates/hello/template.mjml:3:31: there is no element <mj-x>")


@pytest.mark.parametrize(
    "end",
    [
        "",
        "{% if offer %}" + END + "{% endif %}",
        END.replace("{{ unsubscribe_url }}", "{{ shop.url }}"),
        END.replace("{{ shop.address }}", ""),
    ],
)
def test_marketing_without_a_way_out_or_an_address_is_refused(tmp_path: Path, end: str) -> None:
    write(tmp_path, whole("", end))
    assert any("the email never shows" in one for one in found(tmp_path))


def test_a_transactional_template_needs_neither(tmp_path: Path) -> None:
    write(tmp_path, whole("", ""), ABOUT + "class: transactional\n")
    assert good(tmp_path).cls == "T"


@pytest.mark.parametrize(
    ("about", "finding"),
    [
        ("subject: x\n", "a template needs 'preheader'"),
        (ABOUT + "clas: marketing\n", "template.yaml:3:1: a template has no 'clas' (did you mean class?)"),
        (ABOUT + "class: market\n", "there is no class 'market' (did you mean marketing?)"),
        ("preheader: x\nsubject: Hi {{ customer.name }}\n", "template.yaml:2:25: customer.name is not known of every"),
        ("preheader: x\nsubject: [1]\n", "subject is text, not a list"),
        ("- x", "a template is a mapping"),
        ("a: [", "not valid YAML"),
        ("", "the file is empty"),
    ],
)
def test_mistakes_in_the_yaml_are_found(tmp_path: Path, about: str, finding: str) -> None:
    write(tmp_path, text("x"), about)
    assert any(finding in one for one in found(tmp_path)), found(tmp_path)


def test_missing_files_and_bytes_that_are_not_text_are_findings(tmp_path: Path) -> None:
    (tmp_path / "templates" / "empty").mkdir(parents=True)
    assert [one.partition(": ")[2][:19] for one in found(tmp_path)] == ["the file is missing"] * 2
    write(tmp_path, "x")
    (tmp_path / "templates" / "hello" / "template.mjml").write_bytes(b"\xff\xfe")
    assert any("not UTF-8 text at byte 0" in one for one in found(tmp_path))


def test_addresses_in_links_are_made_safe_without_being_asked(tmp_path: Path) -> None:
    link = '<a href="{{ cart.url }}">a</a><a href="https://x.example.com/?c={{ customer.city | default(1) }}">b</a>'
    write(tmp_path, text(link))
    html = good(tmp_path).html
    assert 'href="{{ (cart.url) | url }}"' in html
    assert "?c={{ (customer.city | default(1)) | urlencode }}" in html
    assert 'href="{{ unsubscribe_url }}"' in html


def test_a_text_of_ones_own_is_checked_and_used(tmp_path: Path) -> None:
    write(tmp_path, text("x"))
    own = tmp_path / "templates" / "hello" / "template.txt"
    own.write_text("Hi\n{{ shop.adress }}\n")
    assert any("template.txt:2:9: shop has no 'adress' (did you mean address?)" in one for one in found(tmp_path))
    own.write_text("Hi\n{{ shop.address }}\n")
    assert any("template.txt" in one and "never shows unsubscribe_url" in one for one in found(tmp_path))
    own.write_text("Hi\n{{ shop.address }} {{ unsubscribe_url }}\n")
    assert good(tmp_path).text == own.read_text()


def test_comments_hide_what_is_in_them_and_move_nothing(tmp_path: Path) -> None:
    write(tmp_path, text("<!-- {{ nothing }} <mj-x> -->{# {{ no }}\n #}\n{{ nope }}"))
    assert found(tmp_path) == ["templates/hello/template.mjml:6:4: there is no variable 'nope'"]


def test_what_is_asked_for_needs_no_fallback(tmp_path: Path) -> None:
    write(
        tmp_path,
        text(
            "{% if customer.first_name and offer %}{{ customer.first_name }} {{ offer.title }}{% endif %}"
            "{% if customer.city is none %}a{% else %}{{ customer.city }}{% endif %}"
            "{% if not viewed %}b{% elif viewed[0].price > 3 %}{{ viewed[0].price | money }}{% endif %}"
            "{{ customer.last_name if customer.last_name else 'c' }}{{ customer.country or 'd' }}"
        ),
    )
    good(tmp_path)


@pytest.mark.parametrize(
    "inside",
    [
        "{% if customer.city or offer %}{{ customer.city }}{% endif %}",
        "{% if not customer.city %}{{ customer.city }}{% endif %}",
        "{% if customer.city != 'x' %}{{ customer.city }}{% endif %}",
        "{% if customer.city == none %}{{ customer.city }}{% endif %}",
        "{% if customer.city %}{% else %}{{ customer.city }}{% endif %}",
        "{{ customer.city if customer.name else 'x' }}",
        "{{ 'in ' ~ customer.city }}",
        "{{ customer.city | upper }}",
        "{{ (profile.orders + 1) | number }}",
        "{{ none }}",
        "{% if viewed %}{{ viewed[1].name }}{% endif %}",
    ],
)
def test_a_question_that_does_not_settle_it_leaves_a_hole(tmp_path: Path, inside: str) -> None:
    write(tmp_path, text(inside))
    assert any("is not known of every customer" in one for one in found(tmp_path))
