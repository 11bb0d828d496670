"""How a Profile is written in its row: `state`, in as few bytes as can be had cheaply. Rows cost by the kilobyte.

What grows steadily (times of views, days, periods) is written as steps from one to the next, a product once however
often it is named, and what repeats is compressed. The ids of events are random bytes and stay as they are.
"""

import zlib
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from math import gcd
from operator import sub
from typing import Any

import msgspec

from mailwright.model.profile import Cart, CartChange, Product, Profile, View
from mailwright.model.times import SECOND

# The first byte says how the rest is written; three bytes say how long the next part is; then comes that part, the
# products and a Profile in the forms below, without its ids; then the ids.
#   0  the part is MessagePack
#   1  the same, compressed
# What is in the dictionary must stay as it is as long as there are rows of format 1. The likeliest stands last.
_PLAIN, _DEFLATED = 0, 1
_WORTH_IT = 200  # bytes
_DICTIONARY = (
    b"bargain-huntercontent-downloaderstech-enthusiastlocalisedchurn-riskhigh-valueinfrequent-browsersnew-customers"
    b"lapsed-customersloyal-customerfrequent-buyersengaged-but-infrequentwindow-shoppershigh-frequency-engagers"
    b"cart-abandonersexited: finishedorderedsegment:Order CompletedCheckout StartedProduct ViewedProduct Added"
    b"marketing_consentgrantedmobiledesktoptabletphoneagebirthdaygenderplanaddress.cityaddress.country"
    b"address.postal_codelast_namefirst_nameemail@gmail.comtimezoneEurope/America/New_YorkcountrydeviceUSGBDE"
    b"cityen-USlocaleactiverepeatat_risklapsednewcart-abandonedwelcomehttps://cdn.shopify.com/s/files/.png.jpg"
    b"https://www./products/https://"
)
_RAW_DEFLATE = -12  # 4 KB window, no header: rows are small
_LEVEL, _MEMORY = 4, 8
_MANY = 4  # periods of one name that are worth another form

_Line = tuple[str, str, int | None, str, str, str, str]  # a Product without the beginnings of its two addresses
_Products = tuple[str, str, list[_Line]]  # what all addresses of pages begin with, those of pictures; the products
_Days = tuple[list[int], list[list[int]]]  # the first day and the steps from each to the next; their counts
_Held = dict[str, dict[int, int]]
_Weights = dict[str, dict[int, int] | list[int]]  # as held, or the first period, its weight and that of each after it
_Views = tuple[int, list[int], list[int], list[str]]  # ms a step, times as steps, products or -1, ids of those
_Cart = tuple[int, list[tuple[int, int]], list[tuple[int, bytes, int, int]], str]  # a Cart, products by their place
_Ids = tuple[list[int], list[int], bytes]  # days as steps, how many bytes each has, all of them
_Place = Callable[[Product], int]


def encode_profile(profile: Profile) -> bytes:
    """The row's `state`. Equal profiles give equal bytes as long as their dicts were filled in one order."""
    products: dict[Product, int] = {}

    def place(product: Product) -> int:
        return products.setdefault(product, len(products))

    values = list(msgspec.structs.astuple(profile))
    values[_VIEWS] = _pack_views(profile.views, place)
    values[_CART] = _pack_cart(profile.cart, place)
    values[_IDS] = None
    for field, pack, _ in _ALONE:
        values[field] = pack(values[field])
    part, kind = _encode((_pack_products(list(products)), values)), _PLAIN
    if len(part) > _WORTH_IT:
        squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW_DEFLATE, _MEMORY, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY)
        part, kind = squeeze.compress(part) + squeeze.flush(), _DEFLATED
    return b"".join((bytes((kind,)), len(part).to_bytes(3, "big"), part, _encode(_pack_ids(profile.ids))))


def decode_profile(state: bytes) -> Profile:
    """The Profile in a row's `state`. ValueError when the format is unknown, zlib.error or msgspec.DecodeError when
    the bytes are damaged.
    """
    kind = state[0] if state else None
    if kind not in (_PLAIN, _DEFLATED):
        raise ValueError(f"profile state begins with {state[:1]!r}: written by a newer version of Mailwright?")
    end = 4 + int.from_bytes(state[1:4], "big")
    part: Any = memoryview(state)[4:end]
    if kind == _DEFLATED:
        part = zlib.decompressobj(_RAW_DEFLATE, _DICTIONARY).decompress(part)
    written, rest = _decode(part)
    products = _unpack_products(written)
    values = list(msgspec.structs.astuple(rest))
    values[_VIEWS] = _unpack_views(values[_VIEWS], products)
    values[_CART] = _unpack_cart(values[_CART], products)
    values[_IDS] = _unpack_ids(_decode_ids(memoryview(state)[end:]))
    for field, _, unpack in _ALONE:
        values[field] = unpack(values[field])
    return Profile(*values)


def _pack_products(products: list[Product]) -> _Products:
    page, picture = _shared([one.url for one in products]), _shared([one.image_url for one in products])
    cut, cut_too = len(page), len(picture)
    return page, picture, [
        (one.product_id, one.name, one.price, one.url[cut:], one.image_url[cut_too:], one.category, one.brand)
        for one in products
    ]  # fmt: skip


