"""What each scheduled function looks for, so that a laptop need not run it when it would find nothing.

Each is the function's own question asked of what the world has seen: skipping changes nothing but the time it takes.
"""

from functools import lru_cache
from typing import NamedTuple

from local.world.due import DueWatch
from local.world.firehose import Firehose
from local.world.pollers.schedule import Needed
from mailwright.model.content import Content
from mailwright.model.schedule import following
from mailwright.model.times import DAY, HOUR


class Need(NamedTuple):
    """`daemon`: goes on for ever, and so is nothing that a run waits for."""

    needed: Needed
    daemon: bool


def needs(due: DueWatch, content: Content, firehose: Firehose, *, hourly: bool) -> dict[str, Need]:
    """By function; one that is not named here runs at every slot. `hourly`: keep the metrics fresh within the day."""
    return {
        "tick": Need(lambda last: due.earliest(), daemon=False),
        "campaign": Need(_campaigns(content), daemon=True),
        "train": Need(lambda last: None, daemon=True),  # a replay goes by the model it is given, or by none
        "measure": Need(_lake(firehose, hourly=hourly), daemon=False),
    }


def _campaigns(content: Content) -> Needed:
    """The first run of any campaign after the last look: each look covers the time since the one before."""

    @lru_cache(maxsize=1)  # asked after every step, and the same until the next run
    def needed(last: int) -> int | None:
        found = (following(campaign.at, last) for campaign in content.campaigns.values())
        return min((run for run in found if run is not None), default=None)

    return needed


def _lake(firehose: Firehose, *, hourly: bool) -> Needed:
    """`measure` makes its files of the lake alone: while nothing has come to the lake it would write the same again.

    A run writes the files of its day and the two before, so the last run of a day replaces what the others wrote:
    unless somebody looks at the files `hourly`, it is the only one that need be.
    """
    last_run = written = 0
    since: int | None = None  # when something first came to the lake after the last run

    def needed(last: int) -> int | None:
        nonlocal last_run, written, since
        if last != last_run:
            last_run, written, since = last, firehose.written, None
        if since is None and firehose.written > written:
            since = firehose.clock()
        if since is None or hourly:
            return since
        return (since + HOUR) // DAY * DAY + DAY - HOUR  # what comes in a day's last hour is counted the day after

    return needed
