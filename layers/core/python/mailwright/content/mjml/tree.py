"""Reads MJML with Jinja2 in it into elements, texts and Jinja tags, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailwright.content.findings import Finding
from mailwright.content.mjml.source import Source

_QUOTED = r"""'[^'\n]*'|"[^"\n]*\""""
_JINJA = re.compile(rf"\{{\{{(?:{_QUOTED}|(?!\}}\}}).)*\}}\}}|\{{%(?:{_QUOTED}|(?!%\}}).)*%\}}", re.DOTALL)
_OPENING = re.compile(r"\{\{|\{%|\{#")
_TAG = re.compile(
    r"""</\s*(?P<close>[A-Za-z][\w:-]*)\s*>|<(?P<open>[A-Za-z][\w:-]*)(?P<attributes>(?:"[^"]*"|'[^']*'|[^<>"'])*?)"""
    r"""(?P<self>/?)>|<!(?:\[if|--)?[^>]*>|<!\[endif\]-->"""
)
_ATTRIBUTE = re.compile(r"""([^\s=/>"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_WORD = re.compile(r"\{%[-+]?\s*(\w+)")

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
_RAW = frozenset(("mj-style", "style", "script"))  # no elements inside
MASK = "\ue000"


@dataclass
class Jinja:
    """`{{ ... }}` when `word` is "", else the statement `{% word ... %}`."""

    start: int
    end: int
    word: str
    body: str  # what stands between the brackets

    @property
    def code(self) -> str:
        return f"{{% {self.body} %}}" if self.word else f"{{{{ {self.body} }}}}"


@dataclass
class Text:
    start: int
    end: int
    text: str


@dataclass
class Attribute:
    """`value` is as written, Jinja masked; `jinja` are the tags in it."""

    name: str
    start: int
    value: str
    value_start: int
    quoted: bool
    jinja: list[Jinja] = field(default_factory=list)

    def parts(self) -> Iterator[str | Jinja]:
        """The value as texts and Jinja tags, in order."""
        at = self.value_start
        for tag in self.jinja:
            yield self.value[at - self.value_start : tag.start - self.value_start]
            yield tag
            at = tag.end
        yield self.value[at - self.value_start :]


@dataclass
class Element:
    tag: str
    start: int
    attributes: dict[str, Attribute] = field(default_factory=dict)
    children: list["Element | Text | Jinja"] = field(default_factory=list)
    stray: list[Jinja] = field(default_factory=list)  # Jinja in the tag but not in an attribute's value

    def elements(self) -> Iterator["Element"]:
        """Itself and every element below it."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.elements()


def scan(source: Source) -> tuple[list[Jinja], list[Finding]]:
    """Every Jinja tag of a source, and those that are not closed."""
    tags = []
    for match in _JINJA.finditer(source.text):
        word = _WORD.match(match[0])
        body = re.sub(r"^[-+]|[-+]$", "", match[0][2:-2]).strip()  # {{- and -}}: how spaces are cut, not what is said
        tags.append(Jinja(match.start(), match.end(), word[1] if word else "", body))
    findings = [
        source.finding(left.start(), f"{left[0]} is not closed", f"end it with {_ENDS[left[0]]}")
        for left in _OPENING.finditer(masked(source.text, tags))
    ]
    return tags, findings


_ENDS = {"{{": "}}", "{%": "%}", "{#": "#}"}


def masked(text: str, tags: list[Jinja]) -> str:
    """The text with every Jinja tag replaced by as many characters that mean nothing in MJML."""
    parts, at = [], 0
    for tag in tags:
        parts += [text[at : tag.start], re.sub(r"[^\n]", MASK, text[tag.start : tag.end])]
        at = tag.end
    return "".join([*parts, text[at:]])


def parse(source: Source, tags: list[Jinja]) -> tuple[Element, list[Finding]]:
    """The tree under a nameless root, and tags that do not match."""
    return _Parser(source, tags).parse()


class _Parser:
    def __init__(self, source: Source, tags: list[Jinja]) -> None:
        self.source = source
        self.tags = tags
        self.text = masked(source.text, tags)
        self.stack = [Element("", 0)]
        self.findings: list[Finding] = []

    def parse(self) -> tuple[Element, list[Finding]]:
        at = 0
        while match := _TAG.search(self.text, at):
            self._text(at, match.start())
            at = match.end()
            if match["open"]:
                at = self._open(match)
            elif match["close"]:
                self._close(match["close"], match.start())
        self._text(at, len(self.text))
        for left in self.stack[1:]:
            self._report(left.start, f"<{left.tag}> is not closed", f"add </{left.tag}>")
        return self.stack[0], self.findings

    def _report(self, offset: int, message: str, hint: str = "") -> None:
        self.findings.append(self.source.finding(offset, message, hint))

    def _text(self, start: int, end: int) -> None:
        stray = self.text.find("<", start, end)
        if stray >= 0:
            self._report(stray, "a < that opens no tag", "write &lt;, or close the tag with >")
        children, at = self.stack[-1].children, start
        for tag in self._within(start, end):
            if tag.start > at:
                children.append(Text(at, tag.start, self.text[at : tag.start]))
            children.append(tag)
            at = tag.end
        if at < end:
            children.append(Text(at, end, self.text[at:end]))

    def _within(self, start: int, end: int) -> list[Jinja]:
        return [tag for tag in self.tags if start <= tag.start < end]

    def _open(self, match: re.Match[str]) -> int:
        """Take an opening tag in; the offset to go on from."""
        element = Element(match["open"], match.start())
        self._attributes(element, match.start("attributes"), match["attributes"])
        self.stack[-1].children.append(element)
        if match["self"] or element.tag.lower() in VOID:
            return match.end()
        self.stack.append(element)
        if element.tag not in _RAW:
            return match.end()
        close = re.compile(rf"</\s*{element.tag}\s*>").search(self.text, match.end())
        end = close.start() if close else len(self.text)
        element.children.append(Text(match.end(), end, self.text[match.end() : end]))
        element.children += self._within(match.end(), end)
        return end

    def _attributes(self, element: Element, start: int, written: str) -> None:
        tags = self._within(start, start + len(written))
        for match in _ATTRIBUTE.finditer(written):
            value = match[2] or ""
            quoted = value[:1] in ("'", '"')
            value_start = start + (match.start(2) if match[2] else match.end()) + quoted
            bare = value[1:-1] if quoted else value
            attribute = Attribute(match[1], start + match.start(), bare, value_start, quoted or not match[2])
            attribute.jinja = [tag for tag in tags if quoted and value_start <= tag.start < value_start + len(bare)]
            tags = [tag for tag in tags if tag not in attribute.jinja]
            if match[1] in element.attributes:
                self._report(attribute.start, f"{match[1]} is written twice in <{element.tag}>")
            elif MASK not in match[1]:
                element.attributes[match[1]] = attribute
        element.stray = tags

    def _close(self, tag: str, offset: int) -> None:
        names = [element.tag for element in self.stack]
        if tag.lower() in VOID:
            return
        if tag not in names[1:]:
            self._report(offset, f"</{tag}> closes nothing")
            return
        while self.stack[-1].tag != tag:
            left = self.stack.pop()
            self._report(left.start, f"<{left.tag}> is not closed", f"add </{left.tag}> before </{tag}>")
        self.stack.pop()
