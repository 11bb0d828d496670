"""`mailwright`: one command a verb. Each lives in local/commands/ and is imported when it is called.

Heavy imports (moto, sqlglot, MJML) stay inside the commands, so `--help` and typos answer at once.
"""

import typer

from local.commands import COMMANDS

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@cli.callback()
def mailwright() -> None:
    """Data-driven email personalization that a shop runs in its own AWS account."""


for command in COMMANDS:
    cli.command()(command)


def main() -> None:
    """The entry point of the `mailwright` script."""
    cli()
