"""`mailwright convert`: an order export to events."""
# ruff: noqa: PLC0415 (YAML and the parsers are loaded when the command runs)

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from local.convert.run import Report


def convert(
    file: Annotated[Path, typer.Argument(help="The export: CSV, plain or .gz; - for standard input.")],
    map: Annotated[Path, typer.Option("--map", help="What its columns mean; see events/maps/.")],  # noqa: A002
    out: Annotated[Path | None, typer.Option(help="The NDJSON to write; standard output if absent.")] = None,
    rejects: Annotated[
        Path | None, typer.Option(help="Where refused rows go; OUT.rejects.ndjson if absent and --out is given.")
    ] = None,
) -> None:
    """Turn an order export into events.

    They are Order Completed, Order Cancelled, and who the customers are. Rows that cannot be used are counted by reason
    with their line numbers, and kept in the rejects file.

    Example: mailwright convert orders.csv.gz --map events/maps/online-retail.yaml --out orders.ndjson
    """
    from local.convert.column_map import MapInvalid, read_map
    from local.convert.files import Unwritable, converted
    from local.convert.run import TableUnreadable

    try:
        report = converted(read_map(map), file, out, rejects)
    except MapInvalid as error:
        for finding in error.findings:
            typer.echo(finding, err=True)
        raise typer.Exit(2) from None
    except BrokenPipeError:  # the reader (head, say) has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except (TableUnreadable, Unwritable) as error:
        typer.echo(f"mailwright convert: {error}", err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"mailwright convert: {error.filename or file} cannot be read: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    _tell(report)
    if not report.counts.messages:
        typer.echo("Nothing was converted.", err=True)
        raise typer.Exit(1)


def _tell(report: "Report") -> None:
    counts = report.counts
    typer.echo(
        f"{report.rows:,} rows: {counts.lines:,} lines of {counts.orders:,} orders, "
        f"{counts.cancelled_lines:,} lines of {counts.cancellations:,} cancellations, "
        f"{counts.customers:,} customers; {counts.messages:,} events.",
        err=True,
    )
    if report.refused:
        typer.echo(f"{report.refused_rows:,} rows refused:", err=True)
    for reason, (count, lines) in sorted(report.refused.items(), key=lambda pair: (-pair[1][0], pair[0])):
        more = ", ..." if count > len(lines) else ""
        typer.echo(f"  {reason:<24} {count:>9,}  line {', '.join(f'{line:,}' for line in lines)}{more}", err=True)
