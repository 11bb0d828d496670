"""Writes report.html, small enough to open: what does not fit is named on the page and stands in the other files."""

from collections.abc import Callable, Sequence
from typing import Any

from local.report.overview import Row
from local.report.page import page

MOST_LIVES = 1_500  # timelines inside
MOST_MAILS = 300  # emails inside ...
MOST_MAIL_BYTES = 12_000_000  # ... and their size together


def report(
    title: str,
    overview: dict[str, Any],
    rows: Sequence[Row],
    detail: Callable[[str], dict[str, Any]],
    mail: Callable[[int], dict[str, Any]],
) -> str:
    """The page. `detail(customer_id)` and `mail(number)` are asked for as many as fit, in the order of the list."""
    lives, wanted = [], []
    for index, row in enumerate(rows[:MOST_LIVES]):
        life = detail(row.id)
        lives.append((f"customer-{index}", life))
        wanted += [item["mail"] for item in life["timeline"] if item.get("mail")]
    mails, size = [], 0
    for number in wanted[:MOST_MAILS]:
        letter = mail(number)
        size += len(letter["html"]) + len(letter["text"])
        if size > MOST_MAIL_BYTES:
            break
        mails.append((f"mail-{number}", letter))
    notes = [*overview["notes"], *_left_out(len(rows) - len(lives), overview["summary"]["accepted"] - len(mails))]
    return page(title, [("overview", {**overview, "notes": notes}), *lives, *mails])


def _left_out(lives: int, mails: int) -> list[str]:
    notes = []
    if lives > 0:
        notes.append(f"{lives:,} timelines are left out of this page; sends.ndjson and profiles.ndjson hold everyone.")
    if mails > 0:
        notes.append(f"{mails:,} emails are left out of this page; the outbox folder beside it holds every one.")
    return notes
