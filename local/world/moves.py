"""Follows, from the table's stream, who enters and leaves segments and lifecycle stages, whatever the reason.

A nightly run writes down what time did; what customers did is settled event by event and written down nowhere on AWS.
A laptop sees every version of every row, so here both are known.
"""

import zlib
from typing import Any

import msgspec

from mailwright.model.profile import Profile
from mailwright.model.state import decode_profile

_NOWHERE = ("", frozenset[str]())


class Moves(msgspec.Struct):
    """What happened from one nightly run to the next: `since` is when the first of them had looked at the table.

    Whom that run found is woken after it, and so counted here; before the first run, `since` is when the world began.
    """

    since: int  # milliseconds UTC
    entered: dict[str, int] = {}  # by segment
    left: dict[str, int] = {}
    flows: dict[str, dict[str, int]] = {}  # stage before -> stage after -> customers; before is "" of who is new here


class MovesWatch:
    """A consumer of the table's feed. `periods` are in order, and the last is not over."""

    def __init__(self, start: int) -> None:
        self.periods = [Moves(start)]
        self._stand: dict[str, tuple[str, frozenset[str]]] = {}

    def night(self, at: int) -> None:
        """A run has looked at the table: a period ends, and the next begins."""
        self.periods.append(Moves(at))

    def take(self, shard: str, records: list[dict[str, Any]]) -> None:
        """Follow the writes of profiles. A row that cannot be read is fold's to report, and moves nobody."""
        for record in records:
            change = record["dynamodb"]
            if change["Keys"]["row"]["S"] != "profile":
                continue
            state = change.get("NewImage", {}).get("state", {}).get("B")
            try:
                profile = Profile("", merged_into="gone") if state is None else decode_profile(bytes(state))
            except (ValueError, zlib.error, msgspec.DecodeError):
                continue
            self._moved(change["Keys"]["customer_id"]["S"], profile)

    def _moved(self, name: str, profile: Profile) -> None:
        """Ids that were merged into others are nobody in themselves: they leave, and come from and go to no stage."""
        stage, were = self._stand.get(name, _NOWHERE)
        if profile.merged_into:
            self._stand.pop(name, None)
            now, are = "", frozenset[str]()
        else:
            now, are = profile.stage, frozenset(profile.segments)
            self._stand[name] = now, are
        period = self.periods[-1]
        for table, names in ((period.entered, are - were), (period.left, were - are)):
            for segment in names:
                table[segment] = table.get(segment, 0) + 1
        if now and now != stage:
            flow = period.flows.setdefault(stage, {})
            flow[now] = flow.get(now, 0) + 1
