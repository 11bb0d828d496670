"""What events say of address and consent, as changes to the contact row. The unusable is counted, never guessed."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from mailwright.compose.address import sendable
from mailwright.fold.traits import consent
from mailwright.ledger.consent import MARKETING
from mailwright.model.contact import ContactChange
from mailwright.model.event import Event
from mailwright.model.times import parse_iso

# Shopify's states in which a person has said neither yes nor no.
UNDECIDED = frozenset(("not_subscribed", "pending", "invalid", "redacted", ""))


def contact_changes(events: Iterable[Event], notes: Counter[str]) -> list[ContactChange]:
    """One change for each event that states something. `notes` counts `address_invalid` and `consent_unreadable`.

    Identify calls state it in their traits, other calls in `context.traits`.
    """
    return [change for event in events if (change := _change(event, notes)) is not None]


def _change(event: Event, notes: Counter[str]) -> ContactChange | None:
    traits = event.data if event.type == "identify" else event.context.get("traits")
    if not isinstance(traits, dict) or not ("email" in traits or "marketing_consent" in traits):
        return None
    address = _address(traits.get("email"), notes)
    said = _consent(traits.get("marketing_consent"), notes)
    if address is None and said is None:
        return None
    return ContactChange(
        event.customer_id,
        event.at,
        "shopify" if event.source == "shopify" else "identify",
        address,
        {MARKETING: said} if said else {},
        _instant(traits.get("marketing_consent_at")) if said else None,
        inherited=_merged_later(event),
    )


def _merged_later(event: Event) -> int:
    """When the id was merged under which this was said before; 0 when it was said under this one, or after that."""
    return event.forwarded.since if event.forwarded and event.at <= event.forwarded.since else 0


def _address(value: Any, notes: Counter[str]) -> str | None:
    if value is None or value == "":
        return None
    address = sendable(value) if isinstance(value, str) else ""
    if not address:
        notes["address_invalid"] += 1
        return None
    return address


def _consent(value: Any, notes: Counter[str]) -> str | None:
    said = consent(value)
    if said is None and value is not None and str(value).strip().lower() not in UNDECIDED:
        notes["consent_unreadable"] += 1
    return said


def _instant(value: Any) -> int | None:
    """Milliseconds UTC, as the sources write it, or an ISO text; None when it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return parse_iso(value) if isinstance(value, str) else None
    except ValueError:
        return None
