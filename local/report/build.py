"""From a world that has lived to the page that tells it."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.report import mail, overview, timeline, write
from local.world.world import World
from mailwright.fold.document import document
from mailwright.model.profile import Profile
from mailwright.model.send import SendRecord


class Told:
    """What a world came to, looked up once: for the report of a replay, and for each look at a live one."""

    def __init__(self, title: str, world: World, figures: Mapping[str, Any]) -> None:
        self._world = world
        self._currency = world.content.shop.currency
        self._profiles: dict[str, Profile] = {one.customer_id: one for one in world.profiles()}
        self.records: Sequence[SendRecord] = list(world.tally.outcomes().values())
        self._numbers = {letter.tags.get("sk", ""): letter.number for letter in world.mail}
        self._sends: dict[str, list[timeline.Sent]] = {}
        for record in self.records:
            sent = timeline.Sent(record, self._numbers.get(record.key, 0), world.tally.lives.fates.get(record.key, {}))
            self._sends.setdefault(record.customer_id, []).append(sent)
        lives = world.tally.lives
        self.rows = overview.rows(self._profiles, lives.counts, self.records)
        self.overview = overview.overview(title, figures, self.rows, self.records, lives.days)

    def detail(self, customer_id: str) -> dict[str, Any]:
        """One customer as the page draws it; KeyError when nobody has that id."""
        profile = self._profiles[customer_id]
        lives = self._world.tally.lives
        life = timeline.Life(
            profile,
            document(profile, self._world.now, self._currency),
            lives.of(customer_id),
            lives.counts[customer_id],
            self._sends.get(customer_id, ()),
        )
        return timeline.detail(customer_id, life, self._currency)

    def mail(self, number: int) -> dict[str, Any]:
        """One email as the page draws it; IndexError when there is none of that number."""
        letter = self._world.mail[number - 1]
        return mail.preview(letter.number, letter.at, letter.raw)


def build(title: str, world: World, figures: Mapping[str, Any]) -> str:
    """The report of a world, as one HTML page. `figures` is the summary that the replay prints."""
    told = Told(title, world, figures)
    return write.report(title, told.overview, told.rows, told.detail, told.mail)
