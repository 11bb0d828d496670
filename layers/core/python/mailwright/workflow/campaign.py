"""Plan the emails of the campaigns whose time has come: one task to each member of the segment.

A run is named by its minute, and that name is in every email's key. So a schedule that fires twice, or a function that
dies half way and starts over, plans the same emails again, and the ledger lets each out once.
"""

from collections import Counter
from typing import NamedTuple

import msgspec

from mailwright.expression.tree import InSegment
from mailwright.model.content import Campaign, Content
from mailwright.model.schedule import runs
from mailwright.model.send import SendTask, send_key
from mailwright.model.times import HOUR, MINUTE, iso
from mailwright.segments.clusters import facts
from mailwright.segments.membership import members
from mailwright.workflow.ports import Profiles, Queue

PERIOD = 5 * MINUTE  # how often the schedule fires: each run looks back this far, so that every minute is seen once
LIFE = 24 * HOUR  # a campaign's email that could not go out for a day is stale
CHUNK = 500  # tasks held in memory before they go to the queue


class Planned(NamedTuple):
    """Emails planned by campaign, and how many customers have none because their row cannot be read."""

    emails: Counter[str]
    unreadable: int = 0


def campaign(content: Content, profiles: Profiles, sends: Queue, scheduled: int) -> Planned:
    """Plan what fell due in the five minutes up to `scheduled`.

    Reads every profile once when any campaign is due, and none otherwise. Consent is not asked here but when sending,
    so that who gets nothing is counted with the reason.
    """
    due = [(one, run) for one in _sorted(content) for run in runs(one.at, scheduled - PERIOD, scheduled)]
    planned: Counter[str] = Counter({one.name: 0 for one, _ in due})
    if not due:
        return Planned(planned)
    unreadable = 0
    tasks: list[SendTask] = []
    for page in profiles.pages(0, 1):
        unreadable += len(page.unreadable)
        for profile in page.profiles:
            if profile.merged_into:
                continue
            belongs = members(facts(profile, scheduled, content), content)
            for one, run in due:
                if one.segment in belongs:
                    tasks.append(_task(one, run, profile.customer_id, content))
                    planned[one.name] += 1
            if len(tasks) >= CHUNK:
                sends.put(tasks)
                tasks = []
    if tasks:
        sends.put(tasks)
    return Planned(planned, unreadable)


def _sorted(content: Content) -> list[Campaign]:
    return [content.campaigns[name] for name in sorted(content.campaigns)]


def _task(one: Campaign, run: int, customer_id: str, content: Content) -> SendTask:
    program = f"campaign:{one.name}"
    return SendTask(
        key=send_key(customer_id, program, "send", run // MINUTE),
        customer_id=customer_id,
        program=program,
        step="send",
        template=one.template,
        planned_at=run,
        not_after=run + LIFE,
        cls=one.cls,
        offers=one.offers,
        when=msgspec.to_builtins(InSegment(one.segment)),  # who has left the segment by then gets nothing
        trace={"campaign": one.name, "segment": one.segment, "scheduled": iso(run), "content": content.version},
    )
