"""Gathers from a World, once, what the page asks for by customer and by email."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from local.report.mail import preview
from local.report.overview import overview, quarantine, rows
from local.report.pictures import History
from local.report.timeline import Life, Sent, detail
from local.world.world import World
from mailwright.fold.document import document
from mailwright.metrics.account import final
from mailwright.model.run import FOLDER, decode_run
from mailwright.model.send import SendRecord


class Story:
    """What a run came to. `rows` are its customers in the order of the page."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._lives = world.tally.lives
        self._currency = world.content.shop.currency
        self._profiles = {profile.customer_id: profile for profile in world.profiles()}
        self._numbers = {mail.tags.get("sk", ""): mail.number for mail in world.mail}
        self._records: defaultdict[str, list[SendRecord]] = defaultdict(list)
        ends = final(world.journal)
        self._all = [ends[key] for key in world.tally.planned if key in ends]
        for record in self._all:
            self._records[record.customer_id].append(record)
        self.rows = rows(self._profiles, self._lives.counts, self._all)

    def overview(self, title: str, summary: Mapping[str, Any]) -> dict[str, Any]:
        """The figures, the list of customers and what was quarantined."""
        counts = {"customers": len(self._profiles), **self._world.counts(), **summary}
        told = overview(title, counts, self.rows, self._all, self._lives.days)
        return {**told, "quarantine": quarantine(self._world.quarantined), "notes": _notes(counts)}

    def history(self) -> History:
        """What the pictures are drawn of."""
        runs = [decode_run(line) for line in self._world.app.lake.lines(f"{FOLDER}/dt=")]
        world = self._world
        return History(list(self._profiles.values()), runs, world.moves.periods, world.content, world.now)

    def customer(self, customer_id: str) -> dict[str, Any]:
        """One customer's facts and timeline."""
        profile = self._profiles.get(customer_id)
        seen = {} if profile is None else document(profile, self._world.now, self._currency)
        sends = [
            Sent(record, self._numbers.get(record.key, 0), self._lives.fates.get(record.key, {}))
            for record in self._records.get(customer_id, ())
        ]
        life = Life(profile, seen, self._lives.of(customer_id), self._lives.counts[customer_id], sends)
        return detail(customer_id, life, self._currency)

    def mail(self, number: int) -> dict[str, Any]:
        """One email, by its number in the outbox; KeyError when there is none."""
        if not 0 < number <= len(self._world.mail):
            raise KeyError(number)
        return preview(self._world.mail[number - 1])


def _notes(counts: Mapping[str, Any]) -> list[str]:
    """What went wrong or was not finished, where anything did."""
    still = counts["states"].get("open", 0)
    told = {
        "Emails that were still under way when time ended": {"": still} if still else {},
        "Given up on, now in dead-letter queues": counts["dead_letters"],
        "Invocations that ended in an error": counts["failures"],
    }
    return [
        f"{label}: " + ", ".join(f"{number:,} {name}".strip() for name, number in sorted(found.items())) + "."
        for label, found in told.items()
        if found
    ]
