"""Products as events tell of them."""

from collections.abc import Mapping
from typing import Any

from mailwright.fold.values import money, objects, quantity, text
from mailwright.model.problem import Problem
from mailwright.model.profile import Product

MOST_LINES = 100  # of one order or cart statement that are looked at for products

_ID, _NAME, _URL, _GROUP = 64, 120, 300, 64  # characters kept


def product(data: Mapping[str, Any], where: str = "") -> Product:
    """The Product in an event's data or in one line of it. Problem when a field has a type or value it cannot have."""
    get = data.get
    url, image = text(get("url"), where + "url", 2000), text(get("image_url"), where + "image_url", 2000)
    identity = get("product_id") or get("sku") or get("variant_id") or get("name")
    return Product(
        text(identity, where + "product_id", _ID),
        text(get("name"), where + "name", _NAME),
        money(get("price"), where + "price"),
        url if len(url) <= _URL else "",  # half an address leads nowhere
        image if len(image) <= _URL else "",
        text(get("category"), where + "category", _GROUP),
        text(get("brand"), where + "brand", _GROUP),
    )


def known(data: Mapping[str, Any]) -> Product:
    """The same, of an event that makes no sense without a product."""
    found = product(data)
    if not found.product_id:
        raise Problem("missing_field", "product_id is missing: without product_id, sku or name there is no product")
    return found


def lines(data: Mapping[str, Any]) -> list[tuple[Product, int]]:
    """The `products` of an order or cart with their quantities, in the order given; lines of zero pieces left out."""
    found = []
    for index, line in enumerate(objects(data, "products")):
        where = f"products[{index}]."
        pieces = quantity(line.get("quantity"), where + "quantity")
        if pieces:
            found.append((product(line, where), pieces))
    return found
