"""`mailwright sends`: what became of every planned email, and whether the account balances."""
# ruff: noqa: PLC0415 (loaded when the command runs)

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from local.audit import Audit


def sends(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Journal files of the lake (sends/) or folders of them; else --out."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="What `mailwright replay` wrote.")] = Path("out"),
    audit: Annotated[bool, typer.Option("--audit", help="Exit 1 when the account does not balance.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as one JSON object.")] = False,
) -> None:
    """Count what became of every planned email.

    It must balance: planned = accepted + failed + suppressed + expired + cancelled + unconfirmed.

    Example: mailwright sends --audit --out out
    """
    from local.audit import NoAccount, of_journal, of_replay

    try:
        found = of_journal(files) if files else of_replay(out)
    except NoAccount as error:
        typer.echo(f"mailwright sends: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(found._asdict()) if as_json else "\n".join(_told(found)))
    if audit and found.wrong:
        raise typer.Exit(1)


def _told(found: "Audit") -> list[str]:
    from mailwright.ledger.reasons import REASONS
    from mailwright.metrics.account import ENDS

    counts = found.counts
    sums = " + ".join(f"{counts[end]} {end}" for end in reversed(ENDS))
    lines = [f"{counts['planned']} planned = {sums}"]
    lines += [f"  {number:6} {reason}: {REASONS.get(reason, 'so SES said')}" for reason, number in found.held.items()]
    return lines + (found.wrong or ["It balances: every email came to one end."])
