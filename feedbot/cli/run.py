"""feedbot run: scheduler and senders in one process, until told to stop."""

import os
import sys
import threading
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import typer

from feedbot.cli import _shell
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.engine.embedded import Job
    from feedbot.pipeline import Edges

SEND_EVERY = timedelta(seconds=30)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", help=tr("collect on schedule and send, until stopped"))(run)


def run() -> int:
    """Run until SIGTERM or SIGINT; 75 where another instance runs on this database."""
    from feedbot import bootstrap
    from feedbot.engine import embedded, lock

    config = bootstrap.load_config(_shell.settings.config)
    with lock.only_instance(bootstrap.lock_file(config), f"feedbot run, {bootstrap.worker_name()}"):
        stop = threading.Event()
        unfinished = embedded.run(jobs(bootstrap.edges(config), stop), stop)
    if unfinished:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_shell.DONE)  # a thread still waits on the wire; the store is built to survive this
    return _shell.DONE


def jobs(edges: "Edges", stop: threading.Event) -> "list[Job]":
    """Return a job for each enabled source, and the sender."""
    from feedbot import bootstrap
    from feedbot.engine.embedded import Job
    from feedbot.pipeline.rounds import collect_and_draft
    from feedbot.pipeline.send import send_due

    rounds = [
        Job(f"collect {one.name}", one.interval, one.jitter, partial(collect_and_draft, edges, one, stop.is_set))
        for one in edges.sources.values()
        if one.enabled
    ]
    worker = bootstrap.worker_name()

    def send() -> None:
        send_due(edges, worker, stop.is_set)

    return [*rounds, Job("send", SEND_EVERY, timedelta(0), send)]
