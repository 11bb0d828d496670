"""SQS `sends`: composes, claims and posts the emails of a batch; what must come again is reported by message."""

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.composing import compose
from mailwright.workflow.deliver import Sending
from mailwright.workflow.send import send

logger = Logger(service="send")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    it = app()
    composed = partial(
        compose, content=it.content, keys=it.secret("TOKENS_SECRET"), public_url=it.settings["PUBLIC_URL"]
    )
    world = Sending(
        it.profiles, it.contacts, it.sends, it.mailer, it.journal, it.quarantine, it.content, composed, it.nonce
    )
    messages = [(record["messageId"], record["body"]) for record in event["Records"]]
    sent = send(messages, world, it.clock(), context.get_remaining_time_in_millis)
    logger.info("emails", extra={"left": len(sent.left), **sent.counts})
    for kind in {type(error) for error in sent.errors}:
        first = next(error for error in sent.errors if type(error) is kind)
        logger.error("left for redelivery", exc_info=first, extra={"kind": kind.__name__})
    return {"batchItemFailures": [{"itemIdentifier": name} for name in sent.left]}
