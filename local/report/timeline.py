"""One customer's life as the report tells it: facts, and everything that happened in the order of its time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from local.report import words
from local.report.trace import moment, why
from local.world.lives import Kept
from mailwright.model.profile import Profile
from mailwright.model.send import SendRecord
from mailwright.model.times import iso


class Sent(NamedTuple):
    """The last word on one planned email; the number of its message in the outbox (0: none went out); its fate."""

    record: SendRecord
    number: int
    fates: Mapping[str, int]  # name of what SES said -> when, milliseconds UTC


class Life(NamedTuple):
    """Everything the report needs of one customer. `document` is the profile as people read it."""

    profile: Profile | None
    document: Mapping[str, Any]
    events: Sequence[Kept]
    happened: int  # how many events there were, the forgotten ones included
    sends: Sequence[Sent]


_ORDER = {"event": 0, "journey": 1, "mail": 2}  # what came first at one instant


def detail(customer_id: str, life: Life, currency: str) -> dict[str, Any]:
    """The customer as the page draws it: id, facts, chips, timeline, and a note when events are left out."""
    items: list[dict[str, Any]] = [
        {"kind": "event", "at": one.at, "title": one.title, "text": one.text} for one in life.events
    ]
    items += _journeys(life)
    items += [_mail(sent) for sent in life.sends]
    items.sort(key=lambda item: (item["at"], _ORDER[item["kind"]]))
    items += _waits(life.profile, items[-1]["at"] if items else 0)
    left = life.happened - len(life.events)
    return {
        "id": customer_id,
        "facts": _facts(life.document, currency),
        "chips": list(_chips(life.document)),
        "timeline": items,
        "note": f"{left:,} earlier events are left out here." if left > 0 else "",
    }


def _mail(sent: Sent) -> dict[str, Any]:
    record = sent.record
    kind, name = words.program(record.program)
    fate = words.fate(record.state, sent.fates)
    heard = ", ".join(f"{words.state(name).lower()} {iso(at)[11:16]}" for name, at in words.heard(sent.fates))
    return {
        "kind": "mail",
        "at": record.at,
        "program": f"{kind} {name}".strip(),
        "title": record.subject or f"Template {record.template}",
        "text": heard if sent.number else words.reason(record.held),
        "state": words.state(fate),
        "tone": words.tone(fate),
        "mail": sent.number,
        "why": why(record, sent.fates),
    }


def _journeys(life: Life) -> Iterator[dict[str, Any]]:
    """Each entry into a journey that is still known: the latest from the profile, earlier ones from their emails."""
    told: set[tuple[str, int]] = set()
    profile = life.profile
    for name, position in sorted(profile.journeys.items()) if profile is not None else ():
        told.add((name, position.entry))
        yield _entered(name, position.entry, position.entered, position.cause)
        if position.ended:
            yield _move(position.ended, f"Left {name}", position.why.replace("_", " "))
    for sent in life.sends:
        trace = sent.record.trace
        journey, entry, at = trace.get("journey"), trace.get("entry"), trace.get("entered_at")
        if isinstance(journey, str) and isinstance(entry, int) and isinstance(at, int) and (journey, entry) not in told:
            told.add((journey, entry))
            yield _entered(journey, entry, at, str(trace.get("event_name", "")))


def _waits(profile: Profile | None, at: int) -> Iterator[dict[str, Any]]:
    """What is still awaited; it stands behind all that happened."""
    for name, position in sorted(profile.journeys.items()) if profile is not None else ():
        if position.due is not None and not position.ended:
            yield _move(at, f"Waits in {name}", f"at step {position.step}, until {moment(position.due)}")


def _entered(name: str, entry: int, at: int, cause: str) -> dict[str, Any]:
    again = f" again ({entry})" if entry > 1 else ""
    return _move(at, f"Entered {name}{again}", f"by {cause}" if cause else "")


def _move(at: int, title: str, text: str) -> dict[str, Any]:
    return {"kind": "journey", "at": at, "title": title, "text": text}


def _facts(document: Mapping[str, Any], currency: str) -> list[list[str]]:
    if not document:
        return []
    return [
        ["Orders", f"{document['orders']:,}"],
        ["Revenue", f"{document['revenue']:,.2f} {currency}"],
        ["Last order", document["last_purchase_date"] or "none"],
        ["Score", f"{document['engagement_score']:g}"],
    ]


def _chips(document: Mapping[str, Any]) -> Iterator[list[Any]]:
    if not document:
        return
    for segment in document["segments"]:
        yield [segment, True]
    yield [f"stage: {document['lifecycle_stage'].replace('_', ' ')}", False]
    if document["cluster"]:
        yield [f"cluster: {document['cluster']}", False]
    if document["preferred_category"]:
        yield [f"likes {document['preferred_category']}", False]
    consent = document["traits"].get("marketing_consent")
    if consent:
        yield [f"consent {consent}", False]
