"""`mailwright serve`: the same world, kept alive on loopback."""
# ruff: noqa: PLC0415 (the world and the content compiler are loaded when the command runs)

import errno
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from local.commands.replay import Engine

_EXAMPLE = """\
  curl -u local: {url}/v1/identify -H 'content-type: application/json' -d '{{
    "userId": "ada", "traits": {{"email": "ada@example.com", "firstName": "Ada", "marketing_consent": "granted"}}}}'
"""


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    host: Annotated[str, typer.Option(help="The address to listen on; there is no login.")] = "127.0.0.1",
    speed: Annotated[float, typer.Option(min=0.01, max=100_000, help="60: a minute passes in a second.")] = 1,
    content: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Content folder; content/ here, else the shipped one.")
    ] = None,
    engine: Annotated[Engine, typer.Option(help="Where state is kept.")] = Engine.memory,
    clusters: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="A model, or a replay's folder that `mailwright clusters train` looked at."),
    ] = None,
) -> None:
    """Run it all on this machine, live.

    There is the Segment API to send events to, and a page that shows what comes of them. Nothing is kept when it stops.

    Example: mailwright serve --speed 60
    """
    from local.clusters.folder import placing
    from local.compiled import compiled
    from local.content import NoContent
    from local.serve.run import Place
    from local.serve.run import serve as run
    from mailwright.workflow.clusters import NoModel

    def ready(url: str) -> None:
        pace = "" if speed == 1 else f" Time passes {speed:g} times as fast."
        typer.echo(f"Mailwright is at {url} with the write key `local`.{pace} Ctrl-C stops it. Try:\n")
        typer.echo(_EXAMPLE.format(url=url))

    try:
        placed = placing(compiled(content, partial(typer.echo, err=True)), clusters)
        run(placed, Place(host, port, speed, engine.value), ready)
    except (NoContent, NoModel) as error:
        typer.echo(f"mailwright serve: {error}", err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        hint = " Name another with --port, or 0 for a free one." if error.errno == errno.EADDRINUSE else ""
        typer.echo(f"mailwright serve: cannot listen on {host}:{port}: {error.strerror or error}.{hint}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:  # before the world stood
        raise typer.Exit(130) from None
    typer.echo("Stopped.", err=True)
