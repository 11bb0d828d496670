"""HTTP: events from storefronts by the Segment API, and Shopify's webhooks."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.collect import collect
from mailwright.workflow.http import request, response

logger = Logger(service="collect")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    it = app()
    reply = collect(request(event), it.stream, it.quarantine, it.secret("INGEST_SECRET"), it.clock())
    if reply.log.get("rejected") or reply.status >= 400:  # what went well is counted by API Gateway and Kinesis
        logger.warning("refused", extra={"status": reply.status, **reply.log})
    return response(reply)
