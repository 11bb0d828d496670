"""A content folder to one checked Content: all of it, or nothing and every reason why not."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from mailwright.content.campaigns import read_campaign
from mailwright.content.document import Document, read
from mailwright.content.findings import ContentInvalid, Finding, meant
from mailwright.content.journeys import Names, read_journey
from mailwright.content.offers import read_offers
from mailwright.content.segments import read_segments
from mailwright.content.shop import read_shop
from mailwright.content.templates import compile_templates
from mailwright.model.content import Campaign, Content, Journey, Shop, Template
from mailwright.model.send import Class

FOLDERS = ("segments", "journeys", "campaigns", "offers", "templates", "blocks", "personas")
_READ_HERE = ("segments", "journeys", "campaigns")  # one YAML file a thing; the others have readers of their own


def compile_folder(path: Path) -> Content:
    """The Content of a folder. ContentInvalid carries every finding, warnings too, when there is one error."""
    content, findings = examine(path)
    if content is None:
        raise ContentInvalid(findings)
    return content


def examine(path: Path) -> tuple[Content | None, list[Finding]]:
    """The Content (None when anything is wrong) and every finding, sorted by file and line."""
    if not path.is_dir():
        return None, [Finding(str(path), 0, 0, "there is no such folder", "mailwright init DIR makes one")]
    findings = list(_strays(path))
    shop = _shop(path, findings)
    segments, wrong = read_segments(_documents(path, "segments", findings), _stems(path, "segments"))
    findings += wrong
    templates, wrong = compile_templates(path)
    findings += wrong
    offers, wrong = read_offers(path)
    findings += wrong
    names = Names(_stems(path, "segments"), _classes(path, templates), _stems(path, "offers"))
    journeys: dict[str, Journey] = {}
    for stem, document in _documents(path, "journeys", findings).items():
        journey, wrong = read_journey(stem, document, names)
        findings += wrong
        if journey is not None:
            journeys[stem] = journey
    campaigns: dict[str, Campaign] = {}
    for stem, document in _documents(path, "campaigns", findings).items():
        campaign, wrong = read_campaign(stem, document, names)
        findings += wrong
        if campaign is not None:
            campaigns[stem] = campaign
    findings = sorted(set(findings))
    if shop is None or any(not finding.warning for finding in findings):
        return None, findings
    return Content(shop, version(path), segments, journeys, campaigns, templates, offers), findings


def version(path: Path) -> str:
    """12 hex digits that change with any byte or name of the sources."""
    digest = hashlib.sha256()
    for file in _sources(path):
        body = file.read_bytes()
        digest.update(f"{file.relative_to(path).as_posix()}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()[:12]


def _sources(path: Path) -> list[Path]:
    files = [path / "shop.yaml", *(file for folder in FOLDERS for file in (path / folder).rglob("*"))]
    return sorted(file for file in files if file.is_file() and not file.name.startswith("."))


def _stems(path: Path, folder: str) -> list[str]:
    return sorted(file.stem for file in (path / folder).glob("*.yaml"))


def _classes(path: Path, templates: dict[str, Template]) -> dict[str, Class | None]:
    """The class of every template; None for one that is there but not well: that is said once, by its own findings."""
    there = {folder.name: None for folder in (path / "templates").glob("*") if folder.is_dir()}
    return {**there, **{name: template.cls for name, template in templates.items()}}


def _documents(path: Path, folder: str, findings: list[Finding]) -> dict[str, Document]:
    documents = {}
    for file in sorted((path / folder).glob("*.yaml")):
        document, wrong = read(file, path)
        findings += wrong
        if document is not None:
            documents[file.stem] = document
    return documents


def _shop(path: Path, findings: list[Finding]) -> Shop | None:
    if not (path / "shop.yaml").is_file():
        hint = "mailwright init DIR makes a folder that has one"
        findings.append(Finding("shop.yaml", 0, 0, "this is no content folder: it has no shop.yaml", hint))
        return None
    document, wrong = read(path / "shop.yaml", path)
    findings += wrong
    if document is None:
        return None
    shop, wrong = read_shop(document)
    findings += wrong
    return shop


def _strays(path: Path) -> Iterator[Finding]:
    """Files that nobody would read: a folder or ending misspelt is content lost in silence."""
    for entry in sorted(path.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and entry.name not in FOLDERS:
            hint = meant(entry.name, FOLDERS) or f"known: {', '.join(FOLDERS)}"
            yield Finding(entry.name, 0, 0, "no folder of this name is read", hint, warning=True)
        elif entry.is_file() and entry.suffix in (".yaml", ".yml") and entry.name != "shop.yaml":
            yield Finding(entry.name, 0, 0, "this file is not read", "shop.yaml, or one of the folders", warning=True)
    for folder in _READ_HERE:
        for file in sorted((path / folder).glob("*")):
            if file.suffix != ".yaml" and not file.name.startswith("."):
                name = file.relative_to(path).as_posix()
                yield Finding(name, 0, 0, "this file is not read", "its name ends in .yaml", warning=True)
