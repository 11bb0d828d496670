"""Draws every template as a customer sees it: desktop and phone side by side, light and dark.

    python -m local.pictures [--out DIR] [--content DIR] [--images-off] [TEMPLATE ...]

    python -m local.pictures --report out/report.html [--open '#/c-2001/2'] [--tall 1000] [--name report] [--out DIR]

The second form draws a report as it opens on a screen, at the customer and email that its address names.
Needs Chromium (`apt-get install chromium`); nothing is fetched from the network. docs/images is made with
`--out docs/images cart-reminder welcome`; after `make demo` with `--report out/report.html --open '#/c-2001/2'`; and
after the replay of docs/segments.md and `clusters train` with `--report out/report.html --name segments --tall 1345`.
"""

import argparse
import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local.placeholders import with_pictures
from mailwright.compose.context import context
from mailwright.compose.render import render
from mailwright.content.findings import ContentInvalid
from mailwright.content.publish import compile_folder
from mailwright.model.contact import Contact
from mailwright.model.content import Content
from mailwright.model.profile import Cart, Product, Profile, View
from mailwright.model.send import SendTask
from mailwright.model.times import DAY

NOW = 1_795_000_000_000  # an evening in November 2026: pictures do not change with the day they are drawn
DESKTOP, PHONE, GAP = 640, 360, 40
SCREEN = (1360, 1000)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_SCHEMES = {"light": ("1", "#d9d9d9"), "dark": ("0", "#000000")}  # Blink's number, the ground around the two widths


def sample_customer() -> tuple[Profile, Contact]:
    """Somebody of whom much is known, so that every block has something to show."""
    shop = "https://shop.example.com"
    products = [
        Product(
            f"p{number}", name, price, f"{shop}/products/{slug}", f"{shop}/images/{slug}.jpg", "Kitchen", "Pine & Co"
        )
        for number, (name, price, slug) in enumerate(
            [
                ("Stoneware mug, speckled", 1850, "mug"),
                ("Merino throw in oatmeal", 12900, "throw"),
                ("Reading lamp, brass", 8500, "lamp"),
                ("Salad bowl, olive wood", 6400, "bowl"),
            ]
        )
    ]
    profile = Profile(
        "c1",
        first_seen=NOW - 400 * DAY,
        last_seen=NOW,
        traits={"first_name": (NOW, "Ann"), "email": (NOW, "ann@example.com")},
        categories={"Kitchen": {NOW // DAY // 28: 9}},
        views=[View(NOW - number, product.product_id, product) for number, product in enumerate(products[1:])],
        cart=Cart(NOW - DAY, [(products[0], 2), (products[1], 1)], [], f"{shop}/cart"),
    )
    return profile, Contact("c1", address="ann@example.com", address_at=1)


def sample_html(content: Content, template: str, offers: Sequence[str]) -> str:
    """One template for the sample customer; without a cart where the email is not about one."""
    profile, contact = sample_customer()
    if template != "cart-reminder":
        profile.cart = Cart()
    task = SendTask("0" * 16, "c1", "preview", "preview", template, NOW, NOW + DAY, offers=list(offers))
    links = {"unsubscribe": "https://news.example.com/u/preview"}
    return render(content.templates[template], context(profile, contact, task, content, NOW, links), task).html


def picture(page: str, scheme: str, target: Path) -> None:
    """Write a PNG of an email at both widths. RuntimeError when there is no Chromium or it does not draw."""
    number, ground = _SCHEMES[scheme]
    frames = "".join(
        f'<iframe width="{width}" height="100" srcdoc="{html.escape(page)}"></iframe>' for width in (DESKTOP, PHONE)
    )
    sheet = (
        f'<!doctype html><meta charset="utf-8"><style>body{{margin:{GAP}px;background:{ground};display:flex;'
        f"gap:{GAP}px;align-items:flex-start}}iframe{{border:0;border-radius:12px;flex:none}}</style>{frames}<script>"
        "addEventListener('load',()=>{for(const f of document.querySelectorAll('iframe'))"
        "f.height=f.contentDocument.documentElement.scrollHeight;"
        "document.title='height:'+document.documentElement.scrollHeight})</script>"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sheet.html"
        file.write_text(sheet, encoding="utf-8")
        width = DESKTOP + PHONE + 3 * GAP
        options = [f"--user-data-dir={folder}/profile", f"--blink-settings=preferredColorScheme={number}"]
        dom = _chromium(*options, f"--window-size={width},600", "--dump-dom", file.as_uri())
        height = re.search(r"height:(\d+)", dom)
        if height is None:
            raise RuntimeError("Chromium did not lay the page out")
        target.parent.mkdir(parents=True, exist_ok=True)
        _chromium(*options, f"--window-size={width},{height[1]}", f"--screenshot={target.resolve()}", file.as_uri())


def screen(report: Path, place: str, target: Path, tall: int = SCREEN[1]) -> None:
    """Write a PNG of a report, light, as it opens on a laptop whose screen is so many pixels tall. `place` is what
    follows its address: `#/c-2001/2`.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = [f"--user-data-dir={folder}/profile", f"--blink-settings=preferredColorScheme={_SCHEMES['light'][0]}"]
        options += [f"--window-size={SCREEN[0]},{tall}", "--virtual-time-budget=4000"]
        target.parent.mkdir(parents=True, exist_ok=True)
        _chromium(*options, f"--screenshot={target.resolve()}", report.resolve().as_uri() + place)


def _chromium(*arguments: str) -> str:
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise RuntimeError("pictures need Chromium: apt-get install chromium")
    ran = subprocess.run([browser, *_OPTIONS, *arguments], capture_output=True, text=True, timeout=120, check=False)
    if ran.returncode:
        raise RuntimeError(f"Chromium failed: {ran.stderr.strip()[-300:]}")
    return ran.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.pictures", description="Draw templates as PNG files.")
    parser.add_argument("templates", nargs="*", metavar="TEMPLATE", help="all of them when none is named")
    parser.add_argument("--out", type=Path, default=Path("out/pictures"))
    parser.add_argument("--content", type=Path, default=Path("layers/content"))
    parser.add_argument("--images-off", action="store_true", help="as in a mail program that blocks pictures")
    parser.add_argument("--report", type=Path, help="draw this report.html, and no templates")
    parser.add_argument("--open", default="", help="what the report is opened at: #/customer/email")
    parser.add_argument("--tall", type=int, default=SCREEN[1], help="pixels of the screen the report opens on")
    parser.add_argument("--name", default="report", help="of the report's picture")
    said = parser.parse_args(arguments)
    if said.report is not None:
        if not said.report.is_file():
            parser.error(f"there is no {said.report}: `make demo` makes out/report.html")
        target = said.out / f"{said.name}.png"
        screen(said.report, said.open, target, said.tall)
        print(target)
        return 0
    content = compile_folder(said.content)
    unknown = [name for name in said.templates if name not in content.templates]
    if unknown:
        parser.error(f"no template {unknown[0]!r}; there are: {', '.join(content.templates)}")
    for name in said.templates or content.templates:
        page = sample_html(content, name, tuple(content.offers))
        page = page if said.images_off else with_pictures(page)
        for scheme in _SCHEMES:
            target = said.out / f"{name}-{scheme}.png"
            picture(page, scheme, target)
            print(target)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, ContentInvalid) as error:
        sys.exit(str(error))
