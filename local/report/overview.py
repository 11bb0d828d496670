"""The figures at the top of the report and the list of customers under them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from local.report import words
from mailwright.ledger.states import TAKEN
from mailwright.model.problem import Quarantined
from mailwright.model.profile import Profile
from mailwright.model.send import SendRecord
from mailwright.model.times import DAY

MOST_BARS = 60  # of the chart over time
MOST_RECORDS = 5  # quarantined records shown of each kind
LONGEST_RECORD = 400  # characters of each


class Row(NamedTuple):
    """One customer in the list."""

    id: str
    name: str
    email: str
    events: int
    sent: int
    held: int


def rows(profiles: Mapping[str, Profile], events: Mapping[str, int], records: Iterable[SendRecord]) -> list[Row]:
    """Every customer: those who were written to before the others, then those with most to tell, then by id."""
    sent, held, to = Counter[str](), Counter[str](), dict[str, str]()
    for record in records:
        (sent if record.state in TAKEN else held)[record.customer_id] += 1
        to[record.customer_id] = record.to or to.get(record.customer_id, "")
    listed = []
    for name in {*profiles, *events, *sent, *held}:
        called, email = _names(profiles.get(name))
        listed.append(Row(name, called, email or to.get(name, ""), events.get(name, 0), sent[name], held[name]))
    return sorted(listed, key=lambda row: (not row.sent, -row.events, row.id))


def _names(profile: Profile | None) -> tuple[str, str]:
    known = {} if profile is None else {name: str(value) for name, (_, value) in profile.traits.items() if value}
    full = " ".join(known[key] for key in ("first_name", "last_name") if key in known)
    return known.get("name") or full, known.get("email", "")


def overview(
    title: str,
    summary: Mapping[str, Any],
    listed: Sequence[Row],
    records: Sequence[SendRecord],
    event_days: Mapping[int, int],
) -> dict[str, Any]:
    """What the page draws first. `event_days` counts events by UTC day number; `summary` is the printed one."""
    sent_days = Counter(record.at // DAY for record in records if record.state in TAKEN)
    return {
        "title": title,
        "summary": {key: summary[key] for key in _FIGURES},
        "mailed": sum(1 for row in listed if row.sent),
        "held": [
            {"reason": name, "words": words.reason(name), "count": count}
            for name, count in sorted(summary["held"].items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        "programs": _programs(records),
        "days": _days(event_days, sent_days),
        "customers": [list(row) for row in listed],
    }


_FIGURES = ("events", "duplicates", "quarantined", "customers", "planned", "accepted")


def quarantine(records: Iterable[Quarantined]) -> list[dict[str, Any]]:
    """What was kept because it could not be used, by kind: how many, the first reasons and records."""
    kinds: defaultdict[tuple[str, str], list[Quarantined]] = defaultdict(list)
    for record in records:
        kinds[record.where, record.code].append(record)
    return [
        {
            "where": where,
            "code": code.replace("_", " "),
            "count": len(kept),
            "records": [{"reason": one.reason[:300], "record": _shown(one.record)} for one in kept[:MOST_RECORDS]],
        }
        for (where, code), kept in sorted(kinds.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]


def _shown(record: Any) -> str:
    text = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
    return text if len(text) <= LONGEST_RECORD else text[:LONGEST_RECORD] + " …"


def _programs(records: Iterable[SendRecord]) -> list[dict[str, Any]]:
    planned, accepted = Counter[str](), Counter[str]()
    for record in records:
        planned[record.program] += 1
        accepted[record.program] += record.state in TAKEN
    named = [(words.program(name), name) for name in planned]
    return [
        {"name": short, "kind": kind, "planned": planned[name], "accepted": accepted[name]}
        for (kind, short), name in sorted(named, key=lambda pair: (-planned[pair[1]], pair[1]))
    ]


def _days(events: Mapping[int, int], mails: Mapping[int, int]) -> list[list[int]]:
    """[start, events, emails] in equal spans of whole days, at most MOST_BARS of them."""
    seen = [*events, *mails]
    if not seen:
        return []
    first, last = min(seen), max(seen)
    span = -(-(last - first + 1) // MOST_BARS)
    bars = [[(first + i * span) * DAY, 0, 0] for i in range((last - first) // span + 1)]
    for column, counts in ((1, events), (2, mails)):
        for day, count in counts.items():
            bars[(day - first) // span][column] += count
    return bars
