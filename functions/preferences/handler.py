"""HTTP /u/{token}: the unsubscribe page (GET) and one-click unsubscribe (POST, RFC 8058)."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from mailwright.bootstrap import app
from mailwright.workflow.http import request, response
from mailwright.workflow.preferences import Desk, preferences

logger = Logger(service="preferences")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    it = app()
    desk = Desk(it.contacts, it.stream, it.secret("TOKENS_SECRET"), it.content.shop)
    token = (event.get("pathParameters") or {}).get("token", "")
    reply = preferences(request(event), token, desk, it.clock())
    if reply.log:
        logger.info("preferences", extra=dict(reply.log))
    return response(reply)
