"""`mailwright check`: the marketer's compiler."""
# ruff: noqa: PLC0415 (sqlglot and MJML are loaded when the command runs)

from pathlib import Path
from typing import Annotated

import typer


def check(
    directory: Annotated[
        Path | None, typer.Argument(help="The content folder; . or content/ or layers/content/ if it is one.")
    ] = None,
) -> None:
    """Check a content folder for mistakes.

    Every one is shown with its file, line and column, and what was probably meant. The exit code is 1 when there are
    any, 2 when there is no such folder.

    Example: mailwright check my-content
    """
    from local.content import NoContent, count, find, shown
    from mailwright.content.publish import examine

    try:
        folder = find(directory)
    except NoContent as error:
        typer.echo(f"mailwright check: {error}", err=True)
        raise typer.Exit(2) from None
    content, findings = examine(folder)
    for line in shown(findings, folder):
        typer.echo(line)
    if content is None:
        errors = sum(not finding.warning for finding in findings)
        typer.echo(f"{errors} mistake{'' if errors == 1 else 's'}: nothing of this can be published.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{count(content)}: fine. Version {content.version}.")
