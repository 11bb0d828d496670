"""offers/*.yaml: what an email may offer, and the rule that says to whom."""

from pathlib import Path

from mailwright.compose.filters import safe_url
from mailwright.content.document import read
from mailwright.content.fields import Field, Reader
from mailwright.content.findings import Finding
from mailwright.content.rules import compile_rule
from mailwright.model.content import Offer

FIELDS = (
    Field("name", "text", "the same as the file's name"),
    Field("title", "text", "its headline", required=True),
    Field("text", "text", "what it says", required=True),
    Field("code", "text", "the code to use at checkout"),
    Field("url", "text", "where it leads, https://...; the shop's front page when absent"),
    Field("when", "any", "a rule: who may see it; everyone when absent"),
)


def read_offers(root: Path) -> tuple[dict[str, Offer], list[Finding]]:
    """Offers by name from a content folder; one with a finding is left out."""
    offers: dict[str, Offer] = {}
    findings: list[Finding] = []
    segments = sorted(path.stem for path in (root / "segments").glob("*.yaml"))
    for path in sorted((root / "offers").glob("*.yaml")):
        document, wrong = read(path, root)
        findings += wrong
        if document is None:
            continue
        reader = Reader(document)
        fields = reader.mapping((), document.data, FIELDS, "an offer")
        name = reader.name(fields, path.stem)
        rule = None
        if "when" in fields:
            rule, wrong = compile_rule(fields["when"], document, ("when",), segments)
            reader.findings += wrong
        url = fields.get("url", "")
        if url and not safe_url(url).lower().startswith("https://"):
            reader.wrong(("url",), f"{url!r} is not an https address")
        for field in ("title", "text", "code"):
            if "{{" in fields.get(field, "") or "{%" in fields.get(field, ""):
                reader.wrong((field,), f"{field} is the same for everyone", "offers hold no Jinja; make two with rules")
        if not reader.findings:
            offers[name] = Offer(name, fields["title"], fields["text"], fields.get("code", ""), url, rule)
        findings += reader.findings
    return offers, findings
