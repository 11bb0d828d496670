"""`mailwright explain`: why a customer got the emails they got, and why not the others."""
# ruff: noqa: PLC0415 (loaded when the command runs)

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mailwright.model.send import SendRecord


def explain(
    customer: Annotated[str, typer.Argument(metavar="ID", help="A customer id or email address.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="What `mailwright replay` wrote.")] = Path("out"),
) -> None:
    """Say why a customer got each email, or did not.

    It is read from what a replay wrote: what entered them, which rules held, what was held back.

    Example: mailwright explain ada@example.com --out out
    """
    from local.lookup import NotFound, profile, sends

    try:
        document = profile(out, customer)
        records = sends(out, document["customer_id"])
    except NotFound as error:
        typer.echo(f"mailwright explain: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo("\n".join(_told(document, records)))


def _told(document: dict[str, Any], records: list["SendRecord"]) -> Iterator[str]:
    from local.report import words
    from local.report.trace import moment, why

    yield _who(document)
    if not records:
        yield "No email was planned for this customer: no journey or campaign took them that far."
    for record in records:
        kind, name = words.program(record.program)
        yield ""
        yield f"{moment(record.at)}  {words.state(record.state)}: {record.subject or record.template}  ({kind} {name})"
        yield from (f"  {what}" + (f": {rule}" if rule else "") for what, rule in why(record, {}))


def _who(document: dict[str, Any]) -> str:
    traits = document["traits"]
    facts = [
        document["customer_id"],
        traits.get("email") or "no address",
        f"consent {traits.get('marketing_consent') or 'never given'}",
        f"{document['orders']} orders",
        f"in {', '.join(document['segments'])}" if document["segments"] else "in no segment",
    ]
    return ", ".join(facts)
