"""The table's stream: carries out the outbox of profile writes, and reports from where it must come again."""

import base64
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.dispatch import dispatch

logger = Logger(service="dispatch")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    it = app()
    records = [record["dynamodb"] for record in event["Records"] if "pend" in record["dynamodb"].get("NewImage", {})]
    outbox = [base64.b64decode(record["NewImage"]["pend"]["B"]) for record in records]
    place, error = dispatch(outbox, it.contacts, it.stream, it.sends, it.quarantine, it.clock())
    logger.info("outbox", extra={"writes": len(outbox), "done": len(outbox) if place is None else place})
    if place is None:
        return {"batchItemFailures": []}
    logger.error("left for redelivery", exc_info=error)
    return {"batchItemFailures": [{"itemIdentifier": records[place]["SequenceNumber"]}]}
