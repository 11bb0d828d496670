"""Calls a function's handler in process, the way Lambda does: an event and a context in, JSON or an error out."""

import contextlib
import importlib
import json
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from functions.wiring import Function
from local.world import names
from local.world.aside import ASIDE
from local.world.clock import Clock

Handler = Callable[[Any, Any], Any]


class Failure(NamedTuple):
    """One invocation that ended in an error; part of the world's record of a run."""

    at: int  # milliseconds UTC
    function: str
    error: str  # "KeyError: 'x'"
    records: int  # how many records the event had; 1 for an event that is no batch
    trace: str


@dataclass(frozen=True)
class Context:
    """What Lambda hands to a handler beside the event."""

    function_name: str
    memory_limit_in_mb: int
    invoked_function_arn: str
    aws_request_id: str
    timeout: int  # milliseconds; nothing passes on the virtual clock while a handler runs
    function_version: str = "$LATEST"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return f"local/[$LATEST]{self.aws_request_id}"

    def get_remaining_time_in_millis(self) -> int:
        return self.timeout


def handler_of(name: str) -> Handler:
    """The handler in functions/<name>, imported at first use."""
    with contextlib.redirect_stdout(ASIDE):
        module = importlib.import_module(f"functions.{name}.handler")
    handler: Handler = module.handler
    return handler


class Invoker:
    """Runs handlers, counts invocations and remembers what went wrong. `find(name)` gives a function's handler."""

    def __init__(self, clock: Clock, find: Callable[[str], Handler] = handler_of) -> None:
        self._clock = clock
        self._find = find
        self.failures: list[Failure] = []
        self.invocations: Counter[str] = Counter()

    def __call__(self, function: Function, event: dict[str, Any], records: int = 1) -> "tuple[Any, Failure | None]":
        """(what the handler returned, None) or (None, the failure). An answer that is not JSON is one, as on Lambda."""
        self.invocations[function.name] += 1
        try:
            with contextlib.redirect_stdout(ASIDE):
                answer = self._find(function.name)(event, self._context(function))
            json.dumps(answer)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            failure = Failure(self._clock(), function.name, said, records, traceback.format_exc())
            self.failures.append(failure)
            return None, failure
        return answer, None

    def _context(self, function: Function) -> Context:
        count = self.invocations[function.name]
        digest = sha256(f"{function.name}:{count}".encode()).hexdigest()
        request = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
        arn = names.arn("lambda", f"function:{function.name}")
        return Context(function.name, function.memory, arn, request, function.timeout * 1000)
