"""What a template may name: one table for the context, the checker and docs/templates.md.

`always` means that the value is there for every customer; everything else needs a fallback or an `if`, which the
checker asks for, so that no email has a hole.
"""

from typing import NamedTuple

from mailwright.model.columns import COLUMNS


class Var(NamedTuple):
    """`kind` is text, number, boolean or url; `object X` or `list of X` for an entry X of OBJECTS."""

    kind: str
    always: bool
    meaning: str


ANY = "*"  # a field of any name

_PRODUCT = {
    "product_id": Var("text", True, "the shop's id of the product"),
    "name": Var("text", True, "what it is called; its id when no event named it"),
    "price": Var("number", False, "for one piece, in the shop's currency"),
    "url": Var("url", True, "its page; the shop's front page when no event gave one"),
    "image_url": Var("url", False, "its picture"),
    "category": Var("text", False, "its category"),
    "brand": Var("text", False, "its brand"),
}

OBJECTS: dict[str, dict[str, Var]] = {
    "root": {
        "customer": Var("object customer", True, "who the email is for"),
        "profile": Var("object profile", True, "the columns that rules use, as they are now"),
        "cart": Var("object cart", True, "what is in the cart now"),
        "viewed": Var("list of product", True, "products viewed, newest first, at most 5; may be empty"),
        "offer": Var("object offer", False, "the first offer of this step whose rule holds"),
        "shop": Var("object shop", True, "who writes, from shop.yaml"),
        "subject": Var("text", True, "the subject as rendered; for mj-title"),
        "preheader": Var("text", True, "the preheader as rendered; for mj-preview"),
        "unsubscribe_url": Var("url", True, "this customer's own unsubscribe page"),
    },
    "customer": {
        "email": Var("text", True, "the address this email goes to"),
        "first_name": Var("text", False, "trait first_name, or the first word of the trait name"),
        "last_name": Var("text", False, "trait last_name"),
        "name": Var("text", False, "the whole name"),
        "city": Var("text", False, "trait address.city or where the last events came from"),
        "country": Var("text", False, "ISO 3166 code where the source gives one"),
        "language": Var("text", False, "language part of the locale"),
        "traits": Var("object traits", True, "every trait that is a text, a number, a list or a yes/no, by its name"),
    },
    "traits": {ANY: Var("text", False, "a trait by its name")},
    "profile": {name: Var(spec.kind, False, spec.meaning) for name, spec in COLUMNS.items()},
    "cart": {
        "lines": Var("list of line", True, "what is in it, at most 10 lines; may be empty"),
        "more": Var("number", True, "how many lines there are beyond those"),
        "items": Var("number", True, "pieces in the whole cart"),
        "total": Var("number", False, "sum of price x quantity; unknown when a price is"),
        "url": Var("url", True, "the cart's page; the shop's front page when no event gave one"),
    },
    "product": _PRODUCT,
    "line": {
        **_PRODUCT,
        "quantity": Var("number", True, "pieces of this product"),
        "total": Var("number", False, "price x quantity"),
    },
    "offer": {
        "name": Var("text", True, "the name of its file"),
        "title": Var("text", True, "its headline"),
        "text": Var("text", True, "what it says"),
        "code": Var("text", False, "the code to use at checkout"),
        "url": Var("url", True, "where it leads; the shop's front page when its file gives none"),
    },
    "shop": {
        "name": Var("text", True, "its name"),
        "url": Var("url", True, "its front page"),
        "address": Var("text", True, "its postal address, which the law asks for"),
        "email": Var("text", True, "where an answer goes"),
        "logo_url": Var("url", False, "its logo"),
        "currency": Var("text", True, "ISO 4217 code"),
        "locale": Var("text", True, "such as en-GB"),
        "language": Var("text", True, "language part of the locale"),
    },
    "loop": {
        "first": Var("boolean", True, "whether this is the first turn"),
        "last": Var("boolean", True, "whether this is the last turn"),
        "index": Var("number", True, "the turn's number, from 1"),
        "index0": Var("number", True, "the turn's number, from 0"),
        "length": Var("number", True, "how many turns there are"),
    },
}
