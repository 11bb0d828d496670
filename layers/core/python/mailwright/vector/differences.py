"""Who is in other segments, another stage or cluster than when last folded: profiles in, names and counts out."""

from collections.abc import Iterable, Mapping

import polars as pl

from mailwright.expression.closures import SEGMENT
from mailwright.expression.tree import Scalar
from mailwright.fold.view import view
from mailwright.model.content import Content
from mailwright.model.profile import Profile
from mailwright.model.run import Counts
from mailwright.segments.clusters import CLUSTER
from mailwright.vector.clusters import asked, placed
from mailwright.vector.days import KNOWN, Days
from mailwright.vector.frame import Rows
from mailwright.vector.membership import Plan, plan

ID = "customer_id"
STAGE = "lifecycle_stage"
WAS = "was_"  # before the name of a mark: as it was when last folded
MOVED = "moved"  # whether there is another reason than the rules to call them changed


class Differences:
    """Takes profiles by `add`, keeping no more of them than the columns that rules read, and answers by `found`.
    `columns` makes a row of these, but for windows and the score: those are made for all at once.
    """

    def __init__(self, content: Content) -> None:
        self._plan = plan(content)
        self._scale = content.shop.scale
        self._model = content.clusters
        read = dict.fromkeys((*self._plan.columns, *asked(self._model)))
        self._days = Days(name for name in read if name in KNOWN)
        self._rows = Rows(name for name in read if name != CLUSTER and name not in KNOWN)
        self.columns = view([*self._rows.names, STAGE])
        self._begin()

    def _begin(self) -> None:
        self._names: list[str] = []
        self._were: list[int] = []  # their segments by Plan.mark
        self._clusters: list[str] = []  # as stored
        self._moved: list[bool] = []
        self._counts = Counts()
        self._known: dict[tuple[str, ...], tuple[int, list[str]]] = {}

    def __len__(self) -> int:
        return len(self._names)

    def add(self, profiles: Iterable[Profile], now: int) -> None:
        """Work out the columns of some profiles. Ids that were merged into others are nobody in themselves."""
        held = [profile for profile in profiles if not profile.merged_into]
        self.take(held, (self.columns(profile, now, self._scale) for profile in held), now)

    def take(self, profiles: Iterable[Profile], rows: Iterable[Mapping[str, Scalar]], now: int) -> None:
        """The same for those whose row of `columns` is at hand already."""
        counts, known = self._counts, self._known
        for profile, row in zip(profiles, rows, strict=True):
            self._rows.add(row)
            self._days.add(profile, now)
            names = tuple(profile.segments)
            found = known.get(names)
            if found is None:
                found = known[names] = self._plan.mark(names)
            were, gone = found
            stage = str(row[STAGE])
            self._names.append(profile.customer_id)
            self._were.append(were)
            self._clusters.append(profile.cluster)
            self._moved.append(bool(gone) or stage != profile.stage or (self._model is None and profile.cluster != ""))
            _count(counts.stages, stage)
            for name in gone:
                _count(counts.left, name)
            if stage != profile.stage:
                _count(counts.flows.setdefault(profile.stage, {}), stage)

    def found(self) -> tuple[list[str], Counts]:
        """The customers who changed, in the order they came, and the counts of all added since the last call."""
        counts = self._counts
        counts.profiles = len(self._names)
        frame = self.frame()
        counts.clusters = dict(frame[CLUSTER].drop_nulls().value_counts(sort=False).iter_rows())
        return (compared(self._plan, frame, counts).to_list() if len(frame) else []), counts

    def frame(self) -> pl.DataFrame:
        """What `compared` takes, of all added since the last call: their columns, and how they were."""
        before = {WAS + series.name: series for series in self._plan.split(self._were)}
        names, moved = pl.Series(self._names, dtype=pl.String), pl.Series(self._moved, dtype=pl.Boolean)
        clusters = pl.Series(self._clusters, dtype=pl.String)
        self._begin()
        frame = self._rows.frame(**{ID: names, MOVED: moved, WAS + CLUSTER: clusters}, **before, **self._days.columns())
        if self._model is None:
            return placed(frame, None, pl.col(WAS + CLUSTER))
        other = pl.col(CLUSTER).fill_null("") != pl.col(WAS + CLUSTER)
        return placed(frame, self._model, pl.col(WAS + CLUSTER)).with_columns(pl.col(MOVED) | other)


def compared(made: Plan, frame: pl.DataFrame, counts: Counts) -> pl.Series:
    """The ID of those who changed. The frame has the columns of the rules, WAS and each mark, ID, and MOVED; the sizes
    of segments and who entered and left are counted.
    """
    settled = made.settle(frame)
    for name in made.names:
        counts.sizes[name] = int(settled[SEGMENT + name].sum())
    other = [pl.col(name) != pl.col(WAS + name) for name in made.marks]
    wanted = [ID, MOVED, *made.marks, *(WAS + name for name in made.marks)]
    changed = settled.select(wanted).filter(pl.any_horizontal(MOVED, *other))
    for word, name in enumerate(made.marks):
        now, was = changed[name], changed[WAS + name]
        for table, moved in ((counts.entered, now & ~was), (counts.left, was & ~now)):
            for number, customers in moved.value_counts().iter_rows():
                for segment in made.marked(number, word):
                    _count(table, segment, customers)
    return changed[ID]


def _count(table: dict[str, int], name: str, number: int = 1) -> None:
    table[name] = table.get(name, 0) + number
