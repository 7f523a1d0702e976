"""Seconds for one round of 20 sources on loopback when nothing has changed: all answer 304, or all send the same bytes.

    python -m bench.poll [--json]

A round is what `feedbot collect` does: the guarded HTTP client, a real SQLite database with synchronous=FULL, one
source after the other. The first round, which takes 20 feeds of 50 items in, is told too. Twenty publishers are twenty
hosts; here they are one, so it may be asked more often than one publisher (`per_second`).
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import _jvnrss as made
from feedbot import bootstrap
from feedbot.config import load as load_config
from feedbot.pipeline.collect import collect

SOURCES = 20
ITEMS = 50


class _Publisher(BaseHTTPRequestHandler):
    """Serves /N.rdf, each with an ETag; `answers_304` says whether it minds If-None-Match."""

    answers_304 = True
    feeds: tuple[bytes, ...] = ()
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.strip("/").removesuffix(".rdf")
        body = self.feeds[int(name)] if name.isdigit() else b""
        same = bool(body) and type(self).answers_304 and self.headers.get("If-None-Match") == f'"{name}"'
        self.send_response(304 if same else 200 if body else 404)
        self.send_header("ETag", f'"{name}"')
        self.send_header("Content-Type", "application/rdf+xml")
        self.send_header("Content-Length", "0" if same else str(len(body)))
        self.end_headers()
        if not same:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
        pass


def main(as_json: bool) -> None:
    """Measure, and print a table or JSON."""
    with TemporaryDirectory() as folder, _publisher() as port:
        figures = _measure(Path(folder), port)
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:52} {value:8.3f}")


@contextmanager
def _publisher() -> Iterator[int]:
    _Publisher.feeds = tuple("".join(made.pieces(ITEMS, seed)).encode() for seed in range(SOURCES))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Publisher)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _measure(folder: Path, port: int) -> dict[str, float]:
    path = folder / "config.toml"
    tables = "".join(
        f'[sources.feed-{number}]\nmember = "jvn_ipedia"\nurl = "http://127.0.0.1:{port}/{number}.rdf"\n'
        "per_second = 100\n"
        for number in range(SOURCES)
    )
    path.write_text(
        "[provider]\n"
        'name = "見本"\nservice = "見本"\nfrom_address = "a@provider.example"\ncontact = "a@provider.example"\n'
        'site_url = "https://provider.example/"\nnumber_prefix = "P"\n'
        f'[store]\nurl = "sqlite:///{folder / "feedbot.db"}"\n'
        f'[network]\nallow_private = ["127.0.0.1:{port}"]\nallow_http = ["127.0.0.1"]\n'
        '[delivery]\nmode = "shadow"\noperator = "a@provider.example"\n'
        f"{tables}",
        encoding="utf-8",
    )
    config = load_config(path)
    bootstrap.create_store(config)
    edges = bootstrap.edges(config)

    def round_of_all() -> float:
        began = time.perf_counter()
        reports = [collect(edges, one) for one in edges.sources.values()]
        taken = time.perf_counter() - began
        if failed := [str(one.error) for one in reports if not one.whole]:
            raise SystemExit(f"the measurement is void: {failed[0]}")
        return taken

    figures = {"sources": float(SOURCES), "items a source": float(ITEMS), "first round, s": round_of_all()}
    figures["nothing changed, all answer 304, s"] = min(round_of_all() for _ in range(3))
    _Publisher.answers_304 = False
    figures["nothing changed, all send the same bytes, s"] = min(round_of_all() for _ in range(3))
    edges.database.dispose()
    return figures


if __name__ == "__main__":
    main("--json" in sys.argv)
