"""The six publishers behind one real HTTP server on loopback: /NAME/PATH is https://NAME.example/PATH."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from feedbot.errors import FetchError
from feedbot.fetch import Document, NotModified, Validators, http
from tests.simulation.publishers import Publisher


class Loopback:
    """A server; `serve` asks it by the real client. `answers` counts statuses, 0 for a connection that was cut."""

    def __init__(self) -> None:
        self.answers: Counter[int] = Counter()
        self._asked: tuple[Publisher, str, datetime] | None = None
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                loopback.handle(self)

            def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the library's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._pair = f"127.0.0.1:{self._server.server_port}"
        self._policy = http.NetworkPolicy(allow_private=(self._pair,), allow_http=("127.0.0.1",))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> "Loopback":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(
        self, publisher: Publisher, url: str, validators: Validators | None, now: datetime
    ) -> Document | NotModified:
        """Fetch over a socket, and give the document the address that it has in the world."""
        self._asked = (publisher, url, now)
        path = url.removeprefix(publisher.base)
        got = http.fetch(
            f"http://{self._pair}/{publisher.name}{path}", policy=self._policy, now=now, validators=validators
        )
        return replace(got, url=url)

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request as its publisher would."""
        assert self._asked is not None
        publisher, url, now = self._asked
        if publisher.fault == "slow" and url == publisher.url:
            self.answers[0] += 1
            request.close_connection = True
            return
        try:
            document = publisher.answer(url, now)
        except FetchError:
            self._send(request, 503, b"", "")
            return
        tag = f'"{document.sha256[:16]}"'
        unchanged = request.headers.get("If-None-Match") == tag
        self._send(request, 304 if unchanged else 200, b"" if unchanged else document.body, tag)

    def _send(self, request: BaseHTTPRequestHandler, status: int, body: bytes, tag: str) -> None:
        self.answers[status] += 1
        request.send_response(status)
        if tag:
            request.send_header("ETag", tag)
        if status != 304:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
