"""`mailwright init`: a content folder of one's own to begin with."""
# ruff: noqa: PLC0415 (loaded when the command runs)

from pathlib import Path
from typing import Annotated

import typer


def init(directory: Annotated[Path, typer.Argument(help="The folder to make; new or empty.")]) -> None:
    """Make a content folder of your own to begin with.

    It holds a shop, two segments, a journey, a campaign and their templates.

    Example: mailwright init my-content
    """
    from local.starter import NotEmpty, lay

    try:
        files = lay(directory)
    except NotEmpty as error:
        typer.echo(f"mailwright init: {error}", err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"mailwright init: {directory} cannot be made: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{len(files)} files are in {directory}. {directory}/README.md says what each is for. Next:")
    typer.echo(f"  edit {directory}/shop.yaml")
    typer.echo(f"  mailwright check {directory}")
    typer.echo(f"  mailwright replay EVENTS --content {directory}")
