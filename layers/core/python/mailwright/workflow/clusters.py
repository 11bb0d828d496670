"""Which clusters are in use: the pointer and the models in the lake, and keeping up with them while events flow."""

import logging
from collections.abc import Callable

import msgspec

from mailwright.model.clusters import (
    POINTER,
    Clusters,
    Lineage,
    Pointer,
    decode_clusters,
    decode_pointer,
    encode_clusters,
    encode_pointer,
    model_key,
    refused_key,
)
from mailwright.model.columns import COLUMNS
from mailwright.model.content import Content
from mailwright.model.times import MINUTE, iso
from mailwright.workflow.ports import Lake, LakeUnreachable

FRESH = 5 * MINUTE  # how long what is in use is taken to be so
UNREACHABLE = Clusters("no structure", "the model in use cannot be read", Lineage("", "", "", "", 0, 0))
logger = logging.getLogger(__name__)


class NoModel(RuntimeError):
    """A version that is not there, or cannot be used."""


def current(lake: Lake) -> Clusters | None:
    """The model in use, None when there is none. NoModel when it is not readable, LakeUnreachable as the lake says."""
    pointer = _pointed(lake)
    return None if pointer is None else model(lake, pointer.version)


def model(lake: Lake, version: str) -> Clusters:
    """The model of a version."""
    body = lake.read(model_key(version))
    if body is None:
        raise NoModel(f"there is no model {version!r}")
    return decoded(body, f"model {version!r}")


def decoded(body: bytes, where: str) -> Clusters:
    """The model in a document; NoModel when it is none, or made for columns that are no more."""
    try:
        found = decode_clusters(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoModel(f"{where} is no model that can be read: {error}") from None
    unknown = [axis.column for axis in found.axes if axis.column not in COLUMNS]
    if unknown:
        raise NoModel(f"{where} asks for {unknown[0]!r}, which is no column: train anew")
    if not found.clusters:
        raise NoModel(f"{where} has no clusters: {found.why}")
    return found


def keep(lake: Lake, made: Clusters, now: int) -> bool:
    """Write a model down and, if it holds clusters, have it used from now on; whether it does."""
    if made.verdict != "clusters":
        lake.write(refused_key(made.version), encode_clusters(made))
        return False
    lake.write(model_key(made.version), encode_clusters(made))
    lake.write(POINTER, encode_pointer(Pointer(made.version, iso(now))))
    return True


def use(lake: Lake, version: str, now: int) -> Clusters:
    """Have an earlier model used again."""
    found = model(lake, version)
    lake.write(POINTER, encode_pointer(Pointer(version, iso(now))))
    return found


def _pointed(lake: Lake) -> Pointer | None:
    body = lake.read(POINTER)
    if body is None:
        return None
    try:
        return decode_pointer(body)
    except msgspec.DecodeError as error:
        raise NoModel(f"{POINTER} cannot be read: {error}") from error


class InUse:
    """Content with the clusters in use: looked up when first asked, and again every FRESH.

    While the lake does not answer, or holds what cannot be read, the clusters known last stay; where none are known
    yet, customers stay in the cluster their row says (UNREACHABLE).
    """

    def __init__(self, lake: Lake, clock: Callable[[], int]) -> None:
        self._lake, self._clock = lake, clock
        self._until = 0
        self._model: Clusters | None = UNREACHABLE
        self._made: tuple[Content, Content] | None = None  # what it was asked with, and what it answered

    def of(self, content: Content) -> Content:
        """The same object as before as long as nothing changed."""
        now = self._clock()
        if now >= self._until:
            self._until = now + FRESH
            self._look()
        if self._made is None or self._made[0] is not content or self._made[1].clusters is not self._model:
            self._made = (content, msgspec.structs.replace(content, clusters=self._model))
        return self._made[1]

    def _look(self) -> None:
        try:
            pointer = _pointed(self._lake)
            if pointer is None:
                self._model = None
            elif self._model is None or pointer.version != self._model.version:
                self._model = model(self._lake, pointer.version)
        except (LakeUnreachable, NoModel) as error:
            logger.warning("the clusters in use are not known, those known last stay: %s", error)
