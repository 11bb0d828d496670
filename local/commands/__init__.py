"""One module a command: a thin function with its options, documented, that calls into `local` or the package."""

from collections.abc import Callable
from typing import Any

import typer

from local.commands.check import check
from local.commands.clusters import clusters
from local.commands.convert import convert
from local.commands.explain import explain
from local.commands.importance import importance
from local.commands.init import init
from local.commands.profile import profile
from local.commands.publish import publish
from local.commands.replay import replay
from local.commands.segments import segments
from local.commands.sends import sends
from local.commands.serve import serve
from local.commands.simulate import simulate

# Commands of several words, by their first.
GROUPS: dict[str, typer.Typer] = {"clusters": clusters, "segments": segments}

COMMANDS: list[Callable[..., Any]] = [
    check, convert, explain, importance, init, profile, publish, replay, sends, serve, simulate
]  # fmt: skip
