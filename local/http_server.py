"""HTTP on loopback around anything that answers a Request: threads, keep-alive, and clients that misbehave."""

import logging
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.exchange import LARGEST, Request, Response

logger = logging.getLogger(__name__)

Call = Callable[[Request], Response]


class _Refused(Exception):
    """The request cannot be read; `status` says why, and the connection ends with it."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], call: Call) -> None:
        self.answer = call
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exception()
        if isinstance(error, ConnectionError | TimeoutError):
            logger.debug("client %s went away: %s", client_address, error)
        else:
            logger.exception("request of %s failed", client_address)


def serve_http(host: str, port: int, call: Call) -> ThreadingHTTPServer:
    """A bound server, not yet running: `serve_forever()` runs it, `shutdown()` from another thread and
    `server_close()` end it. Port 0 takes a free one (`server_port` tells). OSError when the port is taken.

    `call` is called from one thread a connection, several at a time.
    """
    return _Server((host, port), call)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "mailwright"
    sys_version = ""
    timeout = 30  # seconds a silent client is waited for
    wbufsize = -1  # headers and body leave together
    server: _Server

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError) as error:
            logger.debug("client went away: %s", error)

    def handle_expect_100(self) -> bool:
        told = super().handle_expect_100()
        self.wfile.flush()
        return told

    def _do(self) -> None:
        try:
            body = self._body()
        except _Refused as refused:
            self.close_connection = True
            self._write(Response(refused.status, {"content-type": "application/json"}, b'{"message":"unreadable"}'))
            return
        if body is None:  # the client left in the middle of it
            self.close_connection = True
            return
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            name = name.lower()
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        target = self.path if self.path.startswith("/") else "/"
        try:
            response = self.server.answer(Request(self.command, target, headers, body, self.client_address[0]))
        except Exception:  # a page that breaks must not take the connection with it
            logger.exception("%s %s failed", self.command, target.partition("?")[0])
            response = Response(500, {"content-type": "application/json"}, b'{"message":"Internal Server Error"}')
        self._write(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _do  # noqa: N815  the names http.server asks for

    def _body(self) -> bytes | None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        try:
            length = int(self.headers.get("Content-Length", "0"))
        except ValueError:
            raise _Refused(HTTPStatus.BAD_REQUEST) from None
        if length < 0:
            raise _Refused(HTTPStatus.BAD_REQUEST)
        return self._read(length)

    def _read(self, length: int) -> bytes | None:
        if length > LARGEST:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = self.rfile.read(length)
        return body if len(body) == length else None

    def _chunks(self) -> bytes | None:
        body = b""
        while True:
            try:
                length = int(self.rfile.readline(1024).partition(b";")[0].strip(), 16)
            except ValueError:
                raise _Refused(HTTPStatus.BAD_REQUEST) from None
            if length < 0:
                raise _Refused(HTTPStatus.BAD_REQUEST)
            chunk = self._read(length)
            if chunk is None:
                return None
            body += chunk
            if len(body) > LARGEST:
                raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            if length == 0:
                while self.rfile.readline(1024).strip():  # trailers
                    pass
                return body
            self.rfile.readline(8)

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.send_header("content-length", str(len(response.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD" and response.body:
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name http.server gives it
        logger.debug(format, *args)
