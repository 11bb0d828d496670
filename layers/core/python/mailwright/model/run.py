"""A run of recompute: what one of its workers is asked to do, how far it came, and what the whole run found."""

import msgspec

FOLDER = "segments"  # in the lake
PARTS = f"{FOLDER}/parts/"  # what workers write down on their way: of no use once their run is concluded
CLICKS = "metrics/clicks/"  # where `measure` notes the clicks of each day that is over


class Work(msgspec.Struct, frozen=True):
    """What the state machine asks: look at one part of the table, or (`part` absent) conclude the run."""

    scheduled: str  # ISO instant of the slot; names the run
    parts: int
    part: int | None = None  # 0 to parts - 1

    @property
    def run(self) -> str:
        """The slot as part of a key: 20261122T030000Z."""
        return self.scheduled.split(".")[0].rstrip("Z").replace("-", "").replace(":", "") + "Z"


class Counts(msgspec.Struct):
    """Profiles looked at, those whose row could not be read, and those woken; by segment how many are in it, and how
    many this run found to have entered or left since they were last folded; by lifecycle stage how many stand in it,
    and how many this run found to have come there from which other.

    What a run finds is what time did. What customers did themselves was settled when it was folded, and shows in the
    difference of the sizes of two runs.
    """

    profiles: int = 0
    unreadable: int = 0
    woken: int = 0
    sizes: dict[str, int] = {}
    entered: dict[str, int] = {}
    left: dict[str, int] = {}
    stages: dict[str, int] = {}
    flows: dict[str, dict[str, int]] = {}  # stage when last folded -> stage now -> customers
    clusters: dict[str, int] = {}  # by cluster how many are in it

    def add(self, other: "Counts") -> None:
        """Sum up."""
        self.profiles += other.profiles
        self.unreadable += other.unreadable
        self.woken += other.woken
        for mine, theirs in zip(self._tables(), other._tables(), strict=True):
            _add(mine, theirs)
        for stage, flow in other.flows.items():
            _add(self.flows.setdefault(stage, {}), flow)
        _add(self.clusters, other.clusters)

    def sorted(self) -> "Counts":
        """The same with names in their order."""
        sizes, entered, left, stages = (dict(sorted(table.items())) for table in self._tables())
        flows = {stage: dict(sorted(flow.items())) for stage, flow in sorted(self.flows.items())}
        clusters = dict(sorted(self.clusters.items()))
        return Counts(self.profiles, self.unreadable, self.woken, sizes, entered, left, stages, flows, clusters)

    def _tables(self) -> list[dict[str, int]]:
        return [self.sizes, self.entered, self.left, self.stages]


def _add(mine: dict[str, int], theirs: dict[str, int]) -> None:
    for name, number in theirs.items():
        mine[name] = mine.get(name, 0) + number


class Progress(msgspec.Struct):
    """How far a worker came: everything up to `after` is counted, and its timers are on the stream."""

    part: int
    content: str  # version of the rules and clusters the counts were made by; another begins the part anew
    counts: Counts = msgspec.field(default_factory=Counts)
    after: list[str] | None = None
    done: bool = False


class Run(msgspec.Struct):
    """`segments/dt=<day>/<run>.json` in the lake."""

    run: str
    at: int  # milliseconds UTC when it was concluded
    content: str
    counts: Counts


encode = msgspec.json.Encoder(order="deterministic").encode
decode_progress = msgspec.json.Decoder(Progress).decode
decode_run = msgspec.json.Decoder(Run).decode


def progress_key(run: str, parts: int, part: int) -> str:
    """Where a worker writes down its Progress."""
    return f"{progress_prefix(run, parts)}{part:05d}.json"


def progress_prefix(run: str, parts: int) -> str:
    """Where all workers of a run do."""
    return f"{PARTS}{run}-{parts}/"


def run_key(run: str) -> str:
    """Where a Run is kept, by the day of its slot."""
    return f"{FOLDER}/dt={run[:4]}-{run[4:6]}-{run[6:8]}/{run}.json"
