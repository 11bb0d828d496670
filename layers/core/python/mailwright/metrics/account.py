"""Where every planned email ended: planned = accepted + failed + suppressed + expired + cancelled + unconfirmed.

The journal is written at least once, so an email may have several lines. It counts once, by the line that knows most:
what SES took is accepted whatever an earlier line said, and doubt (unconfirmed) outranks what was decided before it.
"""

from collections import Counter
from collections.abc import Iterable

from mailwright.model.send import SendRecord

# An email ends in one of these; a later one outranks an earlier one.
ENDS = ("suppressed", "cancelled", "expired", "failed", "unconfirmed", "accepted")


def final(records: Iterable[SendRecord]) -> dict[str, SendRecord]:
    """The line that counts of each email, by key: the highest end, the earliest of its lines, the fullest of those."""
    best: dict[str, SendRecord] = {}
    for record in records:
        kept = best.get(record.key)
        if kept is None or _order(record) < _order(kept):
            best[record.key] = record
    return best


def account(planned: Iterable[str], records: Iterable[SendRecord]) -> dict[str, int]:
    """Emails by end, with "planned" and, should any be missing, "open": planned and not at an end yet."""
    ends = final(records)
    keys = set(planned)
    counts = Counter(ends[key].state if key in ends else "open" for key in keys)
    return {"planned": len(keys), **{state: counts[state] for state in ENDS}, "open": counts["open"]}


def _order(record: SendRecord) -> tuple[int, int, bool, bool]:
    return (-ENDS.index(record.state), record.at, not record.message_id, not record.held)
