"""Puts the page together: one HTML file with its style, script and data inside, that asks nothing of any network."""

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from local.charts.mark import style

_ASSETS = files("local.report") / "assets"
_SCRIPTS = ("core.js", "overview.js", "pictures.js", "people.js", "life.js", "reader.js", "app.js")
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0c6a52"/>'
    '<path d="M7 22V11l9 7 9-7v11" fill="none" stroke="#fff" stroke-width="2.6" stroke-linejoin="round"/></svg>'
)


@cache
def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def page(title: str, blocks: Iterable[tuple[str, Any]] = (), *, live: bool = False) -> str:
    """The whole document. `blocks` are (element id, JSON value); a live page has none and fetches them instead."""
    script = "\n".join(map(_asset, _SCRIPTS))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_asset("page.html.j2"))
    return template.render(
        title=title,
        live=live,
        icon="data:image/svg+xml," + quote(_ICON),
        style=Markup(_asset("style.css") + style()),  # noqa: S704 ours, not input
        script=Markup(script),  # noqa: S704 ours, not input
        script_hash=f"sha256-{digest}",
        blocks=[(name, embedded(value)) for name, value in blocks],
    )


def embedded(value: Any) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 no "<" is left
