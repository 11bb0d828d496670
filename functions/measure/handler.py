"""Every hour: counts what sent mail came to, by template and day, from the lake."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.measure import measure

logger = Logger(service="measure")


def handler(event: dict[str, Any], context: LambdaContext) -> list[str]:
    it = app()
    written = measure(it.lake, it.clock())
    logger.info("measured", extra={"written": written})
    return written
