"""`mailwright segments`: sizes, reasons, overlaps, out of what a replay wrote."""
# ruff: noqa: PLC0415 (Polars and the content compiler are loaded when a command runs)

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mailwright.model.content import Content

Out = Annotated[Path, typer.Option(metavar="DIR", help="What `mailwright replay` wrote.")]
Folder = Annotated[
    Path | None, typer.Option("--content", metavar="DIR", help="Content folder; content/ here, else the shipped one.")
]
DEFAULT = Path("out")

segments = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@segments.callback()
def sizes(context: typer.Context, out: Out = DEFAULT) -> None:
    """Show how many are in each segment, and what changed.

    Sizes as last folded, and who came and went since the last nightly run; the commands below say why.

    Example: mailwright segments --out out
    """
    if context.invoked_subcommand is not None:
        return
    with _told("segments"):
        from local.segments.read import ended, moves, runs
        from local.segments.sizes import sizes as made

        profiles, nights = ended(out).profiles, runs(out)
        _show(made(profiles, nights, moves(out)))
        customers = f"{len(profiles):,} customer{'' if len(profiles) == 1 else 's'}"
        if nights:
            some = "1 nightly run, of" if len(nights) == 1 else f"{len(nights):,} nightly runs, the last"
            typer.echo(f"{customers}, {some} {nights[-1].run}.")
            typer.echo("Came and went: since that run, with whom it found because time had passed.")
        else:
            typer.echo(f"{customers}, no nightly run yet. Came and went: since the beginning.")


@segments.command()
def explain(
    customer: Annotated[str, typer.Argument(metavar="ID", help="A customer id or email address.")],
    segment: Annotated[str, typer.Argument(help="A segment's name.")],
    out: Out = DEFAULT,
    content: Folder = None,
) -> None:
    """Say why a customer is in a segment or not: every term of the rule, with the values it read.

    Example: mailwright segments explain ada@example.com high-value
    """
    with _told("segments explain"):
        from local.clusters.folder import with_current
        from local.lookup import NotFound
        from local.segments.explain import explained
        from local.segments.read import customer as find
        from local.segments.read import ended
        from mailwright.content.findings import meant
        from mailwright.segments.clusters import facts as facts_of
        from mailwright.segments.membership import compiled

        made, end = with_current(_content(content), out), ended(out)
        if segment not in made.segments:
            hint = meant(segment, made.segments) or f"known: {', '.join(made.segments)}"
            raise NotFound(f"there is no segment {segment!r} ({hint})")
        profile = find(end.profiles, customer)
        facts = facts_of(profile, end.at, made)
        compiled(made)(facts)
        for line in explained(segment, made, facts):
            typer.echo(line)
        stored = segment in profile.segments
        typer.echo(f"As last folded, {profile.customer_id} is {'in' if stored else 'not in'} {segment}.")


@segments.command()
def recompute(out: Out = DEFAULT, content: Folder = None) -> None:
    """Sizes by the rules as they are now, and who would enter and leave: try a rule before it is deployed.

    Example: mailwright segments recompute --content my-content
    """
    with _told("segments recompute"):
        from local.clusters.folder import with_current
        from local.segments.read import ended
        from local.segments.sizes import recomputed

        made, end = with_current(_content(content), out), ended(out)
        table, counts = recomputed(end.profiles, made, end.at)
        _show(table)
        typer.echo(f"{counts.woken:,} of {counts.profiles:,} customers would be woken; nothing was written.")


@segments.command()
def overlap(
    out: Out = DEFAULT, least: Annotated[int, typer.Option(min=1, help="Leave out pairs that share fewer.")] = 1
) -> None:
    """Pairs of segments that share customers, the closest first.

    Example: mailwright segments overlap --least 10
    """
    with _told("segments overlap"):
        from local.segments.read import ended
        from local.segments.sizes import overlap as made

        _show(made(ended(out).profiles, least))


@segments.command()
def rfm(out: Out = DEFAULT, content: Folder = None) -> None:
    """The RFM grid, and the quintiles of these customers as lines for shop.yaml.

    Example: mailwright segments rfm --out out
    """
    with _told("segments rfm"):
        from local.segments.read import ended
        from local.segments.sizes import rfm as made

        end = ended(out)
        table, edges = made(end.profiles, _content(content), end.at)
        _show(table)
        typer.echo("\nQuintiles of these buyers, for shop.yaml:\nrfm:")
        for name, values in edges.items():
            told = ", ".join(f"{value:g}" for value in values)
            short = "" if len(values) == 4 else "  # fewer than five groups can be told apart: fill in by hand"
            typer.echo(f"  {name}: [{told}]{short}")


def _content(folder: Path | None) -> "Content":
    from local.content import NoContent, chosen, shown
    from mailwright.content.publish import examine

    place = chosen(folder)
    made, findings = examine(place)
    if made is None:
        for line in shown(findings, place):
            typer.echo(line, err=True)
        raise NoContent(f"the content in {place} has errors")
    return made


def _show(table: list[list[str]]) -> None:
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    for row in table:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        typer.echo("  ".join(cells).rstrip())


@contextmanager
def _told(command: str) -> Iterator[None]:
    """What the user got wrong, as one line."""
    from local.content import NoContent
    from local.lookup import NotFound
    from mailwright.workflow.clusters import NoModel

    try:
        yield
    except (NotFound, NoContent, NoModel) as error:
        typer.echo(f"mailwright {command}: {error}", err=True)
        raise typer.Exit(2) from None
