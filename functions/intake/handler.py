"""EventBridge: Shopify's partner events, and whatever the shop's own applications put on its bus."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.intake import intake

logger = Logger(service="intake")


def handler(event: dict[str, Any], context: LambdaContext) -> None:
    it = app()
    problem = intake(event, it.stream, it.quarantine, it.clock())
    if problem is not None:
        logger.warning("quarantined", extra={"code": problem.code})
