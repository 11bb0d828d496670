"""The templates we ship, for everybody from a stranger to the best customer: never a hole, never broken HTML."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mailwright.compose.context import context
from mailwright.compose.mime import mime
from mailwright.compose.render import Rendered, render
from mailwright.content.publish import compile_folder
from mailwright.model.contact import Contact
from mailwright.model.content import Content
from mailwright.model.profile import Cart, Product, Profile, View
from mailwright.model.send import SendTask

FOLDER = Path(__file__).parents[2] / "layers" / "content"
NAMES = sorted(path.name for path in (FOLDER / "templates").iterdir())
NOW = 1_795_000_000_000
HOSTILE = "<img src=x onerror=alert(1)>\"'{{ 7*7 }}\r\nBcc: eve@example.com"
URL = "https://shop.example.com"


@cache
def content() -> Content:
    return compile_folder(FOLDER)


def profiles() -> Iterator[tuple[str, Profile]]:
    bare = Product("p1")
    full = Product("p2", "Stoneware mug", 1850, f"{URL}/mug", f"{URL}/mug.jpg", "Kitchen", "Pine")
    bad = Product(HOSTILE, HOSTILE, 100, HOSTILE, "javascript:alert(1)", HOSTILE, HOSTILE)
    yield "stranger", Profile("c")
    yield "named", Profile("c", traits={"first_name": (1, "Zoë")})
    yield "blank", Profile("c", traits={"first_name": (1, "  "), "name": (1, None), "email": (1, "")})
    yield "bare cart", Profile("c", cart=Cart(1, [(bare, 1)], [], ""))
    yield "full cart", Profile("c", cart=Cart(1, [(full, 3), (bare, 1)], [], f"{URL}/cart"))
    yield (
        "huge cart",
        Profile("c", cart=Cart(1, [(Product(f"p{n}", f"Pot {n}", 99900), n + 1) for n in range(20)], [], "")),
    )
    yield "bare views", Profile("c", views=[View(1, "p1", bare), View(1, "p3", None)])
    yield "full views", Profile("c", views=[View(1, "p2", full)])
    yield (
        "hostile",
        Profile(
            "c",
            traits={"first_name": (1, HOSTILE), "address.city": (1, HOSTILE)},
            cart=Cart(1, [(bad, 1)], [], HOSTILE),
            categories={HOSTILE: {NOW // 86_400_000 // 28: 5}},
        ),
    )


def rendered(name: str, profile: Profile, offers: list[str]) -> Rendered:
    task = SendTask("0" * 16, "c", "journey:j", "s", name, NOW, NOW + 1, offers=offers)
    links = {"unsubscribe": "https://news.example.com/u/aTOKEN"}
    seen = context(profile, Contact("c", address="ann@example.com"), task, content(), NOW, links)
    return render(content().templates[name], seen, task)


EVERY = [(name, kind, offers) for name in NAMES for kind, _ in profiles() for offers in ([], ["free-shipping"])]


@pytest.mark.parametrize(("name", "kind", "offers"), EVERY)
def test_nobody_gets_a_hole(name: str, kind: str, offers: list[str]) -> None:
    made = rendered(name, dict(profiles())[kind], offers)
    page = _Page(made.html)
    assert page.unclosed == []
    assert page.empty_tables == 0
    for text in (made.subject, made.preheader, made.text, page.text):
        assert text.strip()
        assert not re.search(r"\bNone\b|\bundefined\b|\bnull\b|\bnan\b", text), text
        assert "{{" not in text.replace("{{ 7*7 }}", "")
        assert "{%" not in text
        assert not re.search(r"\w +[,.!?;:](\s|$)", text), text  # `Hi ,`
        assert not re.search(r"(^|\s)[,.!?;:]", text.replace("Bcc:", "")), text
        assert not re.search(r"\(\s*\)|£\s|×\s*$|:\s*$", text, re.MULTILINE), text
        assert "  " not in re.sub(r" {2,3}(?=£|\S)", " ", text) if text is not made.text else True
    assert "\n\n\n" not in made.text
    assert not re.search(r'(href|src)="(?!https://|mailto:)', made.html)
    assert made.html.count("<img") == made.html.count("alt=")


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_text_and_nothing_more(name: str) -> None:
    made = rendered(name, dict(profiles())["hostile"], ["free-shipping"])
    assert "<img src=x" not in made.html
    assert "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", made.html)
    assert "49" not in made.subject
    assert "\n" not in made.subject
    assert "javascript:" not in made.html
    assert "<img" not in made.text
    raw = mime(made, sender=content().shop.sender, reply_to="", to="ann@example.com", at=NOW, boundary_seed="x",
               unsubscribe_url="https://news.example.com/u/a", headers={})  # fmt: skip
    assert b"\r\nBcc:" not in raw.partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize("name", NAMES)
def test_each_says_who_writes_and_how_to_stop_it(name: str) -> None:
    made = rendered(name, Profile("c"), [])
    for part in (made.html.replace("&amp;", "&"), made.text):
        assert content().shop.address in part
        assert "https://news.example.com/u/aTOKEN" in part
        assert "Unsubscribe" in part


@pytest.mark.parametrize("name", NAMES)
def test_each_is_light_enough_and_knows_the_dark(name: str) -> None:
    made = rendered(name, dict(profiles())["huge cart"], ["free-shipping"])
    assert len(made.html.encode()) < 60_000  # Gmail cuts at 102 KB
    assert "prefers-color-scheme: dark" in made.html
    assert '<meta name="color-scheme" content="light dark"' in made.html
    assert 'lang="en"' in made.html
    assert made.html.count("<a ") >= 2


@pytest.mark.parametrize("name", NAMES)
def test_the_same_person_gets_the_same_bytes(name: str) -> None:
    profile = dict(profiles())["full cart"]
    assert rendered(name, profile, []) == rendered(name, profile, [])


def test_the_reminder_shows_what_is_in_the_cart() -> None:
    made = rendered("cart-reminder", Profile("c", cart=Cart(1, [(_mug(), 2)], [], f"{URL}/cart")), [])
    for part in (made.html, made.text):
        assert "Stoneware mug" in part
        assert "2 × £18.50" in part
        assert "£37.00" in part
        assert f"{URL}/cart" in part
    assert f'src="{URL}/mug.jpg"' in made.html
    assert made.subject == "Still thinking about Stoneware mug?"


def test_the_dear_offer_is_for_dear_customers() -> None:
    poor = rendered("win-back", Profile("c"), ["ten-percent"])
    assert "10% off" not in poor.html
    rich = rendered("win-back", Profile("c", totals=[0, 0, 0, 0, 0, 2, 25_000]), ["ten-percent", "free-shipping"])
    assert "10% off" in rich.html
    assert "THANKYOU10" in rich.text


def _mug() -> Product:
    return Product("p2", "Stoneware mug", 1850, f"{URL}/mug", f"{URL}/mug.jpg")


class _Page(HTMLParser):
    """Reads HTML strictly: what is left open, which tables are empty, what a reader sees."""

    VOID = frozenset(("img", "br", "meta", "hr", "input", "link"))

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.unclosed: list[str] = []
        self.rows: list[int] = []
        self.empty_tables = 0
        self.parts: list[str] = []
        # Outlook sees what is in conditional comments: those must balance as well.
        self.feed(re.sub(r"<!--\[if[^\]]*\]>(?:<!-->)?|<!--<!\[endif\]-->|<!\[endif\]-->", "", html))
        self.close()
        self.unclosed += self.stack
        self.text = " ".join("".join(self.parts).split())

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Neither opens nor closes anything."""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.VOID:
            self.stack.append(tag)
        if tag == "table":
            self.rows.append(0)
        elif tag == "tr" and self.rows:
            self.rows[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.unclosed.append(tag)
        if tag == "table" and self.rows:
            self.empty_tables += self.rows.pop() == 0
        if tag in ("td", "div", "tr", "p", "a"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.stack):
            self.parts.append(data)
