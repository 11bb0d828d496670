"""The parts of Shopify's payloads (orders, checkouts, carts, customers, products, refunds) in Segment's words."""

from mailwright.model.contact import DENIED, GRANTED
from mailwright.sources import commerce, context, fields
from mailwright.sources import traits as people
from mailwright.sources.fields import Json

# Never subscribed, waiting for confirmation or redacted is no statement; only these two are.
_CONSENT = {"subscribed": GRANTED, "unsubscribed": DENIED}


def customer(payload: Json, *tokens: str) -> str:
    """Who a payload is about: customer.id, else the email address, else the first of these tokens."""
    person = fields.obj(payload.get("customer"), "customer")
    who = fields.customer(person.get("id"), "customer.id") or guest(payload)
    for token in tokens:
        if who is None:
            who = _token(payload, token)
    if who is None:
        raise fields.missing("customer.id", f"and there is no email or {' or '.join(tokens)} in its place")
    return who


def token(payload: Json, who: str, *names: str) -> list[str]:
    """The first of these tokens that is there, unless it is `who`: the person's cart was kept under it before."""
    found = next((payload[name] for name in names if payload.get(name)), None)
    return fields.other_id(found.partition("?")[0], who) if isinstance(found, str) else []


def _token(payload: Json, name: str) -> str | None:
    text = fields.text(payload.get(name), name)
    return fields.customer(text.partition("?")[0], name) if text else None  # newer cart tokens end in ?key=...


def email(payload: Json) -> str | None:
    """The address in a payload, or its customer's."""
    person = fields.obj(payload.get("customer"), "customer")
    return (
        fields.email(payload.get("email"), "email")
        or fields.email(payload.get("contact_email"), "contact_email")
        or fields.email(person.get("email"), "customer.email")
    )


def guest(payload: Json) -> str | None:
    """The customer id of someone known by address only: the address in small letters."""
    address = email(payload)
    return address and address.lower()


def traits(person: Json, payload: Json, now: int) -> Json:
    """What is known of a person: address, name, home and consent with the time it was given."""
    home = person.get("default_address") or payload.get("shipping_address") or payload.get("billing_address")
    place = fields.obj(home, "default_address")
    consent = fields.obj(person.get("email_marketing_consent"), "email_marketing_consent")
    state = fields.text(consent.get("state"), "email_marketing_consent.state")
    said = _CONSENT.get(state or "")
    known = {
        "email": email({"email": person.get("email")}) or email(payload),
        "firstName": person.get("first_name") or place.get("first_name"),
        "lastName": person.get("last_name") or place.get("last_name"),
        "phone": person.get("phone") or payload.get("phone"),
        "address": _kept(
            {
                "city": fields.text(place.get("city"), "city"),
                "state": fields.text(place.get("province_code"), "province_code"),
                "country": fields.text(place.get("country_code"), "country_code"),
                "postalCode": fields.text(place.get("zip"), "zip"),
            }
        ),
        "marketing_consent": said,
        "marketing_consent_at": consent.get("consent_updated_at") if said else None,
        "tags": fields.text(person.get("tags"), "tags"),
    }
    return people.normalise(_kept(known), now)


def surroundings(payload: Json) -> Json:
    """Device, locale, country and city, where the payload tells."""
    details = fields.obj(payload.get("client_details"), "client_details")
    home = payload.get("shipping_address") or payload.get("billing_address") or payload.get("default_address")
    place = fields.obj(home, "shipping_address")
    return context.known(
        device=context.device(fields.text(details.get("user_agent"), "client_details.user_agent")),
        locale=context.locale(payload.get("customer_locale"), "customer_locale"),
        country=fields.text(place.get("country_code"), "country_code"),
        city=fields.text(place.get("city"), "city"),
    )


def order(payload: Json) -> Json:
    """An order as Segment's Order Completed has it; `revenue` is without shipping and tax, `total` with."""
    codes = fields.objects(payload.get("discount_codes"), "discount_codes")
    shipping = fields.obj(payload.get("total_shipping_price_set"), "total_shipping_price_set")
    paid = fields.obj(shipping.get("shop_money"), "total_shipping_price_set.shop_money")
    data = {
        "order_id": _id(payload, "id"),
        "order_number": fields.text(payload.get("name"), "name"),
        "checkout_id": fields.text(payload.get("checkout_token"), "checkout_token"),
        "total": fields.number(payload.get("total_price"), "total_price", least=0),
        "revenue": fields.number(payload.get("subtotal_price"), "subtotal_price", least=0),
        "shipping": fields.number(paid.get("amount"), "total_shipping_price_set.shop_money.amount"),
        "tax": fields.number(payload.get("total_tax"), "total_tax"),
        "discount": fields.number(payload.get("total_discounts"), "total_discounts"),
        "coupon": fields.text(codes[0].get("code"), "discount_codes[0].code") if codes else None,
        "currency": payload.get("currency"),
        "products": lines(payload.get("line_items")),
        "order_url": fields.text(payload.get("order_status_url"), "order_status_url"),
        "reason": fields.text(payload.get("cancel_reason"), "cancel_reason"),
    }
    return _money(data)


