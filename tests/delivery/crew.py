"""A sender that may be killed: a process that has everything loaded forks one for each order.

    python -m tests.delivery.crew

reads a line {"folder": …, "port": …, "connections": …} a sender, answers with the sender's process id, starts it at
the line "go", and answers with how it ended, as os.waitpid says. Its clock is the file `clock` in the folder, so a test
can turn it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from feedbot import store
from feedbot.cli import _log
from feedbot.delivery import site, smtp
from feedbot.delivery._send import SmtpSettings
from feedbot.errors import FeedbotError
from feedbot.pipeline import Edges
from feedbot.pipeline.publish import publish
from feedbot.pipeline.send import send_due
from feedbot.review import State
from feedbot.store import drafts
from tests.conftest import ROOT
from tests.fakes import World

FAILED = 3
"""How a sender ends that met an error it could name."""


def edges_of(folder: Path, port: int, connections: int = 1) -> Edges:
    """Wire a sender: a real database and site in the folder, a relay on loopback."""
    settings = SmtpSettings(
        "127.0.0.1", "notice@hosting.example", port, security="none", connect_seconds=5, connections=connections
    )
    world = World(store.open(f"sqlite:///{folder / 'feedbot.db'}"))
    return replace(
        world.edges(),
        clock=lambda: datetime.fromisoformat((folder / "clock").read_text(encoding="ascii")),
        open_mail=lambda: smtp.open_channel(settings),
        site=site.open_channel(site.Settings(folder / "site")),
    )


def work(edges: Edges) -> None:
    """Publish what is approved, then send what is due."""
    with store.reading(edges.database) as tx:
        approved = [one.id for one in drafts.listing(tx, State.APPROVED)]
    for number in approved:
        publish(edges, number, "author")
    send_due(edges, f"w{os.getpid()}")


def main() -> None:
    """Fork a sender for each order."""
    _log.to_standard_error()  # what is said on stdout is an answer
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        if order.get("rehearse"):
            edges = edges_of(Path(order["folder"]), order["port"])
            work(edges)
            edges.database.dispose()
            print("ready", flush=True)
            continue
        waits, starts = os.pipe()
        sender = os.fork()
        if sender == 0:
            os.read(waits, 1)
            try:
                work(edges_of(Path(order["folder"]), order["port"], order.get("connections", 1)))
            except FeedbotError as error:
                with suppress(OSError):  # the disk that refuses may be this one
                    sys.stderr.write(f"{error}\n")
                os._exit(FAILED)
            os._exit(0)
        print(sender, flush=True)
        sys.stdin.readline()
        os.write(starts, b"x")
        print(os.waitpid(sender, 0)[1], flush=True)
        os.close(waits)
        os.close(starts)


@dataclass
class Crew:
    """The process that forks senders, from the side of a test."""

    process: "subprocess.Popen[str]"
    pid: int = 0

    def rehearse(self, folder: Path, port: int) -> None:
        """Do the work once in the process that forks: templates compiled there need not be in each sender."""
        self._say(json.dumps({"folder": str(folder), "port": port, "rehearse": True}))
        assert self._answer() == "ready\n"

    def order(self, folder: Path, port: int, connections: int = 1) -> int:
        """Have a sender made; it waits for `go`. Returns its process id."""
        self._say(json.dumps({"folder": str(folder), "port": port, "connections": connections}))
        self.pid = int(self._answer())
        return self.pid

    def go(self) -> None:
        """Let it begin."""
        self._say("go")

    def ended(self) -> int:
        """Wait for its end, as os.waitpid tells it: 0, a signal's number, or FAILED << 8."""
        return int(self._answer())

    def _say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextmanager
def crew() -> Iterator[Crew]:
    """Start the process that forks senders."""
    command = [sys.executable, "-m", "tests.delivery.crew"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        yield Crew(process)
        assert process.stdin is not None
        process.stdin.close()


if __name__ == "__main__":
    main()
