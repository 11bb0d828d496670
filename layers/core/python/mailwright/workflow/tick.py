"""Wake the profiles whose timers are due, by an event in their partition: `fold` stays the only writer."""

from mailwright.model.times import MINUTE
from mailwright.workflow.ports import Profiles, Stream
from mailwright.workflow.wake import timer, wake


def tick(profiles: Profiles, stream: Stream, now: int) -> dict[str, int]:
    """Put a timer on the stream for each due profile; {"woken": n, "throttled": n}.

    A profile stays due until `fold` has moved it on, so what the stream did not take is found again in a minute, and a
    profile that is woken twice meanwhile is written once.
    """
    minute = now // MINUTE * MINUTE
    woken, throttled = wake((timer(name, minute, "tick") for name in profiles.due(now)), stream)
    return {"woken": woken, "throttled": throttled}
