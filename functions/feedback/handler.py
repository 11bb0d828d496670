"""SQS `feedback`: takes in what SES says of sent mail; what must come again is reported by message."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.feedback import Listening, feedback

logger = Logger(service="feedback")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    it = app()
    world = Listening(it.contacts, it.stream, it.journal, it.quarantine, it.secret("TOKENS_SECRET"))
    messages = [(record["messageId"], record["body"]) for record in event["Records"]]
    heard = feedback(messages, world, it.clock())
    logger.info("feedback", extra={"left": len(heard.left), **heard.counts})
    for error in {type(error): error for error in heard.errors}.values():
        logger.error("left for redelivery", exc_info=error)
    return {"batchItemFailures": [{"itemIdentifier": name} for name in heard.left]}
