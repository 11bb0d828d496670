"""A Journal in memory."""

from collections.abc import Iterable

from mailwright.model.send import SendRecord


class FakeJournal:
    def __init__(self) -> None:
        self.records: list[SendRecord] = []

    def put(self, records: Iterable[SendRecord]) -> None:
        self.records.extend(records)
