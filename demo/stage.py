"""The demo's world on loopback: an HTTP server with the made-up feeds, and an SMTP sink that fills a Maildir."""

import asyncio
import mailbox
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

DATA = Path(__file__).parent / "data"
TYPES = {".rdf": "application/rdf+xml", ".html": "text/html; charset=utf-8", ".txt": "text/plain"}


class Publishers:
    """The publishers' web servers in one. After `revise`, newer files lie over the older ones."""

    def __init__(self) -> None:
        self.folders = [DATA / "www"]
        self.base = ""

    def revise(self) -> None:
        """Let the publishers' next edition appear."""
        self.folders.insert(0, DATA / "www-2")

    def find(self, path: str) -> tuple[bytes, str] | None:
        """Return (body, media type) of a path; links in feeds point back at this server."""
        relative = path.lstrip("/") + ("index.html" if path.endswith("/") else "")
        for folder in self.folders:
            file = (folder / relative).resolve()
            if file.is_file() and file.is_relative_to(folder):
                return file.read_bytes().replace(b"@BASE@", self.base.encode()), TYPES[file.suffix]
        return None


@contextmanager
def publishers() -> Iterator[Publishers]:
    """Serve the feeds on a free port of the loopback."""
    made = Publishers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = made.find(urlsplit(self.path).path)
            if found is None:
                self.send_error(404)
                return
            body, media_type = found
            tag = f'"{sha256(body).hexdigest()[:16]}"'
            if self.headers.get("If-None-Match") == tag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """The story is told elsewhere."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


class _Sink:
    """Takes every message into a Maildir."""

    def __init__(self, folder: Path) -> None:
        self.maildir = mailbox.Maildir(folder)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Store one message."""
        assert isinstance(envelope.content, bytes)
        self.maildir.add(envelope.content)
        return "250 OK"


@contextmanager
def mail_sink(folder: Path) -> Iterator[int]:
    """Run an SMTP server that keeps what it is given; yields its port. The socket is ours, so the port is known."""
    loop = asyncio.new_event_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    sink = _Sink(folder)
    server = loop.run_until_complete(loop.create_server(lambda: SMTP(sink, loop=loop), sock=listening))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


def received(folder: Path) -> list[EmailMessage]:
    """Return the mails of a Maildir, in the order of their recipients."""
    parser = BytesParser(policy=policy.default)
    box = mailbox.Maildir(folder, create=False)
    mails = [parser.parsebytes(box.get_bytes(key)) for key in box.iterkeys()]
    return sorted(
        (mail for mail in mails if isinstance(mail, EmailMessage)), key=lambda mail: (mail["To"], mail["Date"])
    )
