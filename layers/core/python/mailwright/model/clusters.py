"""Clusters: groups of customers that training found, named, with everything that made it believe in them.

One JSON document a training, `models/clusters/<version>.json` in the lake; `current.json` beside it names the one in
use. It holds no customer and no id.
"""

import hashlib
from typing import Literal

import msgspec

FOLDER = "models/clusters"  # in the lake
POINTER = f"{FOLDER}/current.json"

Verdict = Literal["clusters", "no structure"]


class Axis(msgspec.Struct, frozen=True):
    """How one column becomes a number beside others: the feature's rule and what this sample's customers are like.

    `edges` cut the sample in about ten parts that held `shares` of it: what later samples are compared with.
    """

    column: str
    unknown: float
    log: bool
    centre: float  # median, after the logarithm
    spread: float  # interquartile range by that of a normal distribution's, at least the feature's floor
    limit: float
    edges: list[float] = []
    shares: list[float] = []


class Apart(msgspec.Struct, frozen=True):
    """A column that sets a cluster apart: its median in the cluster and of everyone, and how many spreads between."""

    feature: str
    here: float
    all: float
    spreads: float


class Cluster(msgspec.Struct, frozen=True):
    name: str
    size: int  # customers of the sample
    share: float
    centroid: dict[str, float]  # by column, in its own unit; values past an axis' limit counted as lying there
    at: list[float]  # the same on the axes: what customers are compared with
    medians: dict[str, float]  # by column, unknown ones counted as the feature says
    apart: list[Apart]  # the furthest first
    reads: str = ""  # the name its centroid alone would give it, where it kept another from before


class Choice(msgspec.Struct, frozen=True):
    """What speaks for one number of clusters. `reference` is the silhouette of data that has the same columns, each
    distributed as here and correlated as here, and no clusters; `spread` its standard deviation over draws of that.
    """

    k: int
    inertia: float
    silhouette: float
    reference: float
    spread: float
    stability: float  # median adjusted Rand index of clusterings of bootstrap samples with this one
    smallest: float  # share of the smallest cluster
    against: str = ""  # what rules it out; empty when nothing does


class Algorithm(msgspec.Struct, frozen=True):
    """How another way to cluster sees the same customers."""

    name: str
    rows: int  # of the sample that it was given
    clusters: int
    agreement: float  # adjusted Rand index with K-Means on these rows; rows that it calls noise left out
    noise: float
    note: str


class Moved(msgspec.Struct, frozen=True):
    """A cluster and the one it is taken to be from before."""

    name: str
    share: float
    was: float  # its share of this sample by the former model
    shift: float  # of the centroid, in spreads of the former model
    reads: str = ""  # the name its centroid would give it now, where that is another


class Drift(msgspec.Struct, frozen=True):
    """The sample seen by the former model and by this one."""

    former: str  # version
    moved: float  # share of the sample that is in another cluster than by the former model
    kept: list[Moved]
    appeared: list[str]
    gone: list[str]  # names no customer can have any more; rules that ask for them are true of no one
    features: dict[str, float]  # population stability index by column: over 0.1 some, over 0.25 much has changed


class Lineage(msgspec.Struct, frozen=True):
    """Where a model comes from: enough to make it again."""

    source: str  # "table" or what was read on a laptop
    run: str  # ISO instant of the slot it was trained for
    content: str  # version of the content, for its time zone and scale
    code: str  # version of Mailwright
    read: int  # profiles looked at
    sample: int  # of which so many were taken, those with the smallest hashes of their ids
    parts: str = ""  # parts of the table looked at, of how many
    first: str = ""  # day the first of the sample was first seen
    last: str = ""  # day the last of them was last seen


class Clusters(msgspec.Struct, frozen=True):
    verdict: Verdict
    why: str  # of the verdict, for people
    lineage: Lineage
    version: str = ""  # of everything else here: 12 hex digits
    k: int = 0
    stability: float = 0.0
    elbow: int = 0  # where the inertia bends
    best: int = 0  # k of the highest silhouette
    clusters: list[Cluster] = []  # the largest first
    axes: list[Axis] = []
    left_out: dict[str, str] = {}  # columns that were not used, and why
    choice: list[Choice] = []
    algorithms: list[Algorithm] = []
    drift: Drift | None = None


class Pointer(msgspec.Struct, frozen=True):
    """`current.json`."""

    version: str
    at: str  # ISO instant it was pointed there


_encode = msgspec.json.Encoder(order="deterministic").encode
decode_clusters = msgspec.json.Decoder(Clusters).decode
decode_pointer = msgspec.json.Decoder(Pointer).decode


def encode_clusters(model: Clusters) -> bytes:
    """The document, indented for people."""
    return msgspec.json.format(_encode(model), indent=1) + b"\n"


def encode_pointer(pointer: Pointer) -> bytes:
    return _encode(pointer) + b"\n"


def versioned(model: Clusters) -> Clusters:
    """The model with the version that follows from what it says."""
    bare = msgspec.structs.replace(model, version="")
    return msgspec.structs.replace(model, version=hashlib.sha256(_encode(bare)).hexdigest()[:12])


def model_key(version: str) -> str:
    """Where a model is kept."""
    return f"{FOLDER}/{version}.json"


def refused_key(version: str) -> str:
    """Where a training that found nothing is kept, for people to read; nothing ever uses it."""
    return f"{FOLDER}/refused/{version}.json"
