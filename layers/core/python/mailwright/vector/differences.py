"""Who is in other segments, or another stage, than when last folded: profiles in, names and counts out."""

from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from mailwright.expression.closures import SEGMENT
from mailwright.expression.tree import Scalar
from mailwright.fold.view import columns
from mailwright.model.content import Content
from mailwright.model.profile import Profile
from mailwright.model.run import Counts
from mailwright.vector.frame import Rows
from mailwright.vector.membership import KEY, key, of_key, plan

STAGE = "lifecycle_stage"


class Differences:
    """Takes profiles by `add`, keeping no more of them than the columns that rules read, and answers by `found`."""

    def __init__(self, content: Content) -> None:
        self._plan = plan(content)
        self._scale = content.shop.scale
        self._rows = Rows(dict.fromkeys((*self._plan.columns, STAGE)))
        self._were: list[tuple[str, str, str]] = []  # id, segments as KEY, stage

    def __len__(self) -> int:
        return len(self._were)

    def add(self, profiles: Iterable[Profile], now: int) -> None:
        """Work out the columns of some profiles. Ids that were merged into others are nobody in themselves."""
        held = [profile for profile in profiles if not profile.merged_into]
        self.take(held, (columns(profile, now, self._scale) for profile in held))

    def take(self, profiles: Iterable[Profile], rows: Iterable[Mapping[str, Scalar]]) -> None:
        """The same for those whose columns are at hand already."""
        for profile, row in zip(profiles, rows, strict=True):
            self._rows.add(row)
            self._were.append((profile.customer_id, key(profile.segments), profile.stage))

    def found(self) -> tuple[list[str], Counts]:
        """The customers who changed, in the order they came, and the counts of all added since the last call."""
        were, self._were = self._were, []
        counts = Counts(profiles=len(were))
        if not were:
            return [], counts
        names, before, stages = (pl.Series(values, dtype=pl.String) for values in zip(*were, strict=True))
        frame = self._plan.settle(self._rows.frame(_id=names, _before=before, _stage=stages))
        counts.sizes = {name: int(frame[SEGMENT + name].sum()) for name in self._plan.names}
        counts.stages = dict(frame[STAGE].value_counts(sort=False).iter_rows())
        changed = frame.filter((pl.col(KEY) != pl.col("_before")) | (pl.col(STAGE) != pl.col("_stage")))
        for after, was, stage, before in changed.select(KEY, "_before", STAGE, "_stage").iter_rows():
            for table, name in _moves(set(of_key(was)), set(of_key(after)), counts):
                table[name] = table.get(name, 0) + 1
            if stage != before:
                flow = counts.flows.setdefault(before, {})
                flow[stage] = flow.get(stage, 0) + 1
        return changed["_id"].to_list(), counts


def _moves(were: set[str], are: set[str], counts: Counts) -> Iterator[tuple[dict[str, int], str]]:
    yield from ((counts.entered, name) for name in are - were)
    yield from ((counts.left, name) for name in were - are)
