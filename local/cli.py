"""`mailwright`: one command a verb. Each lives in local/commands/ and is imported when it is called.

Heavy imports (moto, sqlglot, MJML) stay inside the commands, so `--help` and typos answer at once.
"""

from importlib.metadata import version
from typing import Annotated

import typer

from local.commands import COMMANDS, GROUPS

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"mailwright {version('mailwright')}")
        raise typer.Exit


@cli.callback()
def mailwright(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Data-driven email personalization that a shop runs in its own AWS account."""


for command in COMMANDS:
    cli.command()(command)
for name, group in GROUPS.items():
    cli.add_typer(group, name=name)
