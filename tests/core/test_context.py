"""What a template sees of a person: plain data, fit to print, complete by name."""

from typing import Any

from mailwright.compose.context import LINES, context
from mailwright.compose.vocabulary import ANY, OBJECTS
from mailwright.expression.tree import Column, Compare, Const, InSegment
from mailwright.model.contact import Contact
from mailwright.model.content import Content, Offer, Segment, Shop, Template
from mailwright.model.profile import Cart, Product, Profile, View
from mailwright.model.send import SendTask

NOW = 1_795_000_000_000
SHOP = Shop("Pots & Pans", "https://shop.example.com", "Pots <hello@shop.example.com>", "1 Street", currency="GBP")
EVERYTHING = Template("t", "s", "p", "{{ profile.orders | default(0) }}", "x")
PLAIN = Template("plain", "s", "p", "{{ shop.name }}", "x")


def made(profile: Profile | None = None, *, template: str = "t", offers: list[str] | None = None) -> dict[str, Any]:
    dear = Compare(">=", Column("orders"), Const(1))
    content = Content(
        SHOP,
        segments={"new": Segment("new", "", Compare("=", Column("orders"), Const(0)))},
        templates={"t": EVERYTHING, "plain": PLAIN},
        offers={
            "dear": Offer("dear", "Dear", "x", when=dear),
            "new": Offer("new", "New", "x", when=InSegment("new")),
            "all": Offer("all", "All", "x", url="https://shop.example.com/all"),
        },
    )
    task = SendTask("0" * 16, "ann", "journey:j", "s", template, NOW, NOW + 1, offers=offers or [])
    contact = Contact("ann", address="ann@example.com")
    return context(profile or Profile("ann"), contact, task, content, NOW, {"unsubscribe": "https://n.example.com/u/t"})


def named(**traits: Any) -> dict[str, Any]:
    return made(Profile("ann", traits={name: (1, value) for name, value in traits.items()}))["customer"]


def test_every_documented_name_is_there_and_nothing_else() -> None:
    product = Product("p", "Mug", 100, "https://a.example.com/p", "https://a.example.com/i", "c", "b")
    full = Profile("ann", views=[View(1, "p", product)], cart=Cart(1, [(product, 1)], [], ""))
    seen = made(full, offers=["all"])
    objects = {
        "root": {**seen, "subject": "", "preheader": ""},
        "customer": seen["customer"],
        "profile": seen["profile"],
        "cart": seen["cart"],
        "line": seen["cart"]["lines"][0],
        "product": seen["viewed"][0],
        "offer": seen["offer"],
        "shop": seen["shop"],
    }
    for name, fields in objects.items():
        assert set(fields) == set(OBJECTS[name]), name
    assert set(OBJECTS) == {*objects, "traits", "loop"}
    assert set(OBJECTS["traits"]) == {ANY}


def test_what_is_always_there_is_there_for_somebody_unknown() -> None:
    seen = made()
    for name in ("root", "customer", "cart", "shop"):
        fields = {**seen, "subject": "s", "preheader": "p"} if name == "root" else seen[name]
        for field, var in OBJECTS[name].items():
            assert not var.always or fields[field] not in (None, ""), (name, field)


def test_everything_in_it_is_plain_data() -> None:
    def plain(value: object) -> bool:
        if type(value) is dict:
            return all(type(key) is str and plain(item) for key, item in value.items())
        if type(value) is list:
            return all(map(plain, value))
        return value is None or type(value) in (str, int, float, bool)

    assert plain(made(Profile("ann", traits={"tags": (1, ["a", 2]), "vip": (1, True)}), offers=["all"]))


def test_names_that_are_none_count_as_missing() -> None:
    for name in ("null", "undefined", "None", "", "   ", "N/A", "Win https://evil.example", "www.evil.example now", 7):
        assert named(first_name=name)["first_name"] == "", name
    assert named(first_name=" Zoë\r\nAnn ")["first_name"] == "Zoë Ann"
    assert named(name="Ann Lee")["first_name"] == "Ann"
    assert named(first_name="Ann", last_name="Lee")["name"] == "Ann Lee"
    assert len(named(first_name="x" * 500)["first_name"]) == 60


def test_addresses_that_are_not_https_do_not_get_through() -> None:
    bad = (
        "javascript:alert(1)",
        "http://a.example.com",
        "//a.example.com",
        "data:text/html,x",
        "https://a b.example.com",
    )
    for url in bad:
        cart = Cart(1, [(Product("p", "Mug", 100, url, url), 1)], [], url)
        seen = made(Profile("ann", cart=cart))["cart"]
        assert seen["url"] == SHOP.url
        assert seen["lines"][0]["url"] == SHOP.url
        assert seen["lines"][0]["image_url"] == ""


def test_cart_adds_up_in_the_shops_currency_and_shows_ten_lines() -> None:
    lines = [(Product(f"p{n}", f"Pot {n}", 1250), 2) for n in range(12)]
    cart = made(Profile("ann", cart=Cart(1, lines, [], "")))["cart"]
    assert len(cart["lines"]) == LINES
    assert (cart["more"], cart["items"], cart["total"]) == (2, 24, 300.0)
    assert (cart["lines"][0]["price"], cart["lines"][0]["total"]) == (12.5, 25.0)


def test_a_total_with_a_price_missing_is_not_guessed() -> None:
    cart = made(Profile("ann", cart=Cart(1, [(Product("p", "", None), 1), (Product("q", "Q", 100), 1)], [], "")))[
        "cart"
    ]
    assert cart["total"] is None
    assert cart["lines"][0]["name"] == "p"


def test_the_first_offer_whose_rule_holds_is_shown() -> None:
    assert made(offers=["dear", "new", "all"])["offer"]["name"] == "new"
    assert made(offers=["dear", "all"])["offer"]["url"] == "https://shop.example.com/all"
    assert made(offers=["dear", "gone"])["offer"] is None
    assert made()["offer"] is None


def test_columns_are_worked_out_only_when_asked_for() -> None:
    assert made(template="plain")["profile"] == {}
    assert made(template="t")["profile"]["orders"] == 0
