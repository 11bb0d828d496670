"""What `fold` does with a row that becomes another customer's, or has: give everything away once, then pass on."""

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from mailwright.decide.contacts import contact_changes
from mailwright.fold import dedup, identity
from mailwright.fold.reduce import reduce
from mailwright.model.event import Event, encode_event
from mailwright.model.outbox import Merge, Pending
from mailwright.model.problem import Problem
from mailwright.model.profile import Profile
from mailwright.workflow.folding import Batch, Group, Step, usable

ROOM = 200_000  # bytes of events that one write passes on: an item may have 400 KB


def leave(before: Profile, link: Event, fresh: list[Event], group: Group, batch: Batch) -> Step:
    """Fold what the batch brings, and give all of it to the id that `link` names. Nothing is decided here any more."""
    now, to = batch.now, str(link.data["to"])
    bad: list[tuple[Event, Problem]] = []
    fresh, rest = identity.fitting(fresh, link)
    for event in fresh:
        if event.type == "link" and event is not link and event.data.get("to") != to:
            _refuse_link(event, to, bad, batch)
    others = usable(fresh, bad)
    profile = reduce(before, others, refused=bad)
    fresh = usable(others, bad)
    leaving = dedup.remember(profile, fresh, now)
    sign, given = identity.leave(profile, to, now)
    notes: Counter[str] = Counter(merged=1)
    pending = Pending(
        contacts=contact_changes(fresh, notes),
        events=[*identity.asks(before, fresh, now), *given],
        merges=[Merge(before.customer_id, to, now)] if identity.has_contact(profile) else [],
    )
    if not batch.commit(sign, None, pending, leaving):
        return Step.CONFLICT
    batch.done.counts.update(notes)
    return batch.settle(group, fresh, bad, more=rest)


def pass_on(before: Profile, fresh: Sequence[Event], group: Group, batch: Batch) -> Step:
    """Send on what still comes for a merged id; one write remembers and sends. No news, no write."""
    now = batch.now
    sign = replace(before, ids=before.ids.copy())
    kept: list[Event] = []
    onward: list[Event] = []
    bad: list[tuple[Event, Problem]] = []
    size, more = 0, False
    for event in fresh:
        if event.type == "link":
            after = identity.repointed(sign, event)
            if after is None:
                _refuse_link(event, sign.merged_into, bad, batch)
            elif after is not sign:
                sign = after
                kept.append(event)
            continue
        try:
            sent = identity.pass_on(sign, event, now)
        except Problem as problem:
            bad.append((event, problem))
            continue
        size += sum(len(encode_event(one)) for one in sent)
        if kept and size > ROOM:
            more = True
            break
        kept.append(event)
        onward += sent
    if kept:
        leaving = dedup.remember(sign, kept, now)
        if not batch.commit(sign, None, Pending(events=onward), leaving):
            return Step.CONFLICT
        batch.done.counts["passed_on"] += len(kept)
    return batch.settle(group, kept, bad, more=more)


def _refuse_link(link: Event, held: str, bad: list[tuple[Event, Problem]], batch: Batch) -> None:
    """The first link holds. Two people at one device name the same visitor: that is counted and no one's mistake."""
    batch.done.counts["links_refused"] += 1
    if link.data.get("said") == "alias":
        reason = (
            f"{link.customer_id!r} was merged into {held!r} before, and stays so: {link.data.get('to')!r} is refused"
        )
        bad.append((link, Problem("already_merged", reason)))
