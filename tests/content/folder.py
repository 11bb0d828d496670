"""Small content folders for tests: a shop, one template of each class, and the files a test gives."""

from pathlib import Path
from textwrap import dedent

SHOP = """\
name: Shop
url: https://shop.example.com
sender: Shop <hello@shop.example.com>
address: 1 Street, Town
"""
MJML = """\
<mjml><mj-body><mj-section><mj-column>
<mj-text>Hello from {{ shop.name }}, {{ shop.address }}</mj-text>
<mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""
SEGMENT = """\
description: Buyers
when: orders >= 1
examples: {in: [{orders: 1}], out: [{orders: 0}]}
"""
JOURNEY = """\
description: A journey
enter: {on: Product Added}
steps: [{send: hello}]
"""


def folder(root: Path, files: dict[str, str] | None = None) -> Path:
    """A folder that passes, with `files` (path -> text, indentation taken off) put over it."""
    basis = {
        "shop.yaml": SHOP,
        "templates/hello/template.mjml": MJML,
        "templates/hello/template.yaml": "subject: Hello\npreheader: From us\n",
        "templates/receipt/template.mjml": MJML,
        "templates/receipt/template.yaml": "subject: Thanks\npreheader: For your order\nclass: transactional\n",
        "segments/buyers.yaml": SEGMENT,
        "offers/gift.yaml": "title: A gift\ntext: For you\n",
        "journeys/plain.yaml": JOURNEY,
    }
    for name, text in {**basis, **(files or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return root
