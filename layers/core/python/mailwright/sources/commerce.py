"""Properties of ecommerce events: old names made today's, numbers made numbers, products made alike."""

from typing import Any

from mailwright.sources import fields
from mailwright.sources.fields import Json
from mailwright.sources.names import CANONICAL, ORDER, PRODUCT

_PRODUCT_NAMES = {
    "productId": "product_id", "productID": "product_id", "id": "product_id", "imageUrl": "image_url",
    "imageURL": "image_url", "title": "name",
}  # fmt: skip
_ORDER_NAMES = {
    "orderId": "order_id", "orderID": "order_id", "checkoutId": "checkout_id", "cartId": "cart_id",
    "cartUrl": "cart_url",
}  # fmt: skip
_MONEY = ("total", "revenue", "subtotal", "value")  # never below 0
_AMOUNTS = ("shipping", "tax", "discount")
_TEXTS = ("order_id", "checkout_id", "cart_id", "coupon", "affiliation", "cart_url", "list_id", "query")
_PRODUCT_TEXTS = ("product_id", "sku", "name", "variant", "category", "brand", "coupon", "url", "image_url")


def normalise(name: str, properties: Json) -> Json:
    """The properties of an event in the words of Segment's v2 spec; those of a custom event as they are.

    Problem when a field that is read has the wrong type, or an order or product lacks its id.
    """
    if name not in CANONICAL:
        return properties
    data = _renamed(properties, _ORDER_NAMES)
    if name in ORDER and "order_id" not in data and "id" in data:
        data["order_id"] = data.pop("id")
    _typed(data, "properties.", _TEXTS)
    currency(data, "properties.currency")
    for field in _AMOUNTS:
        _put(data, field, fields.number(data.get(field), f"properties.{field}"))
    for field in _MONEY:
        _put(data, field, fields.number(data.get(field), f"properties.{field}", least=0))
    if data.get("products") is not None:
        data["products"] = products(data["products"], "properties.products")
    if name in PRODUCT:
        data = product(data, "properties")
    if name in ORDER:
        _order(data)
    return data


def products(value: Any, field: str) -> list[Json]:
    """The lines of a cart or order; a line of quantity 0 says nothing is there and is left out."""
    lines = [product(line, f"{field}[{index}]") for index, line in enumerate(fields.objects(value, field))]
    return [line for line in lines if line["quantity"] > 0]


def product(line: Json, field: str) -> Json:
    """One product: `product_id` always, `quantity` 1 unless given, and the rest where it is known."""
    data = _renamed(line, _PRODUCT_NAMES)
    _typed(data, f"{field}.", _PRODUCT_TEXTS)
    # A shop that has no ids for some goods has their SKU or at least a name that is theirs alone.
    known = data.get("product_id") or data.get("sku") or data.get("name")
    if known is None:
        raise fields.missing(f"{field}.product_id", "every product needs product_id, or sku or name in its place")
    data["product_id"] = known
    _put(data, "price", fields.number(data.get("price"), f"{field}.price", least=0))
    count = fields.quantity(data.get("quantity"), f"{field}.quantity")
    data["quantity"] = 1 if count is None else count
    return data


def currency(data: Json, field: str) -> None:
    """Put an ISO 4217 code in capitals in `data["currency"]`, or leave it out."""
    code = fields.text(data.get("currency"), field)
    if code is not None and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise fields.wrong(field, "a currency code of three letters like EUR", code)
    _put(data, "currency", code and code.upper())


def _order(data: Json) -> None:
    if "order_id" not in data:
        raise fields.missing("properties.order_id", "an order event must say which order it means")
    if "total" in data:
        return
    lines = data.get("products", [])
    if "revenue" in data:
        data["total"] = data["revenue"]
    elif lines and all("price" in line for line in lines):
        data["total"] = round(sum(line["price"] * line["quantity"] for line in lines), 2)


def _renamed(data: Json, names: dict[str, str]) -> Json:
    renamed = dict(data)
    for old, new in names.items():
        if old in renamed and renamed.get(new) in (None, ""):
            renamed[new] = renamed.pop(old)
    return renamed


def _typed(data: Json, prefix: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name in data:
            _put(data, name, fields.text(data[name], prefix + name))


def _put(data: Json, name: str, value: Any) -> None:
    if value is not None:
        data[name] = value
    else:
        data.pop(name, None)
