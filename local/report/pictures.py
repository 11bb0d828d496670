"""The pictures of a run: segments and lifecycle stages over time, and the buyers by recency and frequency."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from local.charts import flow, heat, sizes, turnover
from local.charts.mark import Picture
from local.charts.scale import plain
from local.clusters.picture import picture
from local.world.moves import Moves
from mailwright.fold.counters import PLACE
from mailwright.fold.orders import lifetime_value
from mailwright.fold.rfm import scores
from mailwright.model.columns import STAGES
from mailwright.model.content import Content
from mailwright.model.profile import Profile
from mailwright.model.run import Run
from mailwright.model.scale import Scale
from mailwright.model.times import iso_day

# From the best; that a new customer becomes an active one is neither better nor worse, it is what time does.
RANKS = {"repeat": 1, "active": 2, "new": 2, "at_risk": 3, "lapsed": 4, "lost": 5}
FIRST = 16  # segments in the picture that is always shown
assert set(RANKS) == set(STAGES)


class History(NamedTuple):
    """What the pictures are drawn of. `runs` and `moves` are in the order of time."""

    profiles: Sequence[Profile]
    runs: Sequence[Run]
    moves: Sequence[Moves]
    content: Content
    now: int


def pictures(history: History) -> list[Picture]:
    """In the order of the page; none while nobody is there."""
    if not history.profiles:
        return []
    found = history.content.clusters
    clusters = [picture(found)] if found is not None else []
    return [*_sizes(history), _turnover(history.moves), _stages(history), _rfm(history), *clusters]


def _sizes(history: History) -> list[Picture]:
    """One picture, and one more for the segments that do not fit into it."""
    now = Counter(name for profile in history.profiles for name in profile.segments)
    runs = [run.counts.sizes for run in history.runs]
    named = {*now, *history.content.segments, *(name for run in runs[-1:] for name in run)}
    last = history.moves[-1] if history.runs and history.moves else Moves(0)
    rows = [
        sizes.Row(
            name, [*(run.get(name, 0) for run in runs), now[name]], last.entered.get(name, 0), last.left.get(name, 0)
        )
        for name in named
    ]
    rows.sort(key=lambda row: (-row.sizes[-1], -max(row.sizes), row.name))
    ever = {
        name: (
            sum(one.entered.get(name, 0) for one in history.moves),
            sum(one.left.get(name, 0) for one in history.moves),
        )
        for name in named
    }
    note = "Each line to its own height, one point a night. In and out: since the last nightly run, with whom it found."
    if not rows:
        return [Picture("sizes", "Segments over time", "The content has no segments.", None, [], [])]
    if not runs:
        note = "No nightly run has looked at the table yet, so there are only the sizes of now."
    span = _span([run.at for run in history.runs])
    made = [sizes.picture(rows[:FIRST], span, ever, note)]
    if rest := rows[FIRST:]:
        shown = sizes.picture(rest, span, ever, "")
        made.append(shown._replace(name="more", title=f"{len(rest):,} smaller segments"))
    return made


def _span(at: Sequence[int]) -> str:
    if not at:
        return ""
    first, last = iso_day(at[0]), iso_day(at[-1])
    start, end = (first[:7], last[:7]) if first[:7] != last[:7] else (first[5:], last[5:])
    return f"{start} … {end}" if start != end else start


def _turnover(moves: Sequence[Moves]) -> Picture:
    spans = [turnover.Span(iso_day(one.since), sum(one.entered.values()), sum(one.left.values())) for one in moves]
    note = "How often customers entered a segment and how often they left one, all segments together."
    head = ["from", "came", "went"]
    if not any(span.entered or span.left for span in spans):
        return Picture("turnover", "Coming and going", "Nobody entered or left a segment.", None, [], [])
    table = [[span.name, f"{span.entered:,}", f"{span.left:,}"] for span in turnover.joined(spans)]
    return Picture("turnover", "Coming and going", note, turnover.turnover(spans), head, table)


def _stages(history: History) -> Picture:
    every, night = _summed(one.flows for one in history.moves), _summed(run.counts.flows for run in history.runs)
    nobody = Counter[str]()
    arrived = every.pop("", nobody).total()
    note = (
        f"{arrived:,} were new here. Then they moved: green to a better stage, amber to a worse one, grey to neither."
    )
    rows = [
        [plain(before), plain(after), f"{every[before][after]:,}", f"{night.get(before, nobody)[after]:,}"]
        for before in RANKS
        for after in RANKS
        if every.get(before, nobody)[after]
    ]
    if not rows:
        note = f"{arrived:,} were new here; nobody has moved to another stage yet."
        return Picture("stages", "Moves between lifecycle stages", note, None, [], [])
    head = ["from", "to", "customers", "found by a nightly run"]
    return Picture("stages", "Moves between lifecycle stages", note, flow.flow(every, RANKS), head, rows)


def _summed(flows: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for one in flows:
        for before, after in one.items():
            found.setdefault(before, Counter()).update(after)
    return found


def _rfm(history: History) -> Picture:
    scale, currency = history.content.shop.scale, history.content.shop.currency
    counts, worth = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for profile in history.profiles:
        orders = profile.totals[PLACE["orders"]] if len(profile.totals) > PLACE["orders"] else 0
        value = lifetime_value(profile)
        points = scores(orders, profile.last_order, value / 100, history.now, scale)
        if points is not None:
            counts[points.recency, points.frequency] += 1
            worth[points.recency, points.frequency] += value
    if not counts:
        return Picture("rfm", "Recency and frequency", "Nobody has ordered yet.", None, [], [])
    fields = {place: heat.Field(number, worth[place] / 100 / number) for place, number in counts.items()}
    recency, frequency = words(scale)
    table = [
        [recency[r - 1], frequency[f - 1], f"{fields[r, f].customers:,}", f"{fields[r, f].mean:,.2f}"]
        for r in range(5, 0, -1)
        for f in range(1, 6)
        if (r, f) in fields
    ]
    note = f"Buyers by days since the last order and by orders; below, what one is worth on average, in {currency}."
    head = ["last order", "orders", "customers", f"mean value, {currency}"]
    return Picture("rfm", "Recency and frequency", note, heat.heat(fields, recency, frequency, currency), head, table)


def words(scale: Scale) -> tuple[list[str], list[str]]:
    """What scores 1 to 5 of recency and of frequency stand for in this shop."""
    days = [
        f"under {scale.recency[0]} d",
        *map(_range, scale.recency, scale.recency[1:]),
    ]
    recency = [f"{scale.recency[-1]}+ d", *(f"{one} d" for one in reversed(days[1:])), days[0]]
    starts = (1, *scale.frequency)
    frequency = [*map(_range, starts, starts[1:]), f"{scale.frequency[-1]}+ orders"]
    return recency, [f"{frequency[0]} order{'' if frequency[0] == '1' else 's'}", *frequency[1:]]


def _range(start: int, end: int) -> str:
    return f"{start}" if end - start == 1 else f"{start}–{end - 1}"
