"""Templates as a marketer writes them, checked and compiled: a folder of MJML, YAML and perhaps text becomes Jinja2.

Runs when content is published or checked; nothing of MJML or YAML is left at run time.
"""

from pathlib import Path

from mailwright.compose.grammar import Refusal
from mailwright.compose.sandbox import TemplateRefused, parse
from mailwright.content.document import Document, Where
from mailwright.content.document import read as read_yaml
from mailwright.content.fields import NAME, Field, Reader
from mailwright.content.findings import Finding, meant
from mailwright.content.mjml import source as sources
from mailwright.content.mjml.check import check
from mailwright.content.mjml.html import compile_html
from mailwright.content.mjml.source import Source
from mailwright.content.mjml.tree import parse as parse_mjml
from mailwright.content.mjml.tree import scan
from mailwright.content.mjml.twin import compile_text
from mailwright.content.variables import Reading, read
from mailwright.model.content import Template
from mailwright.model.send import Class

FIELDS = (
    Field("subject", "text", "the subject line; Jinja", required=True),
    Field("preheader", "text", "the line that inboxes show after the subject; Jinja", required=True),
    Field("description", "text", "what the email is for, for people"),
    Field("class", "text", "marketing (asks for consent) or transactional; marketing when absent"),
)
CLASSES: dict[str, Class] = {"marketing": "M", "transactional": "T"}
MOST_HTML = 80_000  # characters of the compiled source: Gmail cuts an email off at 102 KB, and loops need room

_MUST_PRINT = {
    "unsubscribe_url": 'put <a href="{{ unsubscribe_url }}">Unsubscribe</a> in, outside of any {% if %}',
    "shop.address": "put {{ shop.address }} in, outside of any {% if %}",
}


def compile_templates(root: Path) -> tuple[dict[str, Template], list[Finding]]:
    """Every templates/<name>/ under a content folder by name, and all findings.

    A template with a finding is there too, empty, so that journeys are not told that it does not exist.
    """
    templates: dict[str, Template] = {}
    findings: list[Finding] = []
    for folder in sorted(one for one in (root / "templates").glob("*") if one.is_dir()):
        template, found = _compile(folder, root)
        findings += found
        templates[folder.name] = template
    return templates, list(dict.fromkeys(findings))  # a block's mistake is reported once, however many include it


def check_line(document: Document, where: Where, line: str) -> list[Finding]:
    """What is wrong with a subject or preheader that stands at a path of a YAML file."""
    findings = []
    for refusal in _reading(line)[1]:
        place = document.inside(where, max(0, line.find(refusal.word)))
        findings.append(Finding(document.file, *place, refusal.message, meant(refusal.word, refusal.known)))
    return findings


def _compile(folder: Path, root: Path) -> tuple[Template, list[Finding]]:
    fields, findings = _about(folder / "template.yaml", root)
    cls = CLASSES.get(fields.get("class", ""), "M")
    html, text, found = _sources(folder, root, cls)
    findings += found
    if findings:
        html = text = ""
    lines = (fields.get("subject", ""), fields.get("preheader", ""))
    return Template(folder.name, *lines, html, text, fields.get("description", ""), cls), findings


def _about(path: Path, root: Path) -> tuple[dict[str, str], list[Finding]]:
    """The fields of template.yaml."""
    if not path.is_file():
        return {}, [Finding(path.relative_to(root).as_posix(), 0, 0, "the file is missing", "it holds the subject")]
    document, findings = read_yaml(path, root)
    if document is None:
        return {}, findings
    reader = Reader(document)
    reader.findings += findings
    fields = reader.mapping((), document.data, FIELDS, "a template")
    if "class" in fields:
        reader.known(("class",), fields["class"], CLASSES, "class")
    for name in ("subject", "preheader"):
        if name in fields:
            reader.findings += check_line(document, (name,), fields[name])
    if not NAME.fullmatch(path.parent.name):
        reader.wrong((), f"{path.parent.name!r} is no name", "folders have lower case letters, digits and hyphens")
    return fields, reader.findings


def _sources(folder: Path, root: Path, cls: Class) -> tuple[str, str, list[Finding]]:
    """HTML and text sources of a template, "" and "" when something is wrong."""
    path = folder / "template.mjml"
    if not path.is_file():
        return (
            "",
            "",
            [Finding(path.relative_to(root).as_posix(), 0, 0, "the file is missing", "it is the email itself")],
        )
    source, findings = sources.read(path, root)
    tags, unclosed = scan(source)
    tree, unmatched = parse_mjml(source, tags)
    findings += unclosed or unmatched
    if findings:
        return "", "", findings
    reading, refused = _reading(source.text)
    findings = [_placed(source, refusal) for refusal in refused] + check(tree, source)
    findings += [] if refused else _must_print(source, reading, cls)
    own, found = _own_text(folder / "template.txt", root, cls)
    findings += found
    if findings:
        return "", "", findings
    try:
        html, text = compile_html(tree, source, tags), own or compile_text(tree)
        for compiled in (html, text):
            parse(compiled)  # what was checked piece by piece must hold as a whole
    except (ValueError, TemplateRefused) as error:
        return "", "", [source.finding(0, f"this cannot be compiled: {error}")]
    if len(html) > MOST_HTML:
        return "", "", [source.finding(0, f"the HTML has {len(html)} characters; at most {MOST_HTML}")]
    return html, text, []


def _own_text(path: Path, root: Path, cls: Class) -> tuple[str, list[Finding]]:
    """The text that is written by hand instead of made from the MJML, if there is one."""
    if not path.is_file():
        return "", []
    source = Source()
    source.append(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix(), 1, 1)
    reading, refused = _reading(source.text)
    findings = [_placed(source, refusal) for refusal in refused]
    return source.text, findings or _must_print(source, reading, cls)


def _reading(text: str) -> tuple[Reading, list[Refusal]]:
    try:
        reading = read(parse(text))
    except TemplateRefused as error:
        return Reading(), error.found
    return reading, reading.found


def _must_print(source: Source, reading: Reading, cls: Class) -> list[Finding]:
    needed = _MUST_PRINT if cls == "M" else {}
    return [
        source.finding(0, f"the email never shows {path} to everyone", hint)
        for path, hint in needed.items()
        if path not in reading.printed
    ]


def _placed(source: Source, refusal: Refusal) -> Finding:
    return source.line_finding(refusal.line, refusal.word, refusal.message, meant(refusal.word, refusal.known))
