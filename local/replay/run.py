"""One replay from files to outputs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from local.replay import outputs
from local.replay.feed import Feeder
from local.replay.places import places
from local.replay.read import read
from local.report.build import build
from local.world.world import EngineName, World
from mailwright.model.content import Content
from mailwright.model.times import MINUTE

Progress = Callable[[int, int], None]  # (done, of how many)


def replay(
    files: Sequence[str],
    content: Content,
    out: Path,
    engine: EngineName = "moto",
    *,
    until: int | None = None,
    assume_consent: bool = False,
    progress: Progress = lambda done, total: None,
) -> dict[str, Any]:
    """Replay event logs and write what came of them to `out`; the summary, as `--json` prints it.

    After the last event time runs on for `until` milliseconds, or until nothing is due. Unreadable when a file
    cannot be read, OSError when `out` cannot be written.
    """
    outputs.check(out)
    entries = read(files)
    start = entries[0].at if entries else 0
    done = 0

    def one_more(count: int) -> None:
        nonlocal done
        done += count
        progress(done, len(entries))

    with World(engine, content, max(0, start - MINUTE)) as world:
        feeder = Feeder(world, assume_consent=assume_consent)
        feeder.feed(entries, one_more)
        world.run_out(None if until is None else world.now + until)
        figures = outputs.summary(world, feeder.assumed)
        title = f"Replay of {', '.join(Path(name).name for name in files)}"
        outputs.write(world, out, build(title, world, figures), places(entries, world.quarantined))
    return figures
