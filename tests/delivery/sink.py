"""A relay that takes every message and remembers it, also where the sender dies before it hears the answer."""

import re
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Sink:
    """`arrived` counts (recipient, Message-ID); `connections` counts those that a sender opened."""

    port: int = 0
    arrived: Counter[tuple[str, str]] = field(default_factory=Counter)
    connections: int = 0
    threads: list[threading.Thread] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until everything that senders wrote has been read; their connections are closed by then."""
        for one in self.threads:
            one.join(10)
            assert not one.is_alive(), "a sender still holds a connection"
        self.threads.clear()

    def forget(self) -> None:
        """Start anew."""
        self.settle()
        self.arrived.clear()
        self.connections = 0


class _Session(socketserver.StreamRequestHandler):
    """RFC 5321 as far as a sender of ours speaks it, with PIPELINING; whoever hangs up early is just gone."""

    disable_nagle_algorithm = True
    sink: Sink

    def handle(self) -> None:
        with suppress(OSError):
            self._converse()

    def _converse(self) -> None:
        self.wfile.write(b"220 sink.example\r\n")
        recipient = ""
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.wfile.write(b"250-sink.example\r\n250 PIPELINING\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            elif verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                if not self._take(recipient):
                    return
                self.wfile.write(b"250 taken\r\n")
            else:
                if verb == b"RCPT":
                    recipient = line.partition(b"<")[2].partition(b">")[0].decode("ascii")
                self.wfile.write(b"250 ok\r\n")

    def _take(self, recipient: str) -> bool:
        """Read a message; it has arrived when its final dot has, whatever becomes of the answer."""
        content = b""
        for line in self.rfile:
            if line == b".\r\n":
                found = re.search(rb"(?m)^Message-ID: (\S+)", content)
                self.sink.arrived[recipient, found[1].decode("ascii") if found else ""] += 1
                return True
            content += line
        return False


class _Server(socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 128
    sink: Sink

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve each sender in a thread that can be waited for."""

        def serve() -> None:
            self.finish_request(request, client_address)
            self.shutdown_request(request)

        self.sink.connections += 1
        self.sink.threads.append(threading.Thread(target=serve, daemon=True))
        self.sink.threads[-1].start()


@contextmanager
def running() -> Iterator[Sink]:
    """Run a sink on a free port of loopback."""
    sink = Sink()
    handler = type("Session", (_Session,), {"sink": sink})
    with _Server((socket.gethostbyname("localhost"), 0), handler) as server:
        server.sink = sink
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join()
