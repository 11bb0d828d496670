"""What AWS would put on the bill: calls by service and operation, and capacity by the published rules.

The capacity rules are in `memory/capacity.py`; this is the ledger they write to.
"""

from collections import Counter

KB = 1024


class Meter:
    """Counters that only grow."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()  # (service, operation), throttled and refused ones included
        self.units: Counter[tuple[str, str]] = (
            Counter()
        )  # (what, of which), e.g. ("write", "customers") or ("write", "customers/due")

    def call(self, service: str, operation: str) -> None:
        self.calls[service, operation] += 1

    def add(self, what: str, of: str, units: float) -> None:
        # Counter is typed for int; half read units are exact in binary, so the sums are exact too.
        self.units[what, of] += units  # type: ignore[assignment]

    def total(self, what: str) -> float:
        """All units of one kind, tables and indexes together."""
        return sum(units for (kind, _), units in self.units.items() if kind == what)

    def report(self) -> dict[str, dict[str, float]]:
        """Both ledgers, keys sorted, ready for JSON."""
        return {
            "calls": {f"{service}.{operation}": n for (service, operation), n in sorted(self.calls.items())},
            "units": {f"{what} {of}": n for (what, of), n in sorted(self.units.items())},
        }
