"""What a template may read about one person: plain dicts, lists, texts and numbers, named in compose.vocabulary.

Shop data is made fit to print here: addresses that are not https are left out, names that are none ("null", a link)
count as missing, so that a fallback takes their place.
"""

from collections.abc import Iterable, Mapping
from email.utils import parseaddr
from functools import lru_cache
from typing import Any

from mailwright.compose.filters import LONGEST, clean, safe_url
from mailwright.compose.offers import pick
from mailwright.compose.render import reads
from mailwright.fold import cart as carts
from mailwright.fold.traits import trait
from mailwright.model.columns import COLUMNS
from mailwright.model.contact import Contact
from mailwright.model.content import Content, Shop
from mailwright.model.profile import Product, Profile
from mailwright.model.send import SendTask
from mailwright.segments.clusters import facts as facts_of
from mailwright.segments.membership import compiled

LINES = 10  # of the cart that an email shows
VIEWED = 5

_NO_NAME = frozenset({"null", "undefined", "None", "NaN", "nan", "N/A", "n/a", "-"})  # what a broken form sends
_NAME = 60


def context(
    profile: Profile, contact: Contact, task: SendTask, content: Content, now: int, links: Mapping[str, str]
) -> dict[str, Any]:
    """The context of one email, `subject` and `preheader` apart; `links` holds this customer's `unsubscribe` address.

    The columns of rules are worked out only when the template or an offer's rule asks for them.
    """
    template = content.templates.get(task.template)
    named = reads(template, task) if template else frozenset(("profile",))
    ruled = any(offer.when for name in task.offers if (offer := content.offers.get(name)))
    facts = facts_of(profile, now, content) if ruled or "profile" in named else {}
    if facts:
        compiled(content)(facts)  # adds the segments, which a rule may name, and the persona
    shop = _shop(content.shop)
    made: dict[str, Any] = {
        "customer": _customer(profile, contact),
        "profile": {name: facts[name] for name in COLUMNS} if facts else {},
        "cart": _cart(profile, shop["url"]),
        "viewed": _viewed(profile, shop["url"]),
        "shop": shop,
        "unsubscribe_url": links["unsubscribe"],
        "offer": None,
    }
    offer = pick(task.offers, content, facts)
    if offer is not None:
        made["offer"] = {
            "name": offer.name,
            "title": offer.title,
            "text": offer.text,
            "code": offer.code,
            "url": safe_url(offer.url) or shop["url"],
        }
    return made


def _customer(profile: Profile, contact: Contact) -> dict[str, Any]:
    traits = profile.traits
    name = _name(trait(traits, "name"))
    first, last = _name(trait(traits, "first_name")), _name(trait(traits, "last_name"))
    surroundings = profile.context
    locale = _text(trait(traits, "locale")) or _text(trait(surroundings, "locale"))
    return {
        "email": contact.address,
        "first_name": first or name.split(" ")[0],
        "last_name": last,
        "name": name or " ".join(part for part in (first, last) if part),
        "city": _name(trait(traits, "address.city")) or _name(trait(surroundings, "city")),
        "country": _text(trait(traits, "address.country")) or _text(trait(surroundings, "country")),
        "language": locale.replace("_", "-").split("-")[0].lower(),
        "traits": dict(_plain(profile)),
    }


def _plain(profile: Profile) -> Iterable[tuple[str, Any]]:
    for name, (_, value) in profile.traits.items():
        if isinstance(value, list):
            yield name, ", ".join(_text(entry) for entry in value if isinstance(entry, str | int | float))
        elif isinstance(value, str):
            yield name, _text(value)
        elif isinstance(value, bool | int | float):
            yield name, value


def _cart(profile: Profile, front: str) -> dict[str, Any]:
    lines = carts.lines(profile.cart)
    priced = [product.price * pieces for product, pieces in lines if product.price is not None]
    return {
        "lines": [_line(product, pieces, front) for product, pieces in lines[:LINES]],
        "more": max(0, len(lines) - LINES),
        "items": sum(pieces for _, pieces in lines),
        "total": sum(priced) / 100 if lines and len(priced) == len(lines) else None,
        "url": safe_url(profile.cart.url) or front,
    }


def _line(product: Product, pieces: int, front: str) -> dict[str, Any]:
    total = None if product.price is None else product.price * pieces / 100
    return {**_product(product, front), "quantity": pieces, "total": total}


def _viewed(profile: Profile, front: str) -> list[dict[str, Any]]:
    return [_product(view.product, front) for view in profile.views if view.product is not None][:VIEWED]


@lru_cache(maxsize=4096)  # a shop sends far more emails than it has products
def _product(product: Product, front: str) -> dict[str, Any]:
    """A product as a template sees it, shared: nobody writes to it. Money is in hundredths in the profile."""
    return {
        "product_id": _text(product.product_id),
        "name": _text(product.name) or _text(product.product_id),
        "price": None if product.price is None else product.price / 100,
        "url": safe_url(product.url) or front,
        "image_url": safe_url(product.image_url),
        "category": _text(product.category),
        "brand": _text(product.brand),
    }


def _shop(shop: Shop) -> dict[str, Any]:
    return {
        "name": shop.name,
        "url": safe_url(shop.url),
        "address": shop.address,
        "email": shop.reply_to or parseaddr(shop.sender)[1],
        "logo_url": safe_url(shop.logo_url),
        "currency": shop.currency,
        "locale": shop.locale,
        "language": shop.locale.replace("_", "-").split("-")[0].lower(),
    }


def _text(value: Any) -> str:
    if isinstance(value, str | int | float):
        return " ".join(clean(str(value)).split())[:LONGEST]
    return ""


def _name(value: Any) -> str:
    """A name as it would be said; "" for what no one is called, and for links that a stranger typed into a form."""
    name = _text(value) if isinstance(value, str) else ""
    if name in _NO_NAME or "://" in name or "www." in name.lower():
        return ""
    return name[:_NAME]
