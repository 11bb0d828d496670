"""Nightly: profiles that time alone has changed."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.recompute import recompute

logger = Logger(service="recompute")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    it = app()
    counts = recompute(it.profiles, it.stream, it.content, it.clock())
    logger.info("recomputed", extra=counts)
    return counts
