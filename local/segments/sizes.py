"""How many are in each segment, what the last run moved, and how segments overlap."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from local.world.moves import Moves
from mailwright.fold.rfm import GRID
from mailwright.fold.view import columns
from mailwright.model.content import Content
from mailwright.model.profile import Profile
from mailwright.model.run import Counts, Run
from mailwright.vector.differences import Differences

Table = list[list[str]]  # the first row is the head


def sizes(profiles: Sequence[Profile], runs: Sequence[Run], moves: Sequence[Moves]) -> Table:
    """Members as last folded; who came and went since the last nightly run, and how many of those that run found
    because time had passed. Before the first run, since the beginning.
    """
    found = runs[-1].counts if runs else Counts()
    since = moves[-1] if moves else Moves(0)
    now = dict.fromkeys([*found.sizes, *since.left], 0)
    for profile in profiles:
        for name in profile.segments:
            now[name] = now.get(name, 0) + 1
    rows = []
    for name in sorted(now):
        share = f"{100 * now[name] / len(profiles):.1f} %" if profiles else ""
        came, went = since.entered.get(name, 0), since.left.get(name, 0)
        by_time = _signed(found.entered.get(name, 0), found.left.get(name, 0))
        change = f"{came - went:+,}" if came != went else "0"
        rows.append([name, f"{now[name]:,}", share, change, f"{came:,}", f"{went:,}", by_time])
    return [["segment", "customers", "share", "change", "came", "went", "by time alone"], *rows]


def _signed(came: int, went: int) -> str:
    return " ".join(f"{sign}{number:,}" for sign, number in (("+", came), ("-", went)) if number)


def recomputed(profiles: Iterable[Profile], content: Content, at: int) -> tuple[Table, Counts]:
    """Sizes by these rules at an instant, and who would enter and leave against what was stored."""
    found = Differences(content)
    found.add(profiles, at)
    changed, counts = found.found()
    counts.woken = len(changed)
    rows = [
        [name, f"{size:,}", f"{counts.entered.get(name, 0):,}", f"{counts.left.get(name, 0):,}"]
        for name, size in sorted(counts.sizes.items())
    ]
    gone = sorted(counts.left.keys() - counts.sizes.keys())
    rows += [[f"{name} (gone)", "0", "0", f"{counts.left[name]:,}"] for name in gone]
    return [["segment", "customers", "enter", "leave"], *rows], counts


def overlap(profiles: Sequence[Profile], least: int = 1) -> Table:
    """Pairs of segments that share customers, the closest first: of each one's members, the share in the other."""
    sizes: dict[str, int] = {}
    both: dict[tuple[str, str], int] = {}
    for profile in profiles:
        for name in profile.segments:
            sizes[name] = sizes.get(name, 0) + 1
        for pair in combinations(profile.segments, 2):
            both[pair] = both.get(pair, 0) + 1

    def closeness(pair: tuple[str, str]) -> float:
        return both[pair] / (sizes[pair[0]] + sizes[pair[1]] - both[pair])

    rows = [
        [
            one,
            other,
            f"{both[one, other]:,}",
            *(f"{100 * both[one, other] / sizes[name]:.0f} %" for name in (one, other)),
        ]
        for one, other in sorted(both, key=lambda pair: (-closeness(pair), pair))
        if both[one, other] >= least
    ]
    return [["segment", "and", "in both", "of the first", "of the second"], *rows]


def rfm(profiles: Sequence[Profile], content: Content, at: int) -> tuple[Table, dict[str, list[float]]]:
    """Buyers by recency (down) and by frequency and monetary value (across), each with the field's name; and the
    quintiles of these buyers as edges for shop.yaml. An edge that would repeat is left out.
    """
    cells: dict[tuple[int, int], int] = {}
    facts: dict[str, list[float]] = {"recency": [], "frequency": [], "monetary": []}
    for profile in profiles:
        row = columns(profile, at, content.shop.scale)
        points = [row[f"{name}_score"] for name in facts]
        if not all(isinstance(point, int) for point in points):
            continue
        recency, frequency, monetary = (point for point in points if isinstance(point, int))
        place = recency, (frequency + monetary + 1) // 2
        cells[place] = cells.get(place, 0) + 1
        for name, column in zip(facts, ("days_since_last_order", "orders", "lifetime_value"), strict=True):
            value = row[column]
            assert isinstance(value, int | float)
            facts[name].append(value)
    rows = [
        [f"recency {recency}", *(f"{cells.get((recency, mean), 0):,} {name}" for mean, name in enumerate(names, 1))]
        for recency, names in GRID.items()
    ]
    return [["", *(f"F and M {mean}" for mean in range(1, 6))], *rows], {
        name: quintiles(values) for name, values in facts.items()
    }


def quintiles(values: list[float]) -> list[float]:
    """The four numbers between five equal shares, each greater than the one before and than zero."""
    ordered = sorted(values)
    edges: list[float] = []
    for fifth in range(1, 5):
        edge = ordered[len(ordered) * fifth // 5] if ordered else 0
        if edge > (edges[-1] if edges else 0):
            edges.append(edge)
    return edges
