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
) -> None:
    """Compile a content folder to one file.

    All of it, or nothing and every reason why not: this is the file that travels to the functions.

    Example: mailwright publish --content my-content
    """
    from local.content import PUBLISHED, NoContent, count, find, shown
    from mailwright.content.publish import examine, write

    try:
        folder = find(content)
    except NoContent as error:
        typer.echo(f"mailwright publish: {error}", err=True)
        raise typer.Exit(2) from None
    compiled, findings = examine(folder)
    for line in shown(findings, folder):
        typer.echo(line, err=True)
    if compiled is None:
        typer.echo("Nothing was published.", err=True)
        raise typer.Exit(1)
    file = out or PUBLISHED
    try:
        write(compiled, file)
    except OSError as error:
        typer.echo(f"mailwright publish: {file} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{count(compiled)}: version {compiled.version} is in {file}.")
