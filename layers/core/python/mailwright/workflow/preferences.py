"""Preferences: one-click unsubscribe (RFC 8058) and the page behind the visible link.

A POST of `List-Unsubscribe=One-Click`, from a mail program or from the page's own button, opts the customer out; it
holds from the moment it is answered. A GET shows the page and changes nothing, because scanners follow every link.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from mailwright.compose.tokens import open_sealed
from mailwright.ledger.consent import MARKETING, opt_out
from mailwright.model.contact import DENIED, Contact
from mailwright.model.content import Shop
from mailwright.model.event import Event
from mailwright.model.times import DAY
from mailwright.workflow import preferences_page as page
from mailwright.workflow.contacts import change
from mailwright.workflow.http import Reply, Request
from mailwright.workflow.ports import Contacts, Stream

SOURCE = "one-click"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}
_TRIES = 3  # to put the event on the stream
_LONGEST = 10_000  # bytes of a form


@dataclass(frozen=True)
class Desk:
    """What the page needs of the world; `keys` open the sealed customer id."""

    contacts: Contacts
    stream: Stream
    keys: Mapping[str, str]
    shop: Shop


def preferences(request: Request, token: str, desk: Desk, now: int) -> Reply:
    """Answer one request to /u/{token}: the page (GET, HEAD), or the opt-out (POST).

    404, the same for every token that is not ours; 400 for a POST that does not say what RFC 8058 asks for.
    """
    customer_id = open_sealed(desk.keys, "unsubscribe", token)
    if customer_id is None:
        return _page(404, page.unknown(desk.shop))
    if request.method in ("GET", "HEAD"):
        return _page(200, page.ask(desk.shop))
    if not _one_click(request):
        return _page(400, page.ask(desk.shop))
    news_at = now

    def no(row: Contact) -> Contact:
        nonlocal news_at
        said = row.consent.get(MARKETING)
        after = opt_out(row, MARKETING, now, SOURCE)
        # Of a no after a no the row keeps the later, and the profile has heard of the first.
        news_at = (said if said is not None and said.state == DENIED else after.consent[MARKETING]).at
        return after

    change(desk.contacts, customer_id, no)
    told = _tell(desk.stream, customer_id, news_at, now)
    return _page(200, page.done(desk.shop), {"opted_out": 1, "event_throttled": int(not told)})


def _page(status: int, html: str, log: Mapping[str, int] | None = None) -> Reply:
    return Reply(status, None, HEADERS, log or {}, html)


def _one_click(request: Request) -> bool:
    """Whether the body holds List-Unsubscribe=One-Click, as a form of either encoding."""
    body = request.body[:_LONGEST].decode("utf-8", "replace")
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        said = " ".join(body.split())
        return 'name="List-Unsubscribe" One-Click' in said
    return "One-Click" in parse_qs(body.strip(), max_num_fields=100).get("List-Unsubscribe", [])


def _tell(stream: Stream, customer_id: str, at: int, now: int) -> bool:
    """Put the opt-out on the stream for profile and lake; False when the stream would not take it.

    A repeated click gives the same event, which counts once; a click long after the opt-out is no news. The opt-out
    itself is in the contact row and does not depend on it.
    """
    if at < now - DAY:
        return True
    key = hashlib.sha256(f"{customer_id}\x1f{MARKETING}\x1f{at}".encode()).hexdigest()[:32]
    data = {"purpose": MARKETING, "method": SOURCE}
    event = Event(f"unsubscribed-{key}", at, customer_id, "track", "Unsubscribed", "mailwright", data)
    return any(not stream.put([event]) for _ in range(_TRIES))
