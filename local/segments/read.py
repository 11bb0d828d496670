"""Reads what a replay wrote of its customers and of its nightly runs."""

import base64
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import msgspec

from local.lookup import NotFound
from local.world.moves import Moves
from mailwright.fold.traits import trait
from mailwright.model.profile import Profile
from mailwright.model.run import Run, decode_run
from mailwright.model.state import decode_profile, encode_profile

STATES, RUNS, MOVES = "states.ndjson", "segments.ndjson", "moves.ndjson"


class Line(msgspec.Struct):
    """A customer as their row holds them; `at` is the instant the replay ended, milliseconds UTC."""

    at: int
    state: str  # base64


class Ended(NamedTuple):
    profiles: list[Profile]
    at: int


_decode = msgspec.json.Decoder(Line).decode
_decode_moves = msgspec.json.Decoder(Moves).decode
_encode = msgspec.json.Encoder().encode


def line(profile: Profile, now: int) -> bytes:
    """A line of states.ndjson."""
    return _encode(Line(now, base64.b64encode(encode_profile(profile)).decode())) + b"\n"


def ended(out: Path) -> Ended:
    """Every customer at the end of a replay; NotFound says what is wrong with the files."""
    profiles, at = [], 0
    for raw in _lines(out, STATES):
        try:
            read = _decode(raw)
            profiles.append(decode_profile(base64.b64decode(read.state)))
        except (msgspec.DecodeError, ValueError):
            raise NotFound(f"{out / STATES} is not what `mailwright replay` writes") from None
        at = read.at
    return Ended([profile for profile in profiles if not profile.merged_into], at)


def runs(out: Path) -> list[Run]:
    """The nightly runs of a replay, in order."""
    try:
        return [decode_run(raw) for raw in _lines(out, RUNS)]
    except msgspec.DecodeError:
        raise NotFound(f"{out / RUNS} is not what `mailwright replay` writes") from None


def moves(out: Path) -> list[Moves]:
    """What happened between the nightly runs of a replay, in order; the last after the last of them."""
    try:
        return [_decode_moves(raw) for raw in _lines(out, MOVES)]
    except msgspec.DecodeError:
        raise NotFound(f"{out / MOVES} is not what `mailwright replay` writes") from None


def customer(profiles: list[Profile], name: str) -> Profile:
    """The profile with this id or email address; NotFound names the nearest."""
    known: list[str] = []
    for profile in profiles:
        names = (profile.customer_id, trait(profile.traits, "email"))
        if name in names:
            return profile
        known += [one for one in names if isinstance(one, str)]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "profiles.ndjson has everyone"
    raise NotFound(f"nobody has the id or address {name!r} ({hint})")


def _lines(out: Path, name: str) -> Iterator[bytes]:
    try:
        with (out / name).open("rb") as stream:
            yield from stream
    except OSError as error:
        hint = f"`mailwright replay FILE --out {out}` writes it"
        raise NotFound(f"{out / name} cannot be read: {error.strerror}; {hint}") from None
