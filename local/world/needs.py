"""What each scheduled function looks for, so that a laptop need not run it when it would find nothing.

Each is the function's own question asked of what the world has seen: skipping changes nothing but the time it takes.
"""

from typing import NamedTuple

from local.world.due import DueWatch
from local.world.firehose import Firehose
from local.world.pollers.schedule import Needed
from mailwright.model.content import Content
from mailwright.model.schedule import following


class Need(NamedTuple):
    """`daemon`: goes on for ever, and so is nothing that a run waits for."""

    needed: Needed
    daemon: bool


def needs(due: DueWatch, content: Content, firehose: Firehose) -> dict[str, Need]:
    """By function; one that is not named here runs at every slot."""
    return {
        "tick": Need(lambda last: due.earliest(), daemon=False),
        "campaign": Need(_campaigns(content), daemon=True),
        "measure": Need(_lake(firehose), daemon=False),
    }


def _campaigns(content: Content) -> Needed:
    """The first run of any campaign after the last look: each look covers the time since the one before."""

    def needed(last: int) -> int | None:
        found = (following(campaign.at, last) for campaign in content.campaigns.values())
        return min((run for run in found if run is not None), default=None)

    return needed


def _lake(firehose: Firehose) -> Needed:
    """`measure` makes its files of the lake alone: while nothing has come to the lake it would write the same again."""
    measured: tuple[int, int] = (0, 0)  # the last run, and how many objects Firehose had written by then

    def needed(last: int) -> int | None:
        nonlocal measured
        written = firehose.written
        if last != measured[0]:
            measured = (last, written)
        return last if written > measured[1] else None

    return needed
