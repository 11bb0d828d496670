"""The short way to DynamoDB: one request, signed here and sent over the client's own connections.

botocore spends more processor time on one PutItem than `fold` on a whole session of events (bench/results/store.md): it
resolves the endpoint, builds the user agent and walks the service model anew for each call. The two calls of the hot
path need none of that. Only what goes well is handled here; for everything else (refused, throttled, broken off, a
client that is not botocore's) the answer is None and the caller asks again through the client, whose retries and
errors then hold. Asking twice is harmless: reads are reads, and writes carry their version.
"""

import hmac
import time
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, HTTPClientError

_TYPE = "application/x-amz-json-1.0"
_EVENT = "before-send.dynamodb."


class Wire:
    """The short way of one client."""

    def __init__(self, client: BaseClient) -> None:
        # botocore keeps these to itself; tests/core/test_wire.py fails when a version renames them.
        inside: Any = client
        self._credentials = inside._request_signer._credentials
        self._http = inside._endpoint.http_session
        self._emit = inside.meta.events.emit_until_response
        self._request: Any = AWSPreparedRequest  # its stub asks for slower headers than it needs
        self._url = client.meta.endpoint_url.rstrip("/") + "/"
        self._host = urlsplit(self._url).netloc
        self._region = client.meta.region_name

    @property
    def usable(self) -> bool:
        """Whether there is anything to sign with; botocore says best what is missing when there is not."""
        return self._credentials is not None

    def call(self, operation: str, body: bytes) -> bytes | None:
        """The body of a 200 answer; None when the client has to be asked instead."""
        frozen = self._credentials.get_frozen_credentials()
        headers = signed(
            operation, body, self._host, self._region, frozen, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        )
        request = self._request("POST", self._url, HeadersDict(headers), body, stream_output=False)
        try:
            # What listens before a request is sent (moto, a fault injected by a test) listens here too.
            _, response = self._emit(_EVENT + operation, request=request)
            if response is None:
                response = self._http.send(request)
            return response.content if response.status_code == 200 else None
        except (BotoCoreError, HTTPClientError):
            return None


def wire(client: Any) -> Wire | None:
    """The short way of a botocore client that has credentials; None for anything else that has its methods."""
    if not isinstance(client, BaseClient):
        return None
    short = Wire(client)
    return short if short.usable else None


def signed(operation: str, body: bytes, host: str, region: str, credentials: Any, at: str) -> dict[str, str]:
    """The headers of a DynamoDB request with its Signature Version 4; `at` like 20261122T200307Z."""
    headers = {"content-type": _TYPE, "host": host, "x-amz-date": at}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    headers["x-amz-target"] = f"DynamoDB_20120810.{operation}"
    names = ";".join(headers)  # in the alphabet's order, as they must be
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    whole = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
    scope = f"{at[:8]}/{region}/dynamodb/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{sha256(whole.encode()).hexdigest()}"
    signature = hmac.digest(_key(credentials.secret_key, at[:8], region), text.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    headers["user-agent"] = "mailwright"
    return headers


@lru_cache(maxsize=4)
def _key(secret: str, day: str, region: str) -> bytes:
    """The signing key of a day."""
    key = ("AWS4" + secret).encode()
    for part in (day, region, "dynamodb", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
