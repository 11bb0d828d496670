"""`mailwright simulate`: the reliability figures, made again by anyone."""
# ruff: noqa: PLC0415 (the engine and the functions are loaded when the command runs)

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from local.simulate.run import Plan

_SHOWN = ("lost", "double_applied", "double_sent", "silently_lost", "unconfirmed", "oracle_equal")


def simulate(
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed, the same run.")] = 1,
    events: Annotated[int, typer.Option(metavar="N", min=1, help="Events of customers, each counted once.")] = 20_000,
    sends: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Emails of campaigns; a tenth of the events if not given.")
    ] = None,
    faults: Annotated[str, typer.Option(metavar="NAME", help="none, standard or one of --profiles.")] = "standard",
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="CALL=FAULT", help="Nothing but these faults at these calls; may be given many times."),
    ] = None,
    shrink: Annotated[bool, typer.Option(help="Look for the fewest faults when a run fails.")] = True,
    profiles: Annotated[bool, typer.Option("--profiles", help="List the profiles of faults and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures as one JSON object.")] = False,
) -> None:
    """Run a shop through everything that may go wrong.

    Every profile and every email is compared with what is right; a run that fails is shrunk to the fewest faults.

    Example: mailwright simulate --seed 7 --events 100000 --faults standard
    """
    from local.simulate.faults import PROFILES, UnknownFaults, profile
    from local.simulate.run import Plan
    from local.simulate.run import simulate as run

    if profiles:
        typer.echo("\n".join(PROFILES))
        return
    try:
        profile(faults)
        plan = Plan(seed, events, events // 10 if sends is None else sends, faults, _script(only))
        figures = run(plan)
        typer.echo(json.dumps(figures) if as_json else _table(figures))
        if not figures["holds"]:
            _explain(plan, shrink)
            raise typer.Exit(1)
    except UnknownFaults as error:
        typer.echo(f"mailwright simulate: {error}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("mailwright simulate: stopped", err=True)
        raise typer.Exit(130) from None


def _script(only: list[str] | None) -> dict[int, str] | None:
    from local.simulate.faults import AT_CALLS

    if not only:
        return None
    script = {}
    for one in only:
        call, equals, fault = one.partition("=")
        if not call.isdigit() or not equals or (fault not in AT_CALLS and call != "0"):
            raise typer.BadParameter(f"{one!r} is not CALL=FAULT; faults are: {', '.join(AT_CALLS)}")
        script[int(call)] = fault
    return script


def _explain(plan: "Plan", shrink: bool) -> None:
    from local.simulate.run import shrink as fewest
    from local.simulate.run import told

    typer.echo(f"again: {plan.command()}", err=True)
    if shrink:
        typer.echo("looking for the fewest faults ...", err=True)
        for line in told(fewest(plan)):
            typer.echo(line, err=True)


def _table(figures: dict[str, Any]) -> str:
    account = figures["account"]
    lines = [
        f"{figures['distinct']:,} events, {figures['deliveries']:,} deliveries, {figures['planned']:,} emails planned, "
        f"{sum(figures['injected'].values()):,} faults",
        *(f"{name:16} {figures[name]}" for name in _SHOWN),
        "planned = " + " + ".join(f"{number} {end}" for end, number in account.items() if end != "planned")
        + f" = {account['planned']}",
        "everything holds" if figures["holds"] else "SOMETHING DOES NOT HOLD",
    ]  # fmt: skip
    return "\n".join(lines)
