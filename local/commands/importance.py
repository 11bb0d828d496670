"""`mailwright importance`: which columns tell what customers do next."""
# ruff: noqa: PLC0415 (scikit-learn and the content compiler are loaded when the command runs)

import json
from enum import StrEnum
from errno import ENOTDIR
from pathlib import Path
from typing import Annotated

import typer


class Outcome(StrEnum):
    """What may be asked about: mailwright.science.outcome has the same names."""

    ordered = "ordered-30d"
    clicked = "clicked-30d"


def importance(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Event logs as replay reads them, or the lake's.")
    ],
    outcome: Annotated[Outcome, typer.Option(help="What they did in the 30 days after, or did not.")] = Outcome.ordered,
    cutoff: Annotated[
        str, typer.Option(metavar="DAY", help="Look at customers as of this day; else 30 days before the logs end.")
    ] = "",
    learn: Annotated[
        str, typer.Option(metavar="DAY", help="Learn from customers as of this day; else 30 days before the cut-off.")
    ] = "",
    column: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this column; may be given several times.")
    ] = None,
    content: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Content folder; content/ here, else the shipped one.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.svg", help="Write a picture.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say which columns tell what customers do next.

    Folds the logs up to two days, learns on the earlier and tries on the later; what came afterwards is refused.

    Example: mailwright importance orders.ndjson --outcome ordered-30d --plot ordered.svg
    """
    from local.compiled import compiled
    from local.content import NoContent
    from local.replay.read import Unreadable

    try:
        from local.importance import told
        from local.importance.run import answer
    except ModuleNotFoundError as error:
        typer.echo(
            f"mailwright importance: needs {error.name}: pip install 'mailwright[science]', or make env", err=True
        )
        raise typer.Exit(2) from None
    try:
        instants = _day(cutoff, "--cutoff"), _day(learn, "--learn")
        if plot is not None and not plot.absolute().parent.is_dir():
            raise NotADirectoryError(ENOTDIR, "there is no such folder", str(plot))
        found = answer(files, compiled(content), outcome.value, *instants, column or ())
        if plot is not None:
            plot.write_text(told.picture(found.found), encoding="utf-8")
    except (NoContent, Unreadable, ValueError) as error:
        typer.echo(f"mailwright importance: {error}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("mailwright importance: stopped; nothing was written", err=True)
        raise typer.Exit(130) from None
    except OSError as error:
        typer.echo(f"mailwright importance: {error.filename or plot} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(told.document(found)) if as_json else "\n".join(told.lines(found)))


def _day(said: str, option: str) -> int | None:
    from mailwright.model.times import parse_iso

    if not said:
        return None
    try:
        return parse_iso(said if "T" in said else f"{said}T00:00:00Z")
    except ValueError:
        raise ValueError(f"{option} {said!r} is no day: write 2026-11-03") from None
