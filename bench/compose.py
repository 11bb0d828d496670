"""Composing an email against a floor: the same bytes by `str.format` and `html.escape`, by hand for one template.

The floor reads the same profile, loops over the same lines, escapes the same values and spells the same amounts; it has
no checks, no fallbacks and no template language. Both are timed in turn in one process, so the ratio holds anywhere.
"""

from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path

from msgspec.structs import replace

from bench.measure import interleaved, table
from mailwright.compose.context import context
from mailwright.compose.render import render
from mailwright.content.publish import compile_folder
from mailwright.model.contact import Contact
from mailwright.model.content import Content
from mailwright.model.profile import Cart, Product, Profile
from mailwright.model.send import SendTask

TITLE = "Compose: context and render against a str.format floor of the same bytes"
CONTENT = Path(__file__).parents[1] / "layers" / "content"
NOW = 1_795_000_000_000
CUSTOMERS, PRODUCTS, ROUNDS = 200, 500, 15
LINKS = {"unsubscribe": "https://news.example.com/u/aTOKENTOKENTOKENTOKENTOKENTOKEN"}
SHOP = "https://shop.example.com"
TASK = SendTask("0" * 16, "c", "journey:cart-abandoned", "s", "cart-reminder", NOW, NOW + 1)

Compose = Callable[[Profile], tuple[str, str, str]]


def run() -> str:
    """A Markdown table: microseconds an email, ours and the floor's, and their ratio, by lines in the cart."""
    content = compile_folder(CONTENT)
    rows: list[list[object]] = []
    for lines in (1, 3, 10):
        people = [_customer(number, lines) for number in range(CUSTOMERS)]
        ours, floor = _ours(content), _floor(content)
        for person in people:
            if ours(person) != floor(person):
                raise AssertionError("the floor does not write the same email")
        cases = {"floor": partial(_everybody, floor, people), "ours": partial(_everybody, ours, people)}
        times = interleaved(cases, ROUNDS)
        base, cost = times["floor"] / CUSTOMERS * 1e6, times["ours"] / CUSTOMERS * 1e6
        size = sum(len(part.encode()) for part in ours(people[0]))
        rows.append([lines, f"{size:,}", f"{base:.0f} µs", f"{cost:.0f} µs", f"{cost / base:.2f}"])
    return table(["cart lines", "bytes", "str.format floor", "compose", "ratio"], rows)


def _everybody(compose: Compose, people: list[Profile]) -> None:
    for person in people:
        compose(person)


def _customer(number: int, lines: int) -> Profile:
    """One of many people with `lines` of many products in the cart."""
    cart = [(_product((number * 7 + place * 31) % PRODUCTS), 2) for place in range(lines)]
    return Profile("c", traits={"first_name": (1, f"Ann-{number}")}, cart=Cart(1, cart, [], f"{SHOP}/cart/{number:04}"))


def _product(number: int) -> Product:
    slug = f"stoneware-mug-{number:03}"
    name = f"Stoneware mug & saucer {number:03}"
    return Product(slug, name, 1850 + number, f"{SHOP}/products/{slug}", f"{SHOP}/images/{slug}.jpg", "Kitchen", "Pine")


def _ours(content: Content) -> Compose:
    template, contact = content.templates["cart-reminder"], Contact("c", address="ann@example.com")

    def compose(profile: Profile) -> tuple[str, str, str]:
        made = render(template, context(profile, contact, TASK, content, NOW, LINKS), TASK)
        return made.subject, made.html, made.text

    return compose


def _floor(content: Content) -> Compose:
    """The same email by format strings: those of one sample with its values taken out again, a cart row by itself."""
    (page, row), (plain, plain_row) = _formats(content)

    def compose(profile: Profile) -> tuple[str, str, str]:
        cart = [(product, quantity, product.price or 0) for product, quantity in profile.cart.lines]
        total = f"£{sum(quantity * price for _, quantity, price in cart) / 100:,.2f}"
        subject = f"Still thinking about {cart[0][0].name}?"
        whole = {
            "customer": profile.traits["first_name"][1],
            "cart": profile.cart.url,
            "total": total,
            "subject": subject,
            "preheader": f"Your basket is saved: {sum(quantity for _, quantity, _ in cart)} pieces, {total}.",
        }
        rows = [
            {
                "name": product.name,
                "url": product.url,
                "image": product.image_url,
                "price": f"£{price / 100:,.2f}",
                "sum": f"£{quantity * price / 100:,.2f}",
            }
            for product, quantity, price in cart
        ]
        safe = "".join(row.format(**{key: escape(value) for key, value in values.items()}) for values in rows)
        html = page.format(rows=safe, **{key: escape(value) for key, value in whole.items()})
        return subject, html, plain.format(rows="".join(plain_row.format(**values) for values in rows), **whole)

    return compose


def _formats(content: Content) -> list[tuple[str, str]]:
    """(whole, row) for HTML and text, from what a third cart line adds to an email with two."""
    two, three = _shapes(content, 2), _shapes(content, 3)
    formats = []
    for short, long, start in zip(two, three, ('<tr class="rule">', "{name} ("), strict=True):
        first, length = long.index(start), len(long) - len(short)
        row = long[first : first + length]
        formats.append((long.replace(row * 3, "{rows}"), row))
    return formats


def _shapes(content: Content, lines: int) -> tuple[str, str]:
    name, front = "SAMPLE NAME", f"{SHOP}/sample"
    sample = Product("", name, 111111, f"{front}-page", f"{front}-image")
    cart = [(replace(sample, product_id=f"p{number}"), 2) for number in range(lines)]
    person = Profile("c", traits={"first_name": (1, "SAMPLE PERSON")}, cart=Cart(1, cart, [], f"{front}-cart"))
    subject, html, text = _ours(content)(person)
    preheader = f"Your basket is saved: {2 * lines} pieces, £{2222.22 * lines:,.2f}."
    values = {preheader: "preheader", subject: "subject", "SAMPLE PERSON": "customer", f"{front}-cart": "cart",
              f"{front}-page": "url", f"{front}-image": "image", name: "name", f"£{2222.22 * lines:,.2f}": "total",
              "£2,222.22": "sum", "£1,111.11": "price"}  # fmt: skip
    shapes = []
    for part in (html, text):
        shape = part.replace("{", "{{").replace("}", "}}")
        for value, field in values.items():
            shape = shape.replace(value, f"{{{field}}}")
        shapes.append(shape)
    return shapes[0], shapes[1]
