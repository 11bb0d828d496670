"""One answer: two cut-offs, two folds up to them and on, and what the earlier customers teach of the later ones."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from local.importance.events import events
from local.importance.refold import Refold
from mailwright.model.content import Content
from mailwright.model.times import DAY, iso_day
from mailwright.science.importance import Importance, importance
from mailwright.science.outcome import OUTCOMES, outcome, sample, snapshot


class Unanswerable(ValueError):
    """The logs do not reach as far as the question; the message says what would do."""


class Answer(NamedTuple):
    found: Importance
    events: int
    unused: Counter[str]  # records that are no event, by reason, and events that fold refused ("refused")


def answer(
    files: Sequence[str],
    content: Content,
    name: str,
    cutoff: int | None = None,
    learn: int | None = None,
    names: Sequence[str] = (),
) -> Answer:
    """`cutoff`: the instant of the later customers, by default the last whose outcome the logs still tell; `learn`: of
    the earlier, by default as long before. Unanswerable, Leak, ValueError (an unknown column) or Unreadable otherwise.
    """
    log, unused = events(files)
    if not log:
        raise Unanswerable("there are no events in these logs")
    span = OUTCOMES[name][1] * DAY
    first, last = log[0].at, log[-1].at
    tried = last - span if cutoff is None else cutoff
    learned = tried - span if learn is None else learn
    days = span // DAY
    if tried + span > last:
        raise Unanswerable(
            f"the {days} days after {iso_day(tried)} are not over in these logs, which end on {iso_day(last)}: "
            f"take a cut-off of {iso_day(last - span)} or earlier"
        )
    if learned <= first:
        raise Unanswerable(
            f"these logs go from {iso_day(first)} to {iso_day(last)}: nobody is known as of {iso_day(learned)}, when "
            f"the earlier customers would be looked at; it takes more than {2 * days} days"
        )
    told = Refold(log, content)
    instants = sorted({learned, learned + span, tried, tried + span})
    stood = {at: told.to(at) for at in instants}
    earlier, later = (
        sample(snapshot(stood[at], at, content), outcome(name, at, at + span, stood[at], stood[at + span]), names)
        for at in (learned, tried)
    )
    if told.refused:
        unused["refused"] += told.refused
    return Answer(importance(earlier, later), len(log), unused)
