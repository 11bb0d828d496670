"""Who moved from which lifecycle stage to which: bands between two columns, as thick as there are customers."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from local.charts.mark import WIDTH, hint, svg, tag, text
from local.charts.scale import plain, short

Flows = Mapping[str, Mapping[str, int]]  # stage before -> stage after -> customers

TALL, TOP, GAP = 236, 24, 9
LABEL = 15  # units a label needs
_LEFT, _RIGHT, NODE = 96, WIDTH - 96, 7
LEAST = 1.2  # thickness of a band of one


class Node(NamedTuple):
    """A stage on one side."""

    name: str
    total: int
    top: float
    tall: float


def flow(flows: Flows, ranks: Mapping[str, int]) -> str:
    """The drawing of all moves between the stages that `ranks` names, in its order. A band to a better rank (1 is the
    best) is drawn as a gain, one to a worse rank as a loss.
    """
    stages = list(ranks)
    moved = {
        before: {
            after: flows[before][after] for after in stages if flows.get(before, {}).get(after) and after != before
        }
        for before in stages
    }
    whole = sum(sum(flow.values()) for flow in moved.values())
    out = {stage: sum(moved[stage].values()) for stage in stages}
    into = {stage: sum(flow.get(stage, 0) for flow in moved.values()) for stage in stages}
    left, right = _column(out, stages), _column(into, stages)
    bands = _bands(moved, left, right, ranks)
    heads = [text(_LEFT, 12, "from", "soft small end"), text(_RIGHT, 12, "to", "soft small")]
    most = sorted(((number, a, b) for a, flow in moved.items() for b, number in flow.items()), reverse=True)[:4]
    told = "; ".join(f"{plain(before)} to {plain(after)} {number:,}" for number, before, after in most)
    nodes = [*_side(left, _LEFT, -1), *_side(right, _RIGHT, 1)]
    tall = max(
        [TOP, *(y for side in (left, right) for y in _label_places(side)), *(n.top + n.tall for n in left + right)]
    )
    title = "Moves between lifecycle stages"
    return svg(tall + 10, title, f"{whole:,} moves. The most: {told}.", *heads, *bands, *nodes)


def _column(totals: Mapping[str, int], stages: Sequence[str]) -> list[Node]:
    there = [stage for stage in stages if totals[stage]]
    whole = sum(totals.values()) or 1
    nodes, top = [], float(TOP)
    for stage in there:
        tall = max(LEAST, (TALL - GAP * (len(there) - 1)) * totals[stage] / whole)
        nodes.append(Node(stage, totals[stage], top, tall))
        top += tall + GAP
    return nodes


def _bands(moved: Flows, left: Sequence[Node], right: Sequence[Node], ranks: Mapping[str, int]) -> list[str]:
    starts = {node.name: node.top for node in left}
    ends = {node.name: node.top for node in right}
    thick = {(node.name, side): node.tall / node.total for side, nodes in enumerate((left, right)) for node in nodes}
    drawn = []
    for before in (node.name for node in left):
        for after, number in moved[before].items():
            one, other = number * thick[before, 0], number * thick[after, 1]
            better = ranks[before] - ranks[after]
            kind = "up" if better > 0 else "down" if better else "even"
            shape = _band(starts[before], one, ends[after], other)
            starts[before] += one
            ends[after] += other
            about = hint(f"{plain(before)} to {plain(after)}: {number:,}")
            drawn.append(tag("path", about, d=shape, class_=kind))
    return drawn


def _band(one: float, tall_one: float, other: float, tall_other: float) -> str:
    start, end = _LEFT + NODE + 4, _RIGHT - NODE - 4
    middle = (start + end) / 2
    places = one, one + tall_one, other, other + tall_other
    a, b, c, d = (f"{place:.2f}" for place in places)
    return f"M{start} {a}C{middle} {a} {middle} {c} {end} {c}L{end} {d}C{middle} {d} {middle} {b} {start} {b}Z"


def _side(nodes: Sequence[Node], x: float, way: int) -> list[str]:
    edge = x + 4 if way < 0 else x - 4 - NODE
    drawn = [tag("rect", x=edge, y=node.top, width=NODE, height=node.tall, rx=1.5, class_="node") for node in nodes]
    for node, y in zip(nodes, _label_places(nodes), strict=True):
        said = f"{plain(node.name)} {short(node.total)}"
        drawn.append(text(x - 2 if way < 0 else x + 2, y, said, "end" if way < 0 else ""))
    return drawn


def _label_places(nodes: Sequence[Node]) -> list[float]:
    """At the middle of each stage, pushed down where two would stand on each other."""
    places: list[float] = []
    for node in nodes:
        y = node.top + node.tall / 2 + 4
        places.append(max(y, places[-1] + LABEL) if places else y)
    return places
