"""One worker of a nightly run, or its conclusion: profiles that time alone has changed."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.recompute import recompute

logger = Logger(service="recompute")
SPARE = 60_000  # milliseconds kept for what was begun


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    it = app()
    result = recompute(
        event,
        it.profiles,
        it.stream,
        it.lake,
        it.content,
        it.clock(),
        lambda: context.get_remaining_time_in_millis() > SPARE,
    )
    logger.info("recomputed", extra=result)
    return result
