"""`mailwright replay`: event logs to the emails that would have gone out."""
# ruff: noqa: PLC0415 (the world, moto and the content compiler are loaded when the command runs)

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from local.replay.run import Progress

BAR_FROM = 1_000  # records from which a progress bar is worth its place


class Engine(StrEnum):
    """Where state is kept: moto (AWS's API, mocked) or memory (ours, metered, many times faster)."""

    moto = "moto"
    memory = "memory"


def replay(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="NDJSON or JSON, plain or .gz; - for stdin.")],
    engine: Annotated[Engine, typer.Option(help="Where state is kept.")] = Engine.moto,
    content: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Content folder; content/ here, else the shipped one.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the results go.")] = Path("out"),
    until: Annotated[
        str,
        typer.Option(
            metavar="SPAN", help="How long time runs on after the last event, e.g. 7d; else until nothing is due."
        ),
    ] = "",
    assume_consent: Annotated[
        bool,
        typer.Option("--assume-consent", help="Grant marketing consent to everyone whose log does not speak of it."),
    ] = False,
    clusters: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="A model, or a replay's folder that `mailwright clusters train` looked at; else nobody is in one.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Replay event logs and show every email.

    The real functions live through the logs on a virtual clock; nothing is sent.

    Example: mailwright replay events/stories/*.jsonl --out out
    """
    from local.clusters.folder import placing
    from local.compiled import compiled
    from local.content import NoContent
    from local.replay.read import Unreadable
    from local.replay.run import replay as run
    from local.replay.table import table
    from mailwright.model.times import duration
    from mailwright.workflow.clusters import NoModel

    try:
        span = duration(until) if until else None
        placed = placing(compiled(content, partial(typer.echo, err=True)), clusters)
        with _progress() as progress:
            figures = run(
                files, placed, out, engine.value, until=span, assume_consent=assume_consent, progress=progress
            )
    except (NoContent, NoModel, Unreadable, ValueError) as error:
        typer.echo(f"mailwright replay: {error}", err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"mailwright replay: {error.filename or out} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("mailwright replay: stopped; nothing was written", err=True)
        raise typer.Exit(130) from None
    typer.echo(json.dumps(figures) if as_json else table(figures, out))
    if figures["dead_letters"] or figures["failures"]:
        raise typer.Exit(1)


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A bar on standard error while a person watches and the log is long."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns: tuple[Any, ...] = (TextColumn("Replaying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replay", total=None, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=total >= BAR_FROM)
