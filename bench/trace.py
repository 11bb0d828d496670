"""A shop's traffic, made up but of realistic shape: sessions of browsing that sometimes end in an order.

The same seed gives the same trace. Payloads carry what storefront libraries send: product details with addresses of
page and picture, and a context with user agent, locale and time zone.
"""

import random
from collections.abc import Iterator
from itertools import groupby

from mailwright.model.event import Event
from mailwright.model.times import DAY, HOUR, MINUTE, SECOND

START = 1_767_225_600_000  # 2026-01-01T00:00Z
CATEGORIES = ("Shirts", "Shoes", "Trousers", "Jackets", "Accessories", "Home", "Kitchen", "Garden", "Toys", "Books")
BRANDS = ("Acme", "Nordlicht", "Fern & Co", "Halden", "Miro", "Oakline", "Solana", "Tern")
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15",
)
ZONES = (("Europe/Berlin", "de-DE", "DE"), ("America/New_York", "en-US", "US"), ("Europe/London", "en-GB", "GB"))


def trace(seed: int, customers: int, days: int, sessions: float = 8.0) -> list[Event]:
    """Events in order of time: `sessions` sessions a customer in 30 days, about 12 events each."""
    chance = random.Random(seed)
    events = [
        event
        for number in range(customers)
        for _ in range(max(1, round(chance.expovariate(30 / (sessions * days)))))
        for event in _session(chance, f"customer-{number:07d}", START + chance.randrange(days * DAY))
    ]
    events.sort(key=lambda event: (event.at, event.id))
    return events


def rush(seed: int, minutes: int, sessions_a_minute: int, at: int) -> list[Event]:
    """What one shard of a busy shop sees: sessions of different customers, begun all the time from `at` on."""
    chance = random.Random(seed)
    events = [
        event
        for number in range(minutes * sessions_a_minute)
        for event in _session(chance, f"customer-{number:07d}", at + chance.randrange(minutes * MINUTE))
    ]
    events.sort(key=lambda event: (event.at, event.id))
    return events


def batches(events: list[Event], window: int, shards: int = 1, most: int = 10_000) -> Iterator[list[Event]]:
    """What the stream function is called with: a window (milliseconds) of a shard, at most `most` records."""
    for _, together in groupby(events, key=lambda event: event.at // window):
        by_shard: dict[int, list[Event]] = {}
        for event in together:
            by_shard.setdefault(int(event.customer_id[-7:]) % shards, []).append(event)
        for shard in sorted(by_shard):
            for start in range(0, len(by_shard[shard]), most):
                yield by_shard[shard][start : start + most]


def _session(chance: random.Random, customer: str, start: int) -> Iterator[Event]:
    zone, locale, country = ZONES[hash_of(customer) % len(ZONES)]
    surroundings = {
        "user_agent": AGENTS[hash_of(customer) % 7 % len(AGENTS)],
        "locale": locale,
        "timezone": zone,
        "location": {"country": country},
        "page": {"path": "/products", "referrer": "https://www.example.org/"},
    }
    at = start
    cart: list[dict[str, object]] = []

    def event(kind: str, name: str, data: dict[str, object]) -> Event:
        identity = f"{chance.getrandbits(128):032x}"
        return Event(identity, at, customer, kind, name, "segment", data, surroundings)

    if chance.random() < 0.3:
        traits = {"email": f"{customer}@example.com", "first_name": "Ann", "marketing_consent": "granted"}
        yield event("identify", "", {**traits, "address": {"city": "Ulm", "country": country}})
    for _ in range(1 + round(chance.expovariate(1 / 6))):
        at += round(chance.expovariate(1 / (25 * SECOND))) + SECOND
        yield event("page", "Product", {"url": "https://shop.example.com/products", "title": "Products"})
        product = _product(chance.randrange(2000))
        if chance.random() < 0.7:
            at += 2 * SECOND
            yield event("track", "Product Viewed", product)
        if chance.random() < 0.15:
            at += 9 * SECOND
            cart.append({**product, "quantity": 1})
            yield event("track", "Product Added", cart[-1])
    if cart and chance.random() < 0.4:
        at += MINUTE
        total = sum(float(str(line["price"])) for line in cart)
        yield event("track", "Checkout Started", {"products": cart, "value": total})
        at += MINUTE
        order = f"{chance.getrandbits(40):010d}"
        yield event("track", "Order Completed", {"order_id": order, "total": total, "products": cart})
    elif chance.random() < 0.1:
        at += HOUR
        yield event("track", "Email Link Clicked", {"send_key": "0123456789abcdef", "template": "welcome"})


def _product(number: int) -> dict[str, object]:
    slug = f"{BRANDS[number % 8].lower().replace(' & ', '-')}-{CATEGORIES[number % 10].lower()}-{number:04d}"
    return {
        "product_id": f"SKU-{number:05d}",
        "name": f"{BRANDS[number % 8]} {CATEGORIES[number % 10]} No. {number}",
        "price": f"{5 + number % 90}.95",
        "url": f"https://shop.example.com/products/{slug}",
        "image_url": f"https://cdn.shop.example.com/images/{slug}-600x600.jpg",
        "category": CATEGORIES[number % 10],
        "brand": BRANDS[number % 8],
    }


def hash_of(customer: str) -> int:
    """A number that belongs to a customer."""
    return int(customer[-7:]) * 2_654_435_761 % 4_294_967_296 >> 7
