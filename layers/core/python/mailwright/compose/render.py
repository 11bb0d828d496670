"""A compiled template and one person's context to subject, preheader, HTML and text. Same input, same bytes."""

from typing import Any, NamedTuple

from mailwright.compose.sandbox import TemplateRefused, TooLarge, program
from mailwright.model.content import Template
from mailwright.model.problem import Problem
from mailwright.model.send import SendTask

LONGEST_LINE = 200  # characters of a subject or preheader


class Rendered(NamedTuple):
    subject: str
    preheader: str
    html: str
    text: str


def render(template: Template, context: dict[str, Any], task: SendTask) -> Rendered:
    """Everything of one email but its headers; `context` is what compose.context made.

    The step's own subject replaces the template's; should it come out empty, the template's is used after all. Problem
    when the template may not run, grows beyond 100 KB or has no subject.
    """
    try:
        subject = _line(task.subject, context) or _line(template.subject, context)
        if not subject:
            raise Problem("template", f"the subject of template {template.name!r} comes out empty; give it a fallback")
        preheader = _line(template.preheader, context)
        whole = {**context, "subject": subject, "preheader": preheader}
        html = program("html", template.html)(whole)
        text = tidy(program("text", template.text)(whole))
    except TemplateRefused as error:
        raise Problem("template", f"template {template.name!r} may not run: {error}") from error
    except TooLarge as error:
        raise Problem("too_large", f"template {template.name!r} comes out with {error}") from error
    return Rendered(subject, preheader, html, text)


def reads(template: Template, task: SendTask) -> frozenset[str]:
    """The names a template reads, so that nothing else need be gathered; empty when it may not run at all."""
    sources = (template.subject, template.preheader, template.text, task.subject)
    try:
        return program("html", template.html).names.union(*(program("text", source).names for source in sources))
    except TemplateRefused:
        return frozenset()  # `render` says why


def tidy(text: str) -> str:
    """Text with no space at line ends and at most one blank line in a row."""
    text = "\n".join(map(str.rstrip, text.split("\n")))
    while "\n\n\n" in text:  # several times faster than a regular expression
        text = text.replace("\n\n\n", "\n\n")
    return text.strip("\n") + "\n"


def _line(source: str, context: dict[str, Any]) -> str:
    line = " ".join(program("text", source)(context).split()) if source else ""
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1].rstrip() + "…"
