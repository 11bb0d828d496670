"""Windows and the engagement score of many profiles at once: the same numbers as fold.view and fold.score give each.

All days of all profiles lie in one column, those of a profile together. A sum over some of them is the difference of
two running sums, and a profile without days needs no case of its own.
"""

from collections.abc import Callable, Iterable
from itertools import chain

import polars as pl

from mailwright.fold.counters import PLACE
from mailwright.fold.score import DAYS, DECAY, OPENS, WEIGHTS, scored
from mailwright.fold.view import INTERACTIONS, ROLLING, per_month
from mailwright.model.columns import WINDOWS
from mailwright.model.profile import Profile
from mailwright.model.times import DAY

SCORE, MONTHLY, ACTIVE = "engagement_score", "interactions_per_month", "interactions"
_SUMS = {f"{prefix}_{window}d": (prefix, window) for prefix in (*ROLLING, ACTIVE) for window in WINDOWS}
KNOWN = frozenset((*_SUMS, SCORE, MONTHLY))  # columns that are made here


class Days:
    """Takes the days of profiles; `columns` makes the columns named, those of KNOWN, and begins anew."""

    def __init__(self, names: Iterable[str]) -> None:
        self._makers = [(name, _maker(name)) for name in names]
        self._begin()

    def _begin(self) -> None:
        self._lengths: list[int] = []  # days of each profile
        self._today: list[int] = []
        self._since: list[int | None] = []  # the day a profile was first seen
        self._days: list[int] = []
        self._widths: list[int] = []  # counts of each day
        self._counts: list[int] = []

    def add(self, profile: Profile, now: int) -> None:
        """Take a profile as it is at an instant."""
        days = profile.days
        counts = days.values()
        self._lengths.append(len(days))
        self._today.append(now // DAY)
        self._since.append(profile.first_seen // DAY if profile.first_seen else None)
        self._days += days
        self._widths += map(len, counts)
        self._counts += chain.from_iterable(counts)

    def columns(self) -> dict[str, pl.Series]:
        """The columns of all profiles since the last call, Float64."""
        flat = _Flat(self._lengths, self._today, self._since, self._days, self._widths, self._counts)
        self._begin()
        return {name: make(flat).cast(pl.Float64) for name, make in self._makers}


class _Flat:
    """The days as columns."""

    def __init__(
        self,
        lengths: list[int],
        today: list[int],
        since: list[int | None],
        days: list[int],
        widths: list[int],
        counts: list[int],
    ) -> None:
        self.today, self.since = today, since
        length = pl.Series(lengths, dtype=pl.Int64)
        self._ends = length.cum_sum()
        self._starts = self._ends - length
        self._rest = len(counts)  # where a count lies that was not written, for it is zero
        self._counts = pl.Series([*counts, 0], dtype=pl.Int64)
        self._width = pl.Series(widths, dtype=pl.Int64)
        self._first = self._width.cum_sum() - self._width
        now = pl.Series(today, dtype=pl.Int64).repeat_by(length).explode(empty_as_null=False)
        self.age = now - pl.Series(days, dtype=pl.Int64)
        self._found: dict[int, pl.Series] = {}

    def count(self, place: int) -> pl.Series:
        """One counter, on each day."""
        found = self._found.get(place)
        if found is None:
            there = (self._first + place).zip_with(self._width > place, _alike(self._first, self._rest))
            found = self._found[place] = self._counts.gather(there)
        return found

    def sums(self, values: pl.Series) -> pl.Series:
        """A number of each day, summed for each profile."""
        running = pl.concat([pl.Series([0], dtype=pl.Int64), values.cast(pl.Int64).cum_sum()])
        return running.gather(self._ends) - running.gather(self._starts)

    def window(self, prefix: str, days: int) -> pl.Series:
        """A rolling window, for each profile."""
        values = self.active() if prefix == ACTIVE else self.count(PLACE[ROLLING[prefix]])
        return self.sums(values * (self.age < days).cast(pl.Int64))

    def active(self) -> pl.Series:
        """1 for each day with an interaction."""
        places = [PLACE[counter] for counter in INTERACTIONS]
        found = self.count(places[0]) != 0
        for place in places[1:]:
            found |= self.count(place) != 0
        return found.cast(pl.Int64)


def _maker(name: str) -> Callable[[_Flat], pl.Series]:
    if name == SCORE:
        return _score
    if name == MONTHLY:
        return _monthly
    prefix, days = _SUMS[name]
    if prefix == "revenue":
        # Polars divides by a constant as it multiplies by 1 / 100, which is not the same in the last bit
        return lambda flat: _each(amount / 100 for amount in flat.window(prefix, days))
    return lambda flat: flat.window(prefix, days)


def _score(flat: _Flat) -> pl.Series:
    points = _alike(flat.age, 0)
    for place, weight in enumerate(WEIGHTS):
        if weight:
            points += flat.count(place) * weight
    points += flat.count(OPENS) * (points != 0).cast(pl.Int64)
    decay = pl.Series(DECAY, dtype=pl.Int64).gather(flat.age.clip(0, DAYS))
    return _each(map(scored, flat.sums(points * decay * (flat.age <= DAYS).cast(pl.Int64))))


def _monthly(flat: _Flat) -> pl.Series:
    # rounded as fold.view rounds: Polars rounds otherwise
    found = zip(flat.window(ACTIVE, 90), flat.today, flat.since, strict=True)
    return _each(None if since is None else per_month(days, today - since) for days, today, since in found)


def _each(values: Iterable[float | None]) -> pl.Series:
    return pl.Series(list(values), dtype=pl.Float64)


def _alike(series: pl.Series, value: int) -> pl.Series:
    return pl.Series([value], dtype=pl.Int64).new_from_index(0, len(series))
