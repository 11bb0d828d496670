"""A request and a response, as the gateway, the world and the HTTP server pass them to each other."""

from collections.abc import Mapping
from typing import NamedTuple

LARGEST = 10 * 1024 * 1024  # bytes of a body that API Gateway takes


class Request(NamedTuple):
    """`target` is the path with its query as sent; header names in any case, repeated ones joined with commas."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    client: str = "127.0.0.1"


class Response(NamedTuple):
    """Header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
