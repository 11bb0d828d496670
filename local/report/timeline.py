"""One customer's life as the report tells it: facts, and everything that happened in the order of its time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from local.report import words
from mailwright.model.event import Event
from mailwright.model.profile import Profile
from mailwright.model.send import SendRecord
from mailwright.model.times import iso

MOST_EVENTS = 150  # events told per customer; the newest are kept


class Sent(NamedTuple):
    """The last word on one planned email, and the number of its message in the outbox (0: none went out)."""

    record: SendRecord
    number: int


class Life(NamedTuple):
    """Everything the report needs of one customer. `document` is the profile as people read it."""

    profile: Profile | None
    document: Mapping[str, Any]
    events: Sequence[Event]
    sends: Sequence[Sent]


def detail(customer_id: str, life: Life, currency: str) -> dict[str, Any]:
    """The customer as the page draws it: id, facts, chips, timeline and, when shortened, a note."""
    shown = sorted(life.events, key=lambda event: event.at)[-MOST_EVENTS:]
    items = [_event(event, currency) for event in shown] + [_mail(sent) for sent in life.sends]
    if life.profile is not None:
        items += _journeys(life.profile)
    items.sort(key=lambda item: (item["at"], _ORDER[item["kind"]]))
    left = len(life.events) - len(shown)
    return {
        "id": customer_id,
        "facts": _facts(life.document, currency),
        "chips": list(_chips(life.document)),
        "timeline": items,
        "note": f"The first {left:,} events are left out here." if left else "",
    }


_ORDER = {"event": 0, "journey": 1, "mail": 2}  # what came first at one instant


def _event(event: Event, currency: str) -> dict[str, Any]:
    title, text = words.event(event, currency)
    return {"kind": "event", "at": event.at, "title": title, "text": text[:300]}


def _mail(sent: Sent) -> dict[str, Any]:
    record = sent.record
    kind, name = words.program(record.program)
    return {
        "kind": "mail",
        "at": record.at,
        "program": f"{kind} {name}".strip(),
        "title": record.subject or record.template,
        "text": record.to if sent.number else words.reason(record.held) if record.held else "",
        "state": words.state(record.state),
        "tone": words.tone(record.state),
        "mail": sent.number,
        "why": words.why(record),
    }


def _journeys(profile: Profile) -> Iterable[dict[str, Any]]:
    """The entry and end of the latest pass through each journey."""
    for name, position in sorted(profile.journeys.items()):
        again = f", {position.entry}. time" if position.entry > 1 else ""
        yield {"kind": "journey", "at": position.entered, "title": f"Entered journey {name}{again}", "text": _branches(position)}
        if position.ended:
            how = position.why.replace("_", " ")
            yield {"kind": "journey", "at": position.ended, "title": f"Left journey {name}", "text": how}
        elif position.due is not None:
            until = iso(position.due)[:16].replace("T", " ")
            text = f"step {position.step}, goes on {until} UTC"
            yield {"kind": "journey", "at": profile.last_seen, "title": f"Waits in journey {name}", "text": text}


def _branches(position: Any) -> str:
    return ", ".join(f"{step}: branch {branch}" for step, branch in sorted(position.branches.items()))


def _facts(document: Mapping[str, Any], currency: str) -> list[list[str]]:
    facts = [["Orders", str(document.get("orders", 0))], ["Revenue", f"{document.get('revenue') or 0:,.2f} {currency}"]]
    facts.append(["Last order", str(document.get("last_purchase_date") or "none")[:10]])
    score = document.get("engagement_score")
    facts.append(["Engagement", "0" if score is None else f"{score:g}"])
    return facts


def _chips(document: Mapping[str, Any]) -> Iterable[list[Any]]:
    for segment in document.get("segments") or []:
        yield [segment, True]
    for key, label in (("lifecycle_stage", ""), ("preferred_category", "likes "), ("marketing_consent", "consent ")):
        if document.get(key):
            yield [label + str(document[key]).replace("_", " "), False]
