"""The figures at the top of the report and the list of customers under them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from local.report import words
from mailwright.model.send import SendRecord
from mailwright.model.times import DAY

MOST_BARS = 60  # of the chart over time


class Row(NamedTuple):
    """One customer in the list."""

    id: str
    name: str
    email: str
    events: int
    sent: int
    held: int


def rows(ids: Iterable[str], documents: Mapping[str, Mapping[str, Any]], events: Mapping[str, int],
         records: Iterable[SendRecord]) -> list[Row]:  # fmt: skip
    """Every customer, the ones with most to tell first: emails, then events, then by id."""
    sent, held = Counter[str](), Counter[str]()
    for record in records:
        (sent if record.state in words.SENT else held)[record.customer_id] += 1
    listed = [
        Row(i, *_names(documents.get(i, {})), events.get(i, 0), sent[i], held[i])
        for i in {*ids, *sent, *held}
    ]  # fmt: skip
    return sorted(listed, key=lambda row: (-row.sent, -row.held, -row.events, row.id))


def _names(document: Mapping[str, Any]) -> tuple[str, str]:
    traits = document.get("traits") or {}
    parts = [traits.get(key) for key in ("first_name", "last_name")]
    name = traits.get("name") or " ".join(str(part) for part in parts if part)
    return str(name or ""), str(document.get("email") or traits.get("email") or "")


def overview(title: str, summary: Mapping[str, Any], listed: Sequence[Row], records: Sequence[SendRecord],
             event_days: Mapping[int, int], notes: Sequence[str] = ()) -> dict[str, Any]:  # fmt: skip
    """What the page draws first. `event_days` counts events by UTC day number; `summary` is the printed one."""
    return {
        "title": title,
        "summary": {key: summary[key] for key in _FIGURES},
        "mailed": sum(1 for row in listed if row.sent),
        "held": [
            {"reason": name, "words": words.reason(name), "count": count}
            for name, count in sorted(summary["held"].items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        "programs": _programs(records),
        "days": _days(event_days, Counter(r.at // DAY for r in records if r.state in words.SENT)),
        "customers": [{**row._asdict(), "index": index} for index, row in enumerate(listed)],
        "notes": list(notes),
    }


_FIGURES = ("events", "duplicates", "quarantined", "customers", "planned", "accepted")


def _programs(records: Iterable[SendRecord]) -> list[dict[str, Any]]:
    planned, accepted = Counter[str](), Counter[str]()
    for record in records:
        planned[record.program] += 1
        accepted[record.program] += record.state in words.SENT
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
