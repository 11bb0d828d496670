"""Find profiles that time alone has changed, and wake them: a segment entered or left, a stage reached.

A run looks at the table in parts, each by a worker of its own, and ends with a record of sizes and moves. A worker puts
its timers on the stream first and then writes down how far it came, so that one that dies anywhere is begun again from
there: timers come twice at the worst, are the same ones, and the second changes nothing.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from mailwright.model.content import Content
from mailwright.model.run import (
    Counts,
    Progress,
    Run,
    Work,
    decode_progress,
    encode,
    progress_key,
    progress_prefix,
    run_key,
)
from mailwright.model.times import parse_iso
from mailwright.vector.differences import Differences
from mailwright.workflow.ports import Lake, Profiles, Stream
from mailwright.workflow.wake import Throttled, timer, wake

TOGETHER = 10_000  # profiles to one frame and one note of progress: bounds what a worker holds


class Unfinished(RuntimeError):
    """A run cannot be concluded: a part of it is not done."""


def recompute(
    event: dict[str, Any],
    profiles: Profiles,
    stream: Stream,
    lake: Lake,
    content: Content,
    now: int,
    more: Callable[[], bool] = lambda: True,
) -> dict[str, Any]:
    """Do what a Work asks. A part: {"part", "done", "profiles", "woken"}, where not `done` means to ask again, and
    `more` is asked after each 10,000 profiles whether there is time. Without a part: the Run, as it is written down.

    Throttled when the stream did not take every timer. Unchanged profiles cost a read and nothing else.
    """
    work = msgspec.convert(event, Work)
    slot = parse_iso(work.scheduled)
    if work.part is None:
        return _conclude(work, lake, now)
    with _no_collector():
        return _part(work, work.part, profiles, stream, lake, content, now, slot, more)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Profiles hold no cycles: looking for some takes as long again as decoding them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _part(
    work: Work,
    part: int,
    profiles: Profiles,
    stream: Stream,
    lake: Lake,
    content: Content,
    now: int,
    slot: int,
    more: Callable[[], bool],
) -> dict[str, Any]:
    progress = _begun(work, lake, content)
    found = Differences(content)
    if not progress.done:
        for page in profiles.pages(part, work.parts, progress.after):
            found.add(page.profiles, now)
            progress.counts.unreadable += len(page.unreadable)
            if len(found) < TOGETHER and page.after is not None:
                continue
            changed, counts = found.found()
            counts.woken, left = wake((timer(name, slot, "recompute") for name in changed), stream)
            if left:
                raise Throttled(left, slot)
            progress.counts.add(counts)
            progress.after, progress.done = page.after, page.after is None
            lake.write(progress_key(work.run, work.parts, part), encode(progress) + b"\n")
            if not progress.done and not more():
                break
    counts = progress.counts
    return {"part": part, "done": progress.done, "profiles": counts.profiles, "woken": counts.woken}


def _begun(work: Work, lake: Lake, content: Content) -> Progress:
    """Where an earlier worker stopped; the beginning when there was none, or it went by other content."""
    rules = _rules(content)
    fresh = Progress(work.part or 0, rules)
    line = next(lake.lines(progress_key(work.run, work.parts, work.part or 0)), None)
    if line is not None:
        with suppress(msgspec.DecodeError):  # written by another version: begin anew
            known = decode_progress(line)
            return known if known.content == rules else fresh
    return fresh


def _rules(content: Content) -> str:
    """What profiles are looked at by: the content, and the clusters beside it."""
    return content.version if content.clusters is None else f"{content.version}+{content.clusters.version}"


def _conclude(work: Work, lake: Lake, now: int) -> dict[str, Any]:
    parts = {part.part: part for part in map(decode_progress, lake.lines(progress_prefix(work.run, work.parts)))}
    missing = [part for part in range(work.parts) if part not in parts or not parts[part].done]
    if missing:
        raise Unfinished(f"run {work.run}: parts {missing} of {work.parts} are not done")
    total = Counts()
    for part in parts.values():
        total.add(part.counts)
    contents = sorted({part.content for part in parts.values()})
    run = Run(work.run, now, " ".join(contents), total.sorted())
    lake.write(run_key(work.run), encode(run) + b"\n")
    return {"run": run.run, "profiles": total.profiles, "unreadable": total.unreadable, "woken": total.woken}
