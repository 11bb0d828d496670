"""Once a month: groups of like customers, found in a sample of all, or the reason why there are none."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.train import train

logger = Logger(service="train")
SPARE = 300_000  # milliseconds kept for the training itself


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    it = app()
    result = train(event, it.profiles, it.models, it.content, lambda: context.get_remaining_time_in_millis() > SPARE)
    if result["published"]:
        logger.info("trained", extra=result)
    else:
        logger.warning("no clusters were found, those in use stay", extra=result)
    return result
