"""What `fold` does with a row that becomes another customer's, or has: give everything away once, then pass on."""

from collections.abc import Sequence

from msgspec.structs import replace

from mailwright.fold import dedup, identity
from mailwright.model.event import Event, encode_event
from mailwright.model.outbox import Merge, Pending
from mailwright.model.problem import Problem
from mailwright.model.profile import Profile
from mailwright.workflow.folding import Batch, Group, Step

ROOM = 200_000  # bytes of events that one write passes on: an item may have 400 KB, and a row's facts a few


def leave(before: Profile, link: Event, fresh: Sequence[Event], group: Group, batch: Batch) -> Step:
    """Give all that the row knows to the id that `link` names. What the batch brings besides is passed on, like all
    that comes later: it is that id which decides what follows from an order.
    """
    sign, given = identity.leave(before, str(link.data["to"]), batch.now)
    merges = [Merge(before.customer_id, sign.merged_into, batch.now)] if identity.has_contact(before) else []
    others = [event for event in fresh if event is not link]
    step = _onward(sign, others, Pending(events=given, merges=merges), [link], group, batch)
    if step is not Step.CONFLICT:
        batch.done.counts["merged"] += 1
    return step


def pass_on(before: Profile, fresh: Sequence[Event], group: Group, batch: Batch) -> Step:
    """Send on what still comes for a merged id; one write remembers and sends. No news, no write."""
    return _onward(before, fresh, Pending(), [], group, batch)


def _onward(
    sign: Profile, fresh: Sequence[Event], first: Pending, kept: list[Event], group: Group, batch: Batch
) -> Step:
    """Write the signpost with `first` and then these events in its outbox; `kept` are remembered besides."""
    now = batch.now
    sign = replace(sign, ids=sign.ids.copy())
    onward, known = [*first.events], len(kept)
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
        if not batch.commit(sign, None, replace(first, events=onward), leaving):
            return Step.CONFLICT
        batch.done.counts["passed_on"] += len(kept) - known
    return batch.settle(group, kept, bad, more=more)


def _refuse_link(link: Event, held: str, bad: list[tuple[Event, Problem]], batch: Batch) -> None:
    """The first link holds. Two people at one device name the same visitor: that is counted and no one's mistake."""
    batch.done.counts["links_refused"] += 1
    if link.data.get("said") == "alias":
        reason = (
            f"{link.customer_id!r} was merged into {held!r} before, and stays so: {link.data.get('to')!r} is refused"
        )
        bad.append((link, Problem("already_merged", reason)))
