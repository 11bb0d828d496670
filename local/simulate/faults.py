"""What goes wrong, and how often: the profiles behind `--faults`."""

from dataclasses import dataclass, fields
from difflib import get_close_matches

from mailwright.model.times import DAY, MINUTE, SECOND


@dataclass(frozen=True)
class Faults:
    """Rates are between 0 and 1. The first group is asked at every call to AWS; `only` narrows it to calls whose name
    (`send dynamodb.put_item`) contains one of these texts.
    """

    request_lost: float = 0.0  # never arrived, and the client gave up
    reply_lost: float = 0.0  # carried out; the client never heard, and asked again
    reply_lost_for_good: float = 0.0  # carried out; the client gave up
    throttled: float = 0.0  # refused, or half of it where a request has many parts
    crash_before: float = 0.0  # the function is gone before the call
    crash_after: float = 0.0  # ... after it
    zombie: float = 0.0  # the same invocation runs a second time from here on; the first goes on with what it has read
    stall: float = 0.0  # everything else goes on for a while, then the function does
    opt_out: float = 0.0  # send only: the person whose email it is says no right now
    only: tuple[str, ...] = ()

    repeated: float = 0.0  # events whose producer sends them again: same id, new sequence number
    repeated_by: int = 0  # ... up to so much later, milliseconds
    late: float = 0.0  # events that are late by up to 7 days
    shuffled: int = 0  # milliseconds by which events overtake each other
    poison: float = 0.0  # records, for each event, that cannot be used
    reshards: int = 0  # splits and merges in a run, each with the children read before their parents
    skew: int = 0  # milliseconds that two workers' clocks may each be wrong by

    copies: float = 0.0  # tasks that are queued twice
    redriven: float = 0.0  # tasks that are queued again after 7 days
    killed: float = 0.0  # pages of a campaign after which its worker dies and starts over
    tripled: float = 0.0  # feedback that comes three times
    feedback_lost: float = 0.0
    feedback_spread: int = 30 * SECOND  # milliseconds by which feedback overtakes feedback
    quota: float = 0.0  # share of the day for which SES takes no email: quota used up, or sending paused
    opt_outs: float = 0.0  # people, for each event, who say no


# Names of the faults at a call; with "_" they are the rates above.
AT_CALLS = ("request lost", "reply lost", "reply lost for good", "throttled", "crash before", "crash after", "zombie",
            "stall", "opt-out")  # fmt: skip

_ALL: dict[str, Faults] = {
    "none": Faults(feedback_spread=SECOND),
    "standard": Faults(
        request_lost=0.004, reply_lost=0.004, reply_lost_for_good=0.002, throttled=0.006, crash_before=0.003,
        crash_after=0.003, zombie=0.004, stall=0.001, opt_out=0.0005,
        repeated=0.10, repeated_by=20 * DAY, late=0.05, shuffled=5 * MINUTE, poison=0.001, reshards=3, skew=5 * MINUTE,
        copies=0.10, redriven=0.01, killed=0.02, tripled=0.10, feedback_lost=0.01, feedback_spread=3 * MINUTE,
        opt_outs=0.002,
    ),
    "repeats": Faults(repeated=0.10, repeated_by=20 * DAY),
    "late": Faults(late=0.05, shuffled=5 * MINUTE),
    "crashes": Faults(crash_before=0.02, crash_after=0.02),
    "zombies": Faults(zombie=0.05, stall=0.02),
    "reshards": Faults(reshards=4, shuffled=MINUTE, crash_before=0.02, crash_after=0.02, only=("fold ",)),
    "poison": Faults(poison=0.01),
    "partial": Faults(throttled=0.05, only=("put_records", "message_batch", "record_batch")),
    "throttles": Faults(throttled=0.05),
    "claims": Faults(reply_lost=0.10, only=("send dynamodb.put_item",)),
    "sends": Faults(
        crash_before=0.02, crash_after=0.02, reply_lost_for_good=0.01, only=("send ",), copies=0.10, killed=0.05
    ),
    "feedback": Faults(tripled=1.0, feedback_lost=0.01, feedback_spread=10 * MINUTE, reply_lost=0.02, crash_after=0.01),
    "ses-storm": Faults(throttled=0.5, only=("sesv2",), quota=0.1),
    "opt-outs": Faults(opt_out=0.02, only=("send ",), opt_outs=0.01, copies=0.10),
    "redrive": Faults(redriven=0.5, copies=0.2),
    "skew": Faults(skew=5 * MINUTE, crash_after=0.02, zombie=0.02, copies=0.10),
    "ambiguity": Faults(reply_lost_for_good=0.0001, only=("sesv2",)),
}  # fmt: skip

PROFILES = tuple(_ALL)


class UnknownFaults(ValueError):
    """No profile of faults has this name."""


def profile(name: str) -> Faults:
    """The faults of a profile; UnknownFaults lists what there is."""
    if name not in _ALL:
        near = get_close_matches(name, _ALL, 1)
        meant = f" (did you mean {near[0]}?)" if near else ""
        raise UnknownFaults(f"there is no profile of faults named {name!r}{meant}; there are: {', '.join(_ALL)}")
    return _ALL[name]


def rates(faults: Faults) -> list[tuple[str, float]]:
    """The faults at calls with their rates, those that never strike left out."""
    known = {field.name for field in fields(Faults)}
    named = [(name, name.replace(" ", "_").replace("-", "_")) for name in AT_CALLS]
    return [(name, rate) for name, field in named if field in known and (rate := getattr(faults, field)) > 0]