def _unpack_products(packed: _Products) -> list[Product]:
    page, picture, lines = packed
    return [
        Product(name, title, price, url and page + url, image and picture + image, category, brand)
        for name, title, price, url, image, category, brand in lines
    ]


def _shared(addresses: list[str]) -> str:
    """The folder that all of these that are not empty lie in, or what is above it."""
    known = [address for address in addresses if address]
    if not known:
        return ""
    folder = known[0][: known[0].rfind("/", 0, -1) + 1]
    while not all(address.startswith(folder) for address in known) or folder in known:
        folder = folder[: folder.rfind("/", 0, -1) + 1]
    return folder


def _pack_views(views: list[View], place: _Place) -> _Views:
    times = [view.at for view in views]
    unit = gcd(SECOND, *times)
    shown = [-1 if view.product is None else place(view.product) for view in views]
    names = [view.product_id for view in views if view.product is None]
    while shown and shown[-1] == -1:
        shown.pop()
    return unit, _steps([at // unit for at in times]), shown, names


def _unpack_views(packed: _Views, products: list[Product]) -> list[View]:
    unit, steps, shown, names = packed
    times, rest = [at * unit for at in accumulate(steps)], iter(names)
    found = [None if place == -1 else products[place] for place in shown]
    first = [next(rest) if product is None else product.product_id for product in found]
    # most are without a product and come last: no line of Python for each of them
    return [*map(View, times, first, found), *map(View, times[len(first) :], rest)]


def _pack_cart(cart: Cart, place: _Place) -> _Cart:
    changes = [(one.at, one.mark, one.quantity, place(one.product)) for one in cart.changes]
    return cart.at, [(place(product), pieces) for product, pieces in cart.lines], changes, cart.url


def _unpack_cart(packed: _Cart, products: list[Product]) -> Cart:
    at, lines, changes, url = packed
    return Cart(
        at,
        [(products[place], pieces) for place, pieces in lines],
        [CartChange(when, mark, quantity, products[place]) for when, mark, quantity, place in changes],
        url,
    )


def _pack_days(days: dict[int, list[int]]) -> _Days:
    return _steps(list(days)), list(days.values())


def _unpack_days(packed: _Days) -> dict[int, list[int]]:
    return dict(zip(accumulate(packed[0]), packed[1], strict=True))


def _pack_weights(weights: _Held) -> _Weights:
    if not weights or max(map(len, weights.values())) < _MANY:
        return weights  # type: ignore[return-value]  # as short as the other form, and nothing to do
    return {name: periods if len(periods) < _MANY else _run(periods) for name, periods in weights.items()}


def _run(periods: dict[int, int]) -> list[int]:
    first, last = min(periods), max(periods)
    return [first, *(periods.get(place, 0) for place in range(first, last + 1))]


def _unpack_weights(packed: _Weights) -> _Held:
    for name, each in packed.items():
        if isinstance(each, list):
            packed[name] = {period: weight for period, weight in enumerate(each[1:], each[0]) if weight}
    return packed  # type: ignore[return-value]  # all are dicts now


def _pack_ids(ids: dict[int, bytes]) -> _Ids:
    return _steps(list(ids)), list(map(len, ids.values())), b"".join(ids.values())


def _unpack_ids(packed: _Ids) -> dict[int, bytes]:
    steps, sizes, together = packed
    ends = accumulate(sizes)
    return {day: together[end - size : end] for day, size, end in zip(accumulate(steps), sizes, ends, strict=True)}


def _steps(numbers: list[int]) -> list[int]:
    """The first number and the differences from each to the next; `accumulate` takes it back."""
    return [*numbers[:1], *map(sub, numbers[1:], numbers)]


_FIELDS = Profile.__struct_fields__
_VIEWS, _CART, _IDS = map(_FIELDS.index, ("views", "cart", "ids"))
# Place of a field, how to write it and how to read it, of those that name no product.
_ALONE: tuple[tuple[int, Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    (_FIELDS.index("days"), _pack_days, _unpack_days),
    (_FIELDS.index("categories"), _pack_weights, _unpack_weights),
    (_FIELDS.index("brands"), _pack_weights, _unpack_weights),
)


def _written() -> Any:
    """Profile with the types that are written; a field that an older row does not have is as in a new Profile."""
    forms: dict[str, tuple[Any, Any]] = {
        "days": (_Days, ([], [])), "categories": (_Weights, {}), "brands": (_Weights, {}),
        "views": (_Views, (SECOND, [], [], [])), "cart": (_Cart, (0, [], [], "")), "ids": (None, None),
    }  # fmt: skip
    new = Profile("")
    fields = []
    for field in msgspec.structs.fields(Profile):
        form, empty = forms.get(field.name, (field.type, getattr(new, field.name)))
        fields.append((field.name, form, msgspec.field(default_factory=partial(lambda value: value, empty))))
    return msgspec.defstruct("Written", fields, array_like=True)


_encode = msgspec.msgpack.Encoder().encode
_Written: Any = _written()
_decode = msgspec.msgpack.Decoder(tuple[_Products, _Written]).decode
_decode_ids = msgspec.msgpack.Decoder(_Ids).decode
