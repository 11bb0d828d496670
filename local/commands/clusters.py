"""`mailwright clusters`: groups of like customers, found, shown, and an earlier model taken up again."""
# ruff: noqa: PLC0415 (numpy, scikit-learn and boto3 are loaded when a command runs)

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from mailwright.model.clusters import Clusters
    from mailwright.workflow.ports import Lake

Out = Annotated[Path, typer.Option(metavar="DIR", help="What `mailwright replay` wrote; models are kept in it.")]
Bucket = Annotated[str, typer.Option(metavar="NAME", help="The lake's bucket of a deployment, in place of --out.")]
Plot = Annotated[
    Path | None, typer.Option(metavar="FILE.svg", help="Draw elbow and silhouette, and the number that was chosen.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the model as JSON.")]
DEFAULT = Path("out")
ENOUGH = 4  # characters of a version

clusters = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@clusters.callback()
def help_() -> None:
    """Find groups of like customers, and look at those found.

    Example: mailwright clusters train --out out
    """


@clusters.command()
def train(
    out: Out = DEFAULT,
    content: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Content folder; content/ here, else the shipped one.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Look for clusters among the customers of a replay, and have them used if they are there.

    Example: mailwright clusters train --out out
    """
    with _told("clusters train"):
        try:
            from local.clusters.run import train as made
        except ModuleNotFoundError as error:
            if error.name not in ("numpy", "scipy", "sklearn", "threadpoolctl"):
                raise
            raise _Wrong(f"{error.name} is not installed: `make env` installs what training needs") from None
        from local.compiled import compiled

        model, used = made(out, compiled(content), write=not dry_run)
        _draw(model, plot, None if dry_run else out)
        _show(model, as_json=as_json)
        if not as_json:
            kept = "in use" if used else "nothing was written" if dry_run else "nothing was published"
            typer.echo(f"\n{model.version}: {kept}.")
            if used and not dry_run:
                typer.echo(
                    f"To place customers by it: `mailwright replay FILE --clusters {out}`, `serve --clusters {out}`."
                )


@clusters.command()
def show(
    version: Annotated[str, typer.Argument(help="A version; the one in use when left out.")] = "",
    out: Out = DEFAULT,
    bucket: Bucket = "",
    plot: Plot = None,
    as_json: Json = False,
) -> None:
    """Show the model in use, or another one.

    Example: mailwright clusters show --bucket mailwright-lake
    """
    with _told("clusters show"):
        from mailwright.workflow.clusters import current, model

        lake = _lake(out, bucket)
        found = model(lake, _meant(lake, version)) if version else current(lake)
        if found is None:
            where = f"bucket {bucket}" if bucket else f"{out}: `mailwright clusters train --out {out}` looks for some"
            raise _Wrong(f"there are no clusters in {where}")
        _draw(found, plot, None)
        _show(found, as_json=as_json)
        if not as_json:
            typer.echo(f"\n{found.version}.")


@clusters.command()
def use(
    version: Annotated[str, typer.Argument(help="The version to go back to.")], out: Out = DEFAULT, bucket: Bucket = ""
) -> None:
    """Have an earlier model used again; the next nightly run puts everyone where they belong by it.

    Example: mailwright clusters use 1f0c2d3e4a5b --bucket mailwright-lake
    """
    with _told("clusters use"):
        from mailwright.workflow.clusters import use as taken_up

        lake = _lake(out, bucket)
        found = taken_up(lake, _meant(lake, version), time.time_ns() // 1_000_000)
        typer.echo(f"{found.version} is in use: {', '.join(cluster.name for cluster in found.clusters)}.")


def _draw(model: "Clusters", plot: Path | None, out: Path | None) -> None:
    """Into a file of its own, and into the report of the replay in `out`."""
    from local.clusters.picture import into_report
    from local.clusters.picture import plot as drawn

    if plot is not None:
        drawn(model, plot)
    if out is not None:
        into_report(model, out)


def _show(model: "Clusters", *, as_json: bool) -> None:
    if as_json:
        from mailwright.model.clusters import encode_clusters

        typer.echo(encode_clusters(model).decode(), nl=False)
        return
    from local.clusters.tell import told

    for line in told(model):
        typer.echo(line)


def _lake(out: Path, bucket: str) -> "Lake":
    if not bucket:
        from local.clusters.folder import FolderLake

        if not out.is_dir():
            raise _Wrong(f"there is no folder {out}: `mailwright replay FILE --out {out}` makes it")
        return FolderLake(out)
    from mailwright.lake.lake import S3Lake
    from mailwright.store.clients import client

    return S3Lake(client("s3"), bucket)


def _meant(lake: "Lake", given: str) -> str:
    """The one version that begins with what was given: four characters are enough, as with `publish`."""
    from mailwright.model.clusters import FOLDER

    names = (key.removeprefix(f"{FOLDER}/").removesuffix(".json") for key in lake.keys(f"{FOLDER}/"))
    kept = [name for name in names if name != "current" and "/" not in name]
    found = [name for name in kept if name == given or (len(given) >= ENOUGH and name.startswith(given))]
    if len(found) != 1:
        known = f"kept are {', '.join(kept)}" if kept else "none is kept"
        raise _Wrong(f"there is no one model {given!r}; {known}" if found else f"there is no model {given!r}; {known}")
    return found[0]


class _Wrong(Exception):
    """What the user got wrong."""


@contextmanager
def _told(command: str) -> Iterator[None]:
    """What is wrong, as one line."""
    from botocore.exceptions import BotoCoreError, ClientError

    from local.content import NoContent
    from local.lookup import NotFound
    from mailwright.workflow.clusters import NoModel
    from mailwright.workflow.ports import LakeUnreachable

    try:
        yield
    except (_Wrong, NotFound, NoContent, NoModel, LakeUnreachable, BotoCoreError, ClientError) as error:
        typer.echo(f"mailwright {command}: {error}", err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"mailwright {command}: {error.filename} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo(f"mailwright {command}: stopped", err=True)
        raise typer.Exit(130) from None
