"""A DynamoDB that answers from memory, below botocore: requests are serialized and signed, nothing is sent.

What the stub itself takes is kept apart in `seconds`, so that it can be taken off.
"""

from collections.abc import Callable
from io import BytesIO
from time import process_time
from typing import Any

import boto3
import msgspec
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from mailwright.store.clients import config
from mailwright.store.rows import PROFILE

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class _Raw(BytesIO):
    def stream(self, **_: object) -> Any:
        """What botocore reads a body by."""
        yield self.read()


class Stub:
    """`client` is a real client; its table is `rows`: customer -> item as DynamoDB writes it in JSON."""

    def __init__(self, settings: Config | None = None) -> None:
        session = boto3.session.Session("testing", "testing", region_name="eu-central-1")
        self.client = session.client("dynamodb", config=settings or config("dynamodb"))
        self.client.meta.events.register("before-send.dynamodb", self._answer)
        self.rows: dict[str, Any] = {}
        self.seconds = 0.0
        self.calls = 0

    def timed(self, work: Callable[[], object]) -> float:
        """CPU seconds of some work, less what the stub took of them."""
        start, own = process_time(), self.seconds
        work()
        return process_time() - start - (self.seconds - own)

    def _answer(self, request: Any, **_: object) -> AWSResponse:
        start = process_time()
        self.calls += 1
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        body = self._reply(operation, _decode(request.body))
        headers = {"content-type": "application/x-amz-json-1.0", "content-length": str(len(body))}
        answer = AWSResponse(request.url, 200, headers, _Raw(body))
        self.seconds += process_time() - start
        return answer

    def _reply(self, operation: str, asked: Any) -> bytes:
        if operation == "BatchGetItem":
            ((table, wanted),) = asked["RequestItems"].items()
            names = [key["customer_id"]["S"] for key in wanted["Keys"]]
            items = [self.rows[name] for name in names if name in self.rows]
            return _encode({"Responses": {table: items}, "UnprocessedKeys": {}})
        if operation == "PutItem":
            if asked["Item"]["row"]["S"] == PROFILE:
                self._put(asked["Item"])
        elif operation == "Query":
            return b'{"Items":[],"Count":0}'
        return b"{}"

    def _put(self, item: Any) -> None:
        self.rows[item["customer_id"]["S"]] = item
