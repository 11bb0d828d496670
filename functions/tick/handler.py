"""Every minute: profiles whose timers are due."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.tick import tick

logger = Logger(service="tick")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    it = app()
    counts = tick(it.profiles, it.stream, it.clock())
    if counts["woken"] or counts["throttled"]:
        logger.info("ticked", extra=counts)
    return counts
