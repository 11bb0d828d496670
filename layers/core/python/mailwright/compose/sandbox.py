"""Jinja2 with nothing left in it that can reach code: plain data in, bounded text out.

Jinja2's own sandbox hands out the public methods of whatever it is given and lets numbers and texts grow without end;
here an attribute is a key of a dict and nothing else, no call is possible, and the tree is checked before it compiles.
"""

import re
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

from jinja2 import TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailwright.compose.filters import FILTERS, OPERATORS, TESTS, shown
from mailwright.compose.grammar import BOUNDED, MAX_SOURCE, MAX_TURNS, PART, SHOWN, Refusal, refusals, safe
from mailwright.compose.vocabulary import OBJECTS

Kind = Literal["html", "text"]
MAX_OUTPUT = 100_000  # characters of one part of an email; Gmail clips at 102 KB
_CHUNKS = 128

_TAG = re.compile(r"</?[A-Za-z!?][^>]*>?")
_LOOP = frozenset(OBJECTS["loop"])


class TemplateRefused(Exception):
    """A template that may not run: what is wrong with it, by line."""

    def __init__(self, found: list[Refusal]) -> None:
        self.found = found
        super().__init__("; ".join(f"line {refusal.line}: {refusal.message}" for refusal in found))


class TooLarge(Exception):
    """An email part that grew beyond what any mail client shows whole."""


def plain(value: Any) -> str:
    """What a value prints outside HTML: as `shown`, and without anything that looks like a tag."""
    text = shown(value)
    while "<" in text and (less := _TAG.sub("", text)) != text:
        text = less
    return text


def _bounded(value: Any) -> list[Any]:
    return value[:MAX_TURNS] if type(value) is list else []


def _part(value: Any, start: int | None, stop: int | None) -> list[Any]:
    return value[start:stop] if type(value) is list else []


# With pass_context, Jinja2 does not print constants while it compiles, which would go past these.
@pass_context
def _print_html(_: Any, value: Any) -> str:
    if type(value) is str and value.isprintable():  # what nearly every value is
        return value
    return shown(value)


@pass_context
def _print_text(_: Any, value: Any) -> str:
    if type(value) is str and value.isprintable() and "<" not in value:
        return value
    return plain(value)


class Sandbox(ImmutableSandboxedEnvironment):
    """One of the two environments: HTML escapes what it prints, text strips it."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    intercepted_unops = frozenset({"+", "-"})

    def __init__(self, kind: Kind) -> None:
        html = kind == "html"
        super().__init__(autoescape=html, finalize=_print_html if html else _print_text, cache_size=0)
        self.keep_trailing_newline = True
        self.globals = {}
        operators = {f"-{name}": function for name, function in OPERATORS.items()}
        self.filters = {**FILTERS, **operators, BOUNDED: _bounded, SHOWN: shown, PART: _part}
        self.tests = dict(TESTS)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict:
            try:
                return obj[attribute]
            except KeyError:
                return Undefined(name=attribute)
        if type(obj) is LoopContext and attribute in _LOOP:
            return getattr(obj, attribute)
        return Undefined(name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is dict and type(argument) is str and argument in obj:
            return obj[argument]
        if type(obj) is list and type(argument) is int and -len(obj) <= argument < len(obj):
            return obj[argument]
        return Undefined(name="item")

    def call(self, *_: Any, **__: Any) -> Any:
        raise SecurityError("a template calls nothing")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not (_is_number(left) and _is_number(right)) or operator not in "+-*":
            return None
        if operator == "*":
            return left * right
        return left + right if operator == "+" else left - right

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        if not _is_number(arg):
            return None
        return -arg if operator == "-" else arg


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and -1e15 < value < 1e15


_ENVIRONMENTS: dict[Kind, Sandbox] = {"html": Sandbox("html"), "text": Sandbox("text")}


def parse(source: str) -> nodes.Template:
    """The tree of a source that is allowed; TemplateRefused with everything that is wrong otherwise."""
    if len(source) > MAX_SOURCE:
        raise TemplateRefused([Refusal(1, f"{len(source)} characters are too many; at most {MAX_SOURCE}")])
    try:
        tree = _ENVIRONMENTS["text"].parse(source)
        found = refusals(tree)
    except TemplateSyntaxError as error:
        found = [Refusal(error.lineno, error.message or "not Jinja")]
    except (RecursionError, ValueError) as error:  # brackets a thousand deep, a number of ten thousand digits
        found = [Refusal(1, "too deep" if isinstance(error, RecursionError) else str(error))]
    if found:
        raise TemplateRefused(found)
    return tree


class Program:
    """A compiled source: give it a context, get text."""

    def __init__(self, kind: Kind, source: str) -> None:
        environment = _ENVIRONMENTS[kind]
        tree = safe(parse(source))
        tree.set_environment(environment)
        self.names = frozenset(name.name for name in tree.find_all(nodes.Name))  # what it reads, loop names included
        self._template = environment.from_string(tree)

    def __call__(self, context: dict[str, Any]) -> str:
        """The text, at most MAX_OUTPUT characters; TooLarge beyond."""
        template = self._template
        stream = template.root_render_func(template.new_context(context, shared=True))
        size, parts = 0, []
        while chunks := list(islice(stream, _CHUNKS)):
            part = "".join(chunks)
            size += len(part)
            if size > MAX_OUTPUT:
                raise TooLarge(f"more than {MAX_OUTPUT} characters")
            parts.append(part)
        return "".join(parts)


@lru_cache(maxsize=256)
def program(kind: Kind, source: str) -> Program:
    """The compiled form of a source, kept for the life of the process. A new version of content is a new source."""
    return Program(kind, source)
