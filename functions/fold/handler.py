"""Kinesis: events of many customers, folded into their profiles."""

from binascii import a2b_base64
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.fold import Record, fold

logger = Logger(service="fold")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    it = app()
    records = (Record(one["kinesis"]["sequenceNumber"], a2b_base64(one["kinesis"]["data"])) for one in event["Records"])
    done = fold(records, it.profiles, it.quarantine, it.content, it.clock())
    if done.error is not None:
        logger.error("customers failed and come again", exc_info=done.error, extra=done.counts)
    else:
        logger.info("folded", extra=done.counts)
    return {"batchItemFailures": [{"itemIdentifier": sequence} for sequence in done.failures]}
