"""The content layer: layers/content compiled to one content.json, checked on the way as `mailwright check` does it."""

import hashlib
import tempfile
from pathlib import Path

from infra.config import ROOT, Config, ConfigInvalid
from infra.layers import BUILD, sweep
from mailwright.content.publish import compile_folder
from mailwright.content.versions import NoVersion, keep, kept, write
from mailwright.model.content import Content

SOURCE = ROOT / "layers/content"
PUBLISHED = BUILD / "content" / "content.json"  # where `mailwright publish` puts it, and keeps what was before


def compiled(config: Config) -> Path:
    """The folder to make the layer of; ContentInvalid with every finding when the content does not hold together."""
    content = _chosen(config)
    _same_sender(content, config)
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        layer = Path(scratch) / "layer"
        layer.mkdir()
        write(content, layer / "content.json")
        digest = hashlib.sha256((layer / "content.json").read_bytes()).hexdigest()[:16]
        folder = BUILD / f"content-{digest}"
        if not folder.exists():
            _move(layer, folder)
    sweep(folder)
    return folder


def _chosen(config: Config) -> Content:
    """layers/content, which is kept to go back to; or a version that was."""
    if not config.content:
        content = compile_folder(SOURCE)
        keep(content, PUBLISHED)
        return content
    try:
        return kept(PUBLISHED, config.content)
    except NoVersion as error:
        raise ConfigInvalid(f"content: {error}") from None


def _move(layer: Path, folder: Path) -> None:
    try:
        layer.rename(folder)
    except OSError:
        if not folder.exists():  # else another run was faster, with the same
            raise


def _same_sender(content: Content, config: Config) -> None:
    """SES and our own permissions allow one domain; content that sends from another would fail at the first email."""
    domain = content.shop.sender.rpartition("@")[2].rstrip("> ").lower()
    if domain != config.sender_domain:
        raise ConfigInvalid(
            f"layers/content/shop.yaml sends from {domain}, cdk.json's sender_domain is {config.sender_domain}: "
            "make them the same"
        )
