"""Where handlers' output goes: kept beside the run, never on standard output, which belongs to the command."""

import os
import sys
from collections import deque

KEPT = 10_000  # lines

_ENVIRONMENT = {
    "POWERTOOLS_METRICS_NAMESPACE": "mailwright",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_DEV": "false",
}


class Aside:
    """A text stream for Powertools' loggers, which take hold of it once, when a handler is first imported."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT)
        self.loud = False  # print to standard error as well

    def write(self, text: str) -> int:
        if text.strip():
            self.lines.append(text.rstrip("\n"))
        if self.loud:
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        if self.loud:
            sys.stderr.flush()


ASIDE = Aside()


def prepare(*, verbose: bool) -> None:
    """Set Powertools up for this process: quiet unless `verbose`. Call before a handler is imported."""
    ASIDE.lines.clear()
    ASIDE.loud = verbose
    level = {"POWERTOOLS_LOG_LEVEL": "INFO" if verbose else "WARNING"}
    # Powertools has no other way to be told; handlers read their settings from bootstrap, not from here.
    os.environ.update(_ENVIRONMENT | level)  # noqa: TID251
