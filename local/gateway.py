"""API Gateway on the laptop: an HTTP request to payload format 2.0, the function whose route it takes, and back.

The same `Gateway` is called in process by the world and its tests, and over loopback by `local.http_server`.
"""

import base64
import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from functions.wiring import Function, all_functions
from local.exchange import LARGEST, Request, Response
from local.http_server import serve_http

__all__ = ["Gateway", "Request", "Response", "Route", "payload", "response", "routes", "serve_http"]

logger = logging.getLogger(__name__)

_TEXT = ("application/json", "application/javascript", "application/xml")


class Route(NamedTuple):
    """One line of an http trigger: `POST /u/{token}`, or `ANY` for every method."""

    key: str
    function: str

    @property
    def method(self) -> str:
        return self.key.partition(" ")[0]

    @property
    def parts(self) -> list[str]:
        return self.key.partition(" ")[2].split("/")

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """The path parameters, decoded, or None when this is another route."""
        parts = path.split("/")
        if self.method not in ("ANY", method) or len(parts) != len(self.parts):
            return None
        found = {}
        for wanted, given in zip(self.parts, parts, strict=True):
            if wanted.startswith("{") and given:
                found[wanted.strip("{}")] = unquote(given)
            elif wanted != given:
                return None
        return found

    @property
    def rank(self) -> tuple[int, bool]:
        """Fixed parts before parameters, a method before ANY: the order in which API Gateway chooses."""
        return sum(part.startswith("{") for part in self.parts), self.method == "ANY"


def routes(functions: Iterable[Function] | None = None) -> list[Route]:
    """Every route of every function, the most specific first."""
    found = [
        Route(key, function.name)
        for function in (all_functions() if functions is None else functions)
        for trigger in function.triggers
        if trigger.kind == "http"
        for key in trigger["routes"]
    ]
    return sorted(found, key=lambda route: route.rank)


class Gateway:
    """Call it with a Request. `invoke` is given the function's name and the payload and returns what it returned.

    What goes wrong inside a function is answered 500, as API Gateway does, and logged.
    """

    def __init__(self, invoke: Callable[[str, dict[str, Any]], Any], clock: Callable[[], int]) -> None:
        self._invoke = invoke
        self._clock = clock
        self._routes = routes()
        self._count = 0

    def __call__(self, request: Request) -> Response:
        path = request.target.partition("?")[0]
        for route in self._routes:
            parameters = route.match(request.method, path)
            if parameters is not None:
                return self._run(route, request, parameters)
        return _message(HTTPStatus.NOT_FOUND, "Not Found")

    def _run(self, route: Route, request: Request, parameters: dict[str, str]) -> Response:
        if len(request.body) > LARGEST:
            return _message(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
        self._count += 1
        try:
            return response(
                self._invoke(
                    route.function, payload(request, route.key, parameters, self._clock(), f"request-{self._count}")
                )
            )
        except Exception:  # whatever a function does, the caller of an API gets an answer
            logger.exception("%s failed at %s", route.function, route.key)
            return _message(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")


def payload(request: Request, key: str, parameters: dict[str, str], at: int, request_id: str) -> dict[str, Any]:
    """Payload format 2.0 of one request that took the route `key` at `at` (milliseconds UTC)."""
    path, _, query = request.target.partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    cookies = headers.pop("cookie", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": headers.get("host", "localhost"),
            "domainPrefix": "localhost",
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": key,
            "stage": "$default",
            "timeEpoch": at,
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if parameters:
        event["pathParameters"] = parameters
    if query:
        values: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            values[name] = f"{values[name]},{value}" if name in values else value
        event["queryStringParameters"] = values
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request.body, headers)
    return event


def _body(body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    """Text for what says it is text and is; base64 for the rest, forms among it."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_text = kind.startswith("text/") or kind in _TEXT or kind.endswith(("+json", "+xml"))
    if is_text and "content-encoding" not in headers:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            return base64.b64encode(body).decode(), True
    return base64.b64encode(body).decode(), True


def response(result: Any) -> Response:
    """What a function returned as an HTTP response; TypeError when it is not of the form API Gateway takes."""
    if not isinstance(result, dict) or "statusCode" not in result:
        raise TypeError(f"an http function returns an object with statusCode, not {type(result).__name__}")
    text = result.get("body") or ""
    body = base64.b64decode(text) if result.get("isBase64Encoded") else text.encode()
    headers = {name.lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    return Response(int(result["statusCode"]), headers, body)


def _message(status: HTTPStatus, text: str) -> Response:
    return Response(status, {"content-type": "application/json"}, f'{{"message":"{text}"}}'.encode())
