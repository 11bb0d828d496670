"""`mailwright publish`: content to the one file the functions read."""
# ruff: noqa: PLC0415 (sqlglot and MJML are loaded when the command runs)

from pathlib import Path
from typing import Annotated

import typer


def publish(
    content: Annotated[
        Path | None, typer.Option(help="The content folder; . or content/ or layers/content/ if it is one.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; .build/content/content.json if absent.")] = None,
    show: Annotated[bool, typer.Option("--list", help="Show the versions that are kept, and publish nothing.")] = False,
    rollback: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Put a version that is kept in force again.")
    ] = None,
) -> None:
    """Compile a content folder to one file.

    All of it, or nothing and every reason why not: this is the file that the functions read. The last ten versions are
    kept beside it.

    Example: mailwright publish --content my-content
    """
    from local.content import PUBLISHED

    file = out or PUBLISHED
    if ((show or rollback is not None) and content is not None) or (show and rollback is not None):
        typer.echo("mailwright publish: --content, --list and --rollback go one at a time", err=True)
        raise typer.Exit(2)
    try:
        if show:
            _list(file)
        elif rollback is not None:
            _back(file, rollback)
        else:
            _publish(file, content)
    except OSError as error:
        typer.echo(f"mailwright publish: {file} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(2) from None


def _publish(file: Path, given: Path | None) -> None:
    from local.content import NoContent, count, find, shown
    from mailwright.content import versions
    from mailwright.content.publish import examine

    try:
        folder = find(given)
    except NoContent as error:
        typer.echo(f"mailwright publish: {error}", err=True)
        raise typer.Exit(2) from None
    compiled, findings = examine(folder)
    for line in shown(findings, folder):
        typer.echo(line, err=True)
    if compiled is None:
        typer.echo("Nothing was published.", err=True)
        raise typer.Exit(1)
    versions.publish(compiled, file)
    typer.echo(f"{count(compiled)}: version {compiled.version} is in {file}.")


def _list(file: Path) -> None:
    from local.content import count
    from mailwright.content import versions
    from mailwright.model.times import SECOND, iso

    kept = versions.versions(file)
    if not kept:
        typer.echo(f"Nothing is kept beside {file} yet: `mailwright publish` keeps a version each time.")
    for one in kept:
        try:
            what = count(versions.kept(file, one.version))
        except versions.NoVersion as error:
            what = str(error)
        mark = "*" if one.current else " "
        typer.echo(f"{mark} {one.version}  {iso(one.at * SECOND)}  {what}")


def _back(file: Path, version: str) -> None:
    from local.content import count
    from mailwright.content import versions

    try:
        content = versions.back(file, version)
    except versions.NoVersion as error:
        typer.echo(f"mailwright publish: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{count(content)}: version {content.version} is in {file} again.")
