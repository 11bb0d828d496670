"""A Quarantine in memory."""

from collections.abc import Iterable

from mailwright.model.problem import Quarantined


class FakeQuarantine:
    def __init__(self) -> None:
        self.records: list[Quarantined] = []

    def put(self, records: Iterable[Quarantined]) -> None:
        self.records.extend(records)
