"""Holds a template's tree against MJML's rules and ours: nothing misspelt, nothing that runs, nothing that breaks."""

import re

from mailwright.content.findings import Finding, meant
from mailwright.content.mjml.source import Source
from mailwright.content.mjml.spec import (
    ATTRIBUTES,
    CHILDREN,
    EVERY_ATTRIBUTE,
    EVERYWHERE,
    FORBIDDEN,
    LINKS,
    NEEDED,
    PERSONAL,
    STATEMENTS,
)
from mailwright.content.mjml.tree import MASK, Attribute, Element, Jinja, Text

_ADDRESS = re.compile(rf"(?:{MASK}|https://|mailto:|tel:|#)", re.IGNORECASE)
_ENDS = {"endif": "if", "endfor": "for"}
_OPENS = frozenset(("if", "for"))
_BETWEEN = frozenset(("else", "elif"))


def check(root: Element, source: Source) -> list[Finding]:
    """Everything wrong with where elements, attributes and Jinja tags stand."""
    checker = _Checker(source)
    checker.element(root)
    if [child.tag for child in root.children if isinstance(child, Element)] != ["mjml"]:
        checker.report(0, "a template is one <mjml> with a <mj-head> and a <mj-body>")
    elif not any(element.tag == "mj-body" for element in root.elements()):
        checker.report(0, "there is no <mj-body>")
    return checker.findings


class _Checker:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.findings: list[Finding] = []

    def report(self, offset: int, message: str, hint: str = "") -> None:
        self.findings.append(self.source.finding(offset, message, hint))

    def element(self, element: Element) -> None:
        """An element of MJML with all that is below it."""
        allowed = CHILDREN.get(element.tag)
        for child in element.children:
            if isinstance(child, Element):
                self._child(element, child, allowed)
            elif isinstance(child, Text) and allowed is not None and child.text.strip():
                start = child.start + len(child.text) - len(child.text.lstrip())
                self.report(start, f"text stands directly in <{element.tag or 'the file'}>", "put it in <mj-text>")
            elif isinstance(child, Jinja):
                self._jinja(element, child)
        self._balance(element)

    def _child(self, parent: Element, child: Element, allowed: frozenset[str] | None) -> None:
        if allowed is None:
            self._html(child)
            return
        if child.tag not in allowed:
            known = child.tag in ATTRIBUTES
            hint = f"it holds {', '.join(sorted(allowed))}" if known else meant(child.tag, ATTRIBUTES)
            what = f"<{child.tag}> may not stand in <{parent.tag}>" if known else f"there is no element <{child.tag}>"
            self.report(child.start, what if parent.tag or known else f"<{child.tag}> is not <mjml>", hint)
            if not known:
                return
        if parent.tag != "mj-attributes":
            self._needs(child)
        self._attributes(child, _known(parent, child))
        self.element(child)

    def _needs(self, element: Element) -> None:
        for name in NEEDED.get(element.tag, ()):
            if name not in element.attributes:
                hint = 'say what the picture shows, or alt="" when it is decoration' if name == "alt" else ""
                self.report(element.start, f"<{element.tag}> needs {name}", hint)

    def _attributes(self, element: Element, known: frozenset[str] | None) -> None:
        for attribute in element.attributes.values():
            if known is not None and attribute.name not in known:
                message = f"<{element.tag}> has no attribute {attribute.name!r}"
                self.report(attribute.start, message, meant(attribute.name, known))
            if not attribute.quoted:
                self.report(attribute.start, f"the value of {attribute.name} needs quotes")
            self._value(attribute)
        for tag in element.stray:
            self.report(tag.start, "Jinja may stand in an attribute's quoted value, not between attributes")

    def _value(self, attribute: Attribute) -> None:
        name = attribute.name.lower()
        if name.startswith("on") and name != "on":
            self.report(attribute.start, f"{attribute.name} runs code; no email program allows that")
        if attribute.jinja and name not in PERSONAL:
            first = attribute.jinja[0].start
            self.report(
                first, f"{attribute.name} is the same for everyone", f"{{{{ }}}} may stand in {_list(PERSONAL)}"
            )
        for tag in attribute.jinja:
            if tag.word:
                self.report(tag.start, "{% %} may not stand in an attribute", "write {{ a if b else c }}")
        if name in LINKS and attribute.value and not _ADDRESS.match(attribute.value):
            self.report(attribute.value_start, f"{attribute.value!r} is not an https or mailto address")

    def _jinja(self, element: Element, tag: Jinja) -> None:
        if element.tag in CHILDREN:
            if not tag.word:
                self.report(tag.start, f"{{{{ }}}} stands directly in <{element.tag}>", "put it in <mj-text>")
            elif element.tag not in STATEMENTS:
                self.report(
                    tag.start,
                    f"{{% {tag.word} %}} may not stand in <{element.tag or 'the file'}>",
                    f"it may stand in {_list(STATEMENTS)} and in text",
                )
        elif element.tag in ("mj-style", "style"):
            self.report(tag.start, "a style is the same for everyone", "use {% if %} around an element in the body")

    def _balance(self, element: Element) -> None:
        """What {% if %} or {% for %} opens in an element is closed in it."""
        open_: list[Jinja] = []
        for tag in element.children:
            if not isinstance(tag, Jinja) or not tag.word:
                continue
            if tag.word in _OPENS:
                open_.append(tag)
            elif tag.word in _ENDS and open_ and open_[-1].word == _ENDS[tag.word]:
                open_.pop()
            elif tag.word in _ENDS or (tag.word in _BETWEEN and not open_):
                self.report(tag.start, f"{{% {tag.word} %}} belongs to nothing in <{element.tag}>", _WHERE)
        for tag in open_:
            self.report(tag.start, f"{{% {tag.word} %}} is not closed in <{element.tag}>", _WHERE)

    def _html(self, element: Element) -> None:
        """HTML inside a text, with all that is below it."""
        tag = element.tag.lower()
        if tag.startswith("mj-") or tag == "mjml":
            self.report(element.start, f"<{element.tag}> may not stand in text", "close the text before it")
        elif tag in FORBIDDEN:
            self.report(element.start, f"<{element.tag}> does not work in email", "")
        self._attributes(element, None)
        for child in element.children:
            if isinstance(child, Element):
                self._html(child)
        self._balance(element)


_WHERE = "a block of Jinja begins and ends in the same element"


def _known(parent: Element, child: Element) -> frozenset[str]:
    if parent.tag == "mj-attributes":
        named = frozenset(("name",)) if child.tag == "mj-class" else frozenset[str]()
        return named | (ATTRIBUTES.get(child.tag) or EVERY_ATTRIBUTE) | EVERYWHERE
    return ATTRIBUTES[child.tag] | (EVERYWHERE if parent.tag not in ("", "mjml", "mj-head") else frozenset())


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
