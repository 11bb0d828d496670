"""The plain-text twin of a template: the same words, conditions and loops, links written out."""

import re
from html import unescape

from mailwright.content.mjml.html import addresses
from mailwright.content.mjml.tree import Attribute, Element, Jinja, Text

_LINES = frozenset(("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "tr", "blockquote"))
_LINKED = frozenset(("mj-button", "mj-navbar-link", "mj-social-element"))
_SILENT = frozenset(("mj-head", "mj-image", "mj-divider", "mj-spacer", "style"))
HTML_ONLY = "html-only"  # css-class of an element that the twin leaves out


def compile_text(root: Element) -> str:
    """The Jinja2 source of the text; blank lines in excess are taken out when it is rendered."""
    return "".join(_walk(child) for child in root.children)


def _walk(node: Element | Text | Jinja) -> str:
    if isinstance(node, Text):
        return ""
    if isinstance(node, Jinja):
        return f"{{%- {node.body} %}}"  # on no line of its own
    if node.tag in _SILENT or HTML_ONLY in _said(node, "css-class").split():
        return ""
    if node.tag in _LINKED:
        link = _attribute(node.attributes.get("href"))
        label = _squeezed(_inline(node))
        return f"\n\n{label}: {link}" if label and link else f"\n\n{label or link}"
    if node.tag in ("mj-text", "mj-table", "mj-raw", "mj-accordion-title", "mj-accordion-text"):
        return "\n\n" + _squeezed(_inline(node))
    return "".join(_walk(child) for child in node.children)


def _inline(element: Element) -> str:
    parts = []
    for child in element.children:
        if isinstance(child, Text):
            parts.append(_literal(re.sub(r"\s+", " ", child.text)))
        elif isinstance(child, Jinja):
            parts.append(child.code)
        else:
            parts.append(_html(child))
    return "".join(parts)


def _html(element: Element) -> str:
    tag = element.tag.lower()
    if tag in _SILENT or HTML_ONLY in _said(element, "class").split():
        return ""
    inner = _inline(element)
    if tag == "br":
        return "\n"
    if tag == "a":
        link = _attribute(element.attributes.get("href"))
        return f"{inner} ({link})" if link and link.strip() != inner.strip() else inner
    if tag == "li":
        return f"\n- {inner.strip()}"
    if tag in ("td", "th"):
        return f"{inner.strip()}  "
    return f"\n{inner}\n" if tag in _LINES else inner


def _attribute(attribute: Attribute | None) -> str:
    if attribute is None:
        return ""
    safe = addresses(attribute)
    return "".join(
        _literal(part) if isinstance(part, str) else safe.get(id(part), part.code) for part in attribute.parts()
    )


def _said(element: Element, name: str) -> str:
    attribute = element.attributes.get(name)
    return attribute.value if attribute else ""


def _literal(text: str) -> str:
    """Text as it is read; a { cannot begin a Jinja tag that was not one in the template."""
    return re.sub(r"\{(?=[{%#])", "{ ", unescape(text)).replace("\xa0", " ")


def _squeezed(text: str) -> str:
    """No spaces at the ends of lines."""
    return re.sub(r"[ \t]*\n[ \t]*", "\n", text).strip()
