"""`mailwright profile`: one customer out of what a replay wrote."""
# ruff: noqa: PLC0415 (loaded when the command runs)

import json
from pathlib import Path
from typing import Annotated

import typer


def profile(
    customer: Annotated[str, typer.Argument(metavar="ID", help="A customer id or email address.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="What `mailwright replay` wrote.")] = Path("out"),
) -> None:
    """Show one customer's profile, as JSON.

    It is read from what a replay wrote.

    Example: mailwright profile ada@example.com --out out
    """
    from local.lookup import NotFound
    from local.lookup import profile as find

    try:
        document = find(out, customer)
    except NotFound as error:
        typer.echo(f"mailwright profile: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
