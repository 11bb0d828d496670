"""Compiles checked MJML to one HTML source with its Jinja2 tags in place, each address made safe."""

import re

from mjml import mjml2html

from mailwright.content.mjml.source import Source
from mailwright.content.mjml.spec import CHILDREN, LINKS
from mailwright.content.mjml.tree import Attribute, Element, Jinja

_MARK = re.compile(r"jx(\d+)xj")
OUR_OWN = frozenset(("unsubscribe_url",))  # made by us for this customer, and http on a laptop


def compile_html(root: Element, source: Source, tags: list[Jinja]) -> str:
    """The HTML; ValueError with mrml's words when it cannot read what the checks let pass."""
    code = dict(zip(map(id, tags), (tag.code for tag in tags), strict=True))
    around: dict[int, tuple[str, str]] = {}
    for element in root.elements():
        for attribute in element.attributes.values():
            code.update(addresses(attribute))
        if element.tag in CHILDREN:
            between = [child for child in element.children if isinstance(child, Jinja)]
            around.update((id(tag), ("<mj-raw>", "</mj-raw>")) for tag in between)
    parts, at = [], 0
    for number, tag in enumerate(tags):
        before, after = around.get(id(tag), ("", ""))
        parts += [source.text[at : tag.start], f"{before}jx{number}xj{after}"]
        at = tag.end
    html = mjml2html("".join([*parts, source.text[at:]]))
    return _MARK.sub(lambda mark: code[id(tags[int(mark[1])])], html)


def addresses(attribute: Attribute) -> dict[int, str]:
    """The code of the Jinja tags in an address: at its beginning a whole safe address, later on an escaped part."""
    if attribute.name.lower() not in LINKS:
        return {}
    return {
        id(tag): tag.code
        if tag.body in OUR_OWN
        else f"{{{{ ({tag.body}) | {'url' if tag.start == attribute.value_start else 'urlencode'} }}}}"
        for tag in attribute.jinja
    }
