"""The gateway speaks API Gateway's payload format 2.0, and its HTTP server survives its clients."""

import base64
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from local.exchange import LARGEST
from local.gateway import Gateway, Request, Response, routes, serve_http
from mailwright.model.times import parse_iso

NOW = parse_iso("2026-11-22T20:00:00Z")


def seen(request: Request, result: Any = None) -> tuple[str, dict[str, Any], Response]:
    """Which function was called with what, and the answer."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def invoke(name: str, event: dict[str, Any]) -> Any:
        calls.append((name, event))
        return {"statusCode": 200} if result is None else result

    answer = Gateway(invoke, lambda: NOW)(request)
    ((name, event),) = calls
    return name, event, answer


def never(name: str, event: dict[str, Any]) -> Any:
    raise AssertionError("no function should be called")


def test_a_request_becomes_payload_format_2() -> None:
    headers = {"Content-Type": "application/json", "Host": "shop.example.com", "Cookie": "a=1; b=2"}
    name, event, _ = seen(Request("POST", "/v1/track?a=1&a=2&b=x%20y", headers, b'{"a":"\xc3\xa9"}'))
    assert name == "collect"
    assert event["version"] == "2.0"
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "ANY /v1/{call}"
    assert (event["rawPath"], event["rawQueryString"]) == ("/v1/track", "a=1&a=2&b=x%20y")
    assert event["queryStringParameters"] == {"a": "1,2", "b": "x y"}
    assert event["headers"] == {"content-type": "application/json", "host": "shop.example.com"}
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["pathParameters"] == {"call": "track"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"a":"é"}', False)
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["timeEpoch"] == NOW
    json.dumps(event)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/octet-stream"}, b"\x00\xff"),
        ({"content-type": "application/json"}, b"\xff"),
        ({"content-type": "application/json", "content-encoding": "gzip"}, b"{}"),
        ({"content-type": "application/x-www-form-urlencoded"}, b"List-Unsubscribe=One-Click"),
        ({}, b"{}"),
    ],
)
def test_what_is_no_text_travels_as_base64(headers: dict[str, str], body: bytes) -> None:
    _, event, _ = seen(Request("POST", "/v1/batch", headers, body))
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == body


def test_a_request_without_a_body_has_none() -> None:
    _, event, _ = seen(Request("GET", "/u/abc%2Fdef", {}))
    assert "body" not in event
    assert event["pathParameters"] == {"token": "abc/def"}


@pytest.mark.parametrize("target", ["/", "/v1", "/v1/", "/v1/a/b", "/nothing", "", "/u/", "//shopify"])
def test_what_no_route_takes_is_not_found(target: str) -> None:
    answer = Gateway(never, lambda: NOW)(Request("GET", target, {}))
    assert (answer.status, json.loads(answer.body)) == (404, {"message": "Not Found"})


def test_every_http_route_leads_to_the_function_that_asks_for_it() -> None:
    found = {route.key: route.function for route in routes()}
    assert found["ANY /shopify"] == "collect"
    assert found["POST /u/{token}"] == "preferences"
    for key, function in found.items():
        method, _, path = key.partition(" ")
        target = path.replace("{call}", "x").replace("{token}", "x")
        assert seen(Request("PUT" if method == "ANY" else method, target, {}))[0] == function


def test_a_response_comes_back_as_it_was_meant() -> None:
    result = {"statusCode": 201, "headers": {"Content-Type": "text/html", "X-Count": 3}, "body": "<p>é"}
    answer = seen(Request("POST", "/v1/b", {}), result)[2]
    assert answer == Response(201, {"content-type": "text/html", "x-count": "3"}, "<p>é".encode())
    result = {"statusCode": 200, "body": base64.b64encode(b"\x00\x01").decode(), "isBase64Encoded": True}
    assert seen(Request("POST", "/v1/b", {}), result)[2].body == b"\x00\x01"


@pytest.mark.parametrize("broken", [None, "text", {"body": "x"}, {"statusCode": "soon"}])
def test_a_function_that_breaks_is_a_500_and_not_a_traceback(broken: Any) -> None:
    def invoke(name: str, event: dict[str, Any]) -> Any:
        if broken is None:
            raise ValueError("broken")
        return broken

    answer = Gateway(invoke, lambda: NOW)(Request("POST", "/v1/b", {}))
    assert (answer.status, json.loads(answer.body)) == (500, {"message": "Internal Server Error"})


def test_a_body_beyond_what_api_gateway_takes_is_refused() -> None:
    assert Gateway(never, lambda: NOW)(Request("POST", "/v1/b", {}, b"x" * (LARGEST + 1))).status == 413


# --- over loopback


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Request], Response]], int]]:
    running = []

    def start(call: Callable[[Request], Response]) -> int:
        server = serve_http("127.0.0.1", 0, call)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return int(server.server_port)

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


def echo(request: Request) -> Response:
    told = {"method": request.method, "target": request.target, "length": len(request.body)}
    return Response(200, {"content-type": "application/json", "x-kind": request.headers.get("x-kind", "")},
                    json.dumps(told).encode())  # fmt: skip


def raw(port: int, sent: bytes) -> bytes:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := client.recv(65536):
            received += chunk
        return received


Serve = Callable[[Callable[[Request], Response]], int]


def test_requests_are_answered_one_after_the_other_on_one_connection(serve: Serve) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", serve(echo), timeout=5)) as client:
        for method, length in (("POST", 0), ("PUT", 100_000), ("GET", 0), ("DELETE", 3)):
            client.request(method, "/a?b=c", b"x" * length, {"X-Kind": "k"})
            answer = client.getresponse()
            assert json.loads(answer.read()) == {"method": method, "target": "/a?b=c", "length": length}
            assert answer.headers["x-kind"] == "k"


def test_head_gets_the_headers_alone(serve: Serve) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", serve(echo), timeout=5)) as client:
        client.request("HEAD", "/")
        answer = client.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        assert int(answer.headers["content-length"]) > 0
        client.request("GET", "/")  # the connection is still in step
        assert client.getresponse().status == 200


def test_a_client_that_asks_before_it_sends_is_told_to(serve: Serve) -> None:
    port = serve(echo)
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"12345")
        assert b'"length": 5' in client.recv(65536)


def test_chunks_are_put_together(serve: Serve) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(serve(echo), head + b"3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nTrailer: x\r\n\r\n")
    assert b'"length": 7' in answer


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", b"400"),
        (b"BREW /coffee HTTP/1.1\r\nHost: x\r\n\r\n", b"501"),
        (b"\x16\x03\x01\x02\x00 this is TLS\r\n\r\n", b"400"),
        (b"GET " + b"/x" * 40_000 + b" HTTP/1.1\r\n\r\n", b"414"),
    ],
)
def test_what_cannot_be_read_is_refused(serve: Serve, sent: bytes, status: bytes) -> None:
    assert status in raw(serve(echo), sent)[:500]


def test_a_client_that_leaves_in_the_middle_is_forgotten(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    port = serve(echo)
    assert raw(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhalf") == b""
    assert raw(port, b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf") == b""
    for _ in range(3):  # reset instead of read
        client = socket.create_connection(("127.0.0.1", port), timeout=5)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
        client.close()
    assert b"200" in raw(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_page_that_breaks_is_a_500_on_a_living_connection(serve: Serve) -> None:
    def broken(request: Request) -> Response:
        raise ValueError("broken")

    with closing(http.client.HTTPConnection("127.0.0.1", serve(broken), timeout=5)) as client:
        for _ in range(2):
            client.request("GET", "/")
            answer = client.getresponse()
            assert (answer.status, json.loads(answer.read())) == (500, {"message": "Internal Server Error"})


def test_no_content_has_no_length(serve: Serve) -> None:
    answer = raw(serve(lambda request: Response(204, {}, b"")), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 204")
    assert b"content-length" not in answer.lower()
