"""feedbot run: scheduler and senders in one process, until told to stop."""

import os
import sys
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import typer

from feedbot.cli import _shell
from feedbot.errors import ConfigError
from feedbot.messages import tr

if TYPE_CHECKING:
    from feedbot.config import Config
    from feedbot.engine.embedded import Job
    from feedbot.pipeline import Edges

HEALTH_EVERY = timedelta(minutes=10)
REMIND_EVERY = timedelta(hours=6)
DIGEST_EVERY = timedelta(minutes=5)
KEYS_EVERY = timedelta(days=1)
ONCALL_EVERY = timedelta(minutes=1)
LISTS_EVERY = timedelta(minutes=5)
SEND_EVERY = timedelta(seconds=30)
BOUNCES_EVERY = timedelta(minutes=5)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", help=tr("collect on schedule and send, until stopped"))(run)


def run() -> int:
    """Run until SIGTERM or SIGINT; 75 where another instance runs on this database."""
    from feedbot import bootstrap
    from feedbot.engine import embedded, lock

    config = bootstrap.load_config(_shell.settings.config)
    place = bootstrap.lock_file(config)
    with ExitStack() as held:
        try:
            held.enter_context(lock.only_instance(place, f"feedbot run, {bootstrap.worker_name()}"))
        except OSError as error:
            raise ConfigError(str(place), "cannot be written: {why}", why=_shell.cause(error)) from error
        stop = threading.Event()
        unfinished = embedded.run(jobs(config, bootstrap.edges(config), stop), stop)
    if unfinished:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_shell.DONE)  # a thread still waits on the wire; the store is built to survive this
    return _shell.DONE


def jobs(config: "Config", edges: "Edges", stop: threading.Event) -> "list[Job]":
    """Return a job for each enabled source and distributor, the sender, and the watches over these and the ends of
    keys."""
    from feedbot import bootstrap
    from feedbot.cli._blocklists import block_watch
    from feedbot.engine.embedded import Job
    from feedbot.pipeline.bounces import watch_bounces
    from feedbot.pipeline.oncall import call_people
    from feedbot.pipeline.rounds import (
        collect_and_draft,
        collect_distributor,
        digest_due,
        remind_due,
        watch_all,
        watch_blocklists,
    )
    from feedbot.pipeline.send import send_due

    rounds = [
        Job(f"collect {one.name}", one.interval, one.jitter, partial(collect_and_draft, edges, one, stop.is_set))
        for one in edges.sources.values()
        if one.enabled
    ]
    worker = bootstrap.worker_name()
    watched = block_watch(config)

    def block() -> None:
        watch_blocklists(edges, watched, stop.wait, stop.is_set)

    def send() -> None:
        send_due(edges, worker, stop.is_set)

    feeds = [
        Job(f"collect {one.name}", one.interval, one.jitter, partial(collect_distributor, edges, one, stop.is_set))
        for one in edges.distros.values()
        if one.enabled
    ]
    return [
        *rounds,
        *feeds,
        *_lists(edges, stop),
        Job("send", SEND_EVERY, timedelta(0), send),
        Job("bounces", BOUNCES_EVERY, timedelta(0), partial(watch_bounces, edges, stop.is_set)),
        Job("oncall", ONCALL_EVERY, timedelta(0), partial(call_people, edges)),
        *([Job("blocklists", watched.interval, timedelta(minutes=5), block)] if watched.lists else []),
        Job("remind", REMIND_EVERY, timedelta(0), partial(remind_due, edges)),
        Job("digest", DIGEST_EVERY, timedelta(0), partial(digest_due, edges)),
        Job("health", HEALTH_EVERY, timedelta(0), partial(watch_all, edges)),
        Job("keys", KEYS_EVERY, timedelta(0), partial(watch_keys, config)),
    ]


def _lists(edges: "Edges", stop: threading.Event) -> "list[Job]":
    """Return a job for each group of hosts that is asked for its lists, and for the folder where lists arrive."""
    from feedbot.engine.embedded import Job
    from feedbot.pipeline.rounds import pull_group, take_lists

    jobs = [
        Job(f"pull {one.name}", one.interval, one.jitter, partial(pull_group, edges, one, stop.is_set))
        for one in edges.pulls.values()
        if one.enabled
    ]
    if edges.inventory_spool:
        jobs.append(Job("lists", LISTS_EVERY, timedelta(0), partial(take_lists, edges, stop.is_set)))
    return jobs


def watch_keys(config: "Config") -> None:
    """Log a warning for each trusted key whose end is near or past."""
    import structlog

    from feedbot.cli import _checks

    log = structlog.get_logger()
    now = datetime.now(UTC)
    for name, keys in _checks.source_keys(config):
        for end in _checks.trusted_ends(keys, now):
            log.warning(
                "key_ends",
                source=name,
                key=end.key.fingerprint,
                expires=end.expires.isoformat(),
                urgency=end.urgency.value,
            )
