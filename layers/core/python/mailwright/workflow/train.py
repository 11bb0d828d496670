"""Train clusters on a sample of all customers and have them used, if there are any.

Reading stops at the end of a part of the table once there is no more time: parts are cut by a hash of the key, so those
that were read are a sample as well. Run twice for a slot, the second changes nothing.
"""

from collections.abc import Callable
from typing import Any

from mailwright import __version__
from mailwright.fold.view import columns
from mailwright.model.clusters import Clusters, Lineage
from mailwright.model.content import Content
from mailwright.model.profile import Profile
from mailwright.model.times import iso_day, parse_iso
from mailwright.science.train import train as trained
from mailwright.segments.sample import Sample
from mailwright.workflow.clusters import NoModel, current, keep
from mailwright.workflow.ports import Lake, Profiles

SAMPLE = 200_000  # customers
PARTS = 64  # of the table, read one after the other


def train(
    event: dict[str, Any],
    profiles: Profiles,
    lake: Lake,
    content: Content,
    more: Callable[[], bool] = lambda: True,
) -> dict[str, Any]:
    """Do it for the slot in `event["scheduled"]`; what came of it, in words and numbers. `more` is asked after each
    part whether there is time. A model that is refused is written down and not used.
    """
    slot = str(event["scheduled"])
    former = _former(lake)
    if former is not None and former.lineage.run == slot:
        return _told(former, published=True)
    taking = Taking(content, parse_iso(slot))
    done = 0
    for part in range(PARTS):
        for page in profiles.pages(part, PARTS):
            for profile in page.profiles:
                taking.add(profile)
        done = part + 1
        if not more():
            break
    lineage = taking.lineage("table", slot, f"{done} of {PARTS}")
    made = trained(taking.sample.rows(), lineage, former)
    return _told(made, published=keep(lake, made, parse_iso(slot)))


class Taking:
    """A sample being taken, and what is to be known of it."""

    def __init__(self, content: Content, now: int, size: int = SAMPLE) -> None:
        self.sample = Sample(size)
        self._content, self._now = content, now
        self._first, self._last = now, 0

    def add(self, profile: Profile) -> None:
        """Look at one customer; an id that became another's is nobody, and neither is one of whom nothing is known."""
        if profile.merged_into or not profile.first_seen:
            return
        self.sample.seen += 1
        self._first = min(self._first, profile.first_seen)
        self._last = max(self._last, profile.last_seen)
        if self.sample.wants(profile.customer_id):
            self.sample.add(profile.customer_id, columns(profile, self._now, self._content.shop.scale))

    def lineage(self, source: str, run: str, parts: str = "") -> Lineage:
        return Lineage(
            source=source,
            run=run,
            content=self._content.version,
            code=__version__,
            read=self.sample.seen,
            sample=len(self.sample),
            parts=parts,
            first=iso_day(self._first) if self._last else "",
            last=iso_day(self._last) if self._last else "",
        )


def _former(lake: Lake) -> Clusters | None:
    """The model in use; one that cannot be read any more is none, and its names are free again."""
    try:
        return current(lake)
    except NoModel:
        return None


def _told(made: Clusters, *, published: bool) -> dict[str, Any]:
    drift = made.drift
    return {
        "version": made.version,
        "verdict": made.verdict,
        "why": made.why,
        "published": published,
        "read": made.lineage.read,
        "sample": made.lineage.sample,
        "clusters": {cluster.name: cluster.size for cluster in made.clusters},
        "moved": drift.moved if drift else None,
        "gone": drift.gone if drift else [],
        "appeared": drift.appeared if drift else [],
    }
