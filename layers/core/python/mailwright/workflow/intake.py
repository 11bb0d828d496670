"""Intake: an EventBridge envelope checked and put on the stream; one that cannot be used goes to quarantine whole."""

from typing import Any

from mailwright.model.problem import Problem
from mailwright.sources import bus
from mailwright.workflow.ports import Quarantine, Stream
from mailwright.workflow.refuse import refused


class Throttled(RuntimeError):
    """The stream did not take the events: EventBridge delivers the envelope again, and its ids make that harmless."""


def intake(envelope: Any, stream: Stream, quarantine: Quarantine, now: int) -> Problem | None:
    """Take one envelope. The Problem it was quarantined for, or None; raises Throttled when it must come again."""
    try:
        events = bus.events(envelope, now)
    except Problem as problem:
        quarantine.put([refused(envelope, problem, "intake", now)])
        return problem
    if left := stream.put(events):
        raise Throttled(f"{len(left)} of {len(events)} events were throttled")
    return None
