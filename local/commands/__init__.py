"""One module a command: a thin function with its options, documented, that calls into `local` or the package."""

from collections.abc import Callable
from typing import Any

COMMANDS: list[Callable[..., Any]] = []