def checkout(payload: Json) -> Json:
    """A checkout: the whole cart as it stands, and where to take it up again."""
    return _money(
        {
            "checkout_id": fields.text(payload.get("token"), "token") or fields.text(payload.get("id"), "id"),
            "value": fields.number(payload.get("total_price"), "total_price", least=0),
            "currency": payload.get("currency"),
            "products": lines(payload.get("line_items")),
            "cart_url": fields.text(payload.get("abandoned_checkout_url"), "abandoned_checkout_url"),
        }
    )


def cart(payload: Json) -> Json:
    """A storefront cart: the whole of it, also when that is nothing."""
    return _money({"cart_id": _id(payload, "token", "id"), "products": lines(payload.get("line_items"))})


def refund(payload: Json, whole: Json) -> Json:
    """A refund; `whole` is the order it belongs to, {} when only its id is known."""
    back = [
        {**fields.obj(one.get("line_item"), "refund_line_items[].line_item"), "quantity": one.get("quantity")}
        for one in fields.objects(payload.get("refund_line_items"), "refund_line_items")
    ]
    transactions = fields.objects(payload.get("transactions"), "transactions")
    return _money(
        {
            "order_id": fields.text(payload.get("order_id"), "order_id") or _id(whole, "id"),
            "refund_id": fields.text(payload.get("id"), "id"),
            "total": refunded(payload),
            "currency": whole.get("currency") or next((one.get("currency") for one in transactions), None),
            "products": lines(back),
        }
    )


def refunded(payload: Json) -> float:
    """The money that went back: the refund's transactions that succeeded."""
    back = 0.0
    for one in fields.objects(payload.get("transactions"), "transactions"):
        if one.get("kind") == "refund" and one.get("status") in ("success", None):
            back += fields.number(one.get("amount"), "transactions[].amount", least=0) or 0
    return round(back, 2)


def catalogue(payload: Json, shop: str) -> Json:
    """A product of the catalogue; its price is that of its cheapest variant."""
    variants = fields.objects(payload.get("variants"), "variants")
    prices = [fields.number(one.get("price"), "variants[].price", least=0) for one in variants]
    handle = fields.text(payload.get("handle"), "handle")
    image = fields.obj(payload.get("image"), "image")
    return _kept(
        {
            "product_id": _id(payload, "id"),
            "name": fields.text(payload.get("title"), "title"),
            "price": min((price for price in prices if price is not None), default=None),
            "category": fields.text(payload.get("product_type"), "product_type"),
            "brand": fields.text(payload.get("vendor"), "vendor"),
            "url": f"https://{shop}/products/{handle}" if shop and handle else None,
            "image_url": fields.text(image.get("src"), "image.src"),
            "status": fields.text(payload.get("status"), "status"),
            "tags": fields.text(payload.get("tags"), "tags"),
        }
    )


def lines(value: object) -> list[Json]:
    """Line items of orders, checkouts and carts as products."""
    read = []
    for index, line in enumerate(fields.objects(value, "line_items")):
        where = f"line_items[{index}]"
        # A line typed in by hand has no product; its title is the only name it has.
        known = line.get("product_id") or line.get("sku") or line.get("variant_id") or line.get("title")
        read.append(_kept({
            "product_id": fields.text(known, f"{where}.product_id"),
            "sku": fields.text(line.get("sku"), f"{where}.sku"),
            "name": fields.text(line.get("title"), f"{where}.title"),
            "variant": fields.text(line.get("variant_title"), f"{where}.variant_title"),
            "brand": fields.text(line.get("vendor"), f"{where}.vendor"),
            "price": line.get("price"),
            "quantity": line.get("quantity"),
        }))  # fmt: skip
    return commerce.products(read, "line_items")


def _id(payload: Json, *names: str) -> str:
    for name in names:
        text = fields.text(payload.get(name), name)
        if text is not None:
            return text.partition("?")[0]
    raise fields.missing(names[0])


def _money(data: Json) -> Json:
    commerce.currency(data, "currency")
    return _kept(data)


def _kept(known: Json) -> Json:
    return {name: value for name, value in known.items() if value is not None and value != {} and value != ""}
