"""Lambda's asynchronous invocation, which EventBridge and Scheduler use: two retries, then the function's dead letters.

docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html: a function error is retried after one minute,
and after two more. What fails then goes to the on-failure destination, with the event whole.
"""

import json
from typing import Any

from functions.wiring import Function
from local.world import names
from local.world.clock import Clock
from local.world.engine import Engine
from local.world.invoke import Failure, Invoker
from mailwright.model.times import MINUTE, iso

PAUSES = (MINUTE, 2 * MINUTE)


class Asynchronous:
    """Invokes functions and forgets; failures are retried on the clock."""

    def __init__(self, engine: Engine, invoker: Invoker) -> None:
        self._engine = engine
        self._clock: Clock = engine.clock
        self._invoker = invoker

    def __call__(self, function: Function, event: dict[str, Any], attempt: int = 0) -> None:
        """Invoke now; again after a minute and after two more, while it fails."""
        _, failure = self._invoker(function, event)
        if failure is None:
            return
        if attempt < len(PAUSES):
            self._clock.at(self._clock() + PAUSES[attempt], lambda: self(function, event, attempt + 1))
        else:
            self._undelivered(function, event, failure)

    def _undelivered(self, function: Function, event: dict[str, Any], failure: Failure) -> None:
        document = {
            "version": "1.0",
            "timestamp": iso(self._clock()),
            "requestContext": {
                "functionArn": names.arn("lambda", f"function:{function.name}"),
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 1 + len(PAUSES),
            },
            "requestPayload": event,
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {"errorMessage": failure.error},
        }
        self._engine.sqs.send_message(QueueUrl=names.queue_url(names.UNDELIVERED), MessageBody=json.dumps(document))
