"""Two positions of one person in one journey, after two ids became one: which pass goes on."""

import msgspec

from mailwright.model.profile import Position


def join(mine: Position | None, theirs: Position | None, again: int | None) -> Position | None:
    """The one position that stands for both; `again` is the journey's rule for entering once more.

    A pass under way that has sent goes on before all others, then one that may run beside what the other id has had,
    then the later one. A pass that comes over takes a number under which `mine` has sent nothing, so that its emails
    get keys of their own.
    """
    if mine is None or theirs is None:
        return mine or theirs
    first, second = sorted((mine, theirs), key=lambda one: _rank(one, mine if one is theirs else theirs, again))[::-1]
    kept = msgspec.structs.replace(first)
    if not kept.step:
        kept.entry, kept.sent = max(first.entry, second.entry), max(first.sent, second.sent)
        kept.ended = max(first.ended, second.ended)
    elif first is theirs:
        kept.entry = max(theirs.entry, mine.entry + (mine.sent > 0))
    return kept


def _rank(one: Position, other: Position, again: int | None) -> tuple[bool, bool, bool, int, int, str]:
    """Greater goes on. An unsent pass is worth something only if it might have begun after what the other sent."""
    under_way, sent = bool(one.step), one.sent > 0
    idle = under_way and not sent and other.sent > 0 and not _may_follow(one, other, again)
    return (under_way and sent, under_way and not idle, sent, max(one.entered, one.ended), one.entered, one.event)


def _may_follow(one: Position, other: Position, again: int | None) -> bool:
    return not other.step and again is not None and one.entered >= other.ended + again
