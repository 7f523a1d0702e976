"""Run jobs at their times in this process, until told to stop.

A job runs soon after the start and then every interval, up to `jitter` late, so that not all sources are asked at once.
It never runs twice at the same time; what was missed (a machine asleep) is made up for by one run. A failure is logged
and ends that run only. SIGTERM, SIGINT or the `stop` event: no new run begins, and a running one may finish within
`grace`.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec

import structlog
from apscheduler.events import (  # type: ignore[import-untyped]  # APScheduler 3 ships no types
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
)
from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]  # as above
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]  # as above
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]  # as above

from feedbot.errors import FeedbotError

FIRST_WITHIN = timedelta(seconds=2)
GRACE = timedelta(seconds=10)

log = structlog.get_logger()
_P = ParamSpec("_P")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again. A long `call` should look at the `stop` event between its items and return."""

    name: str
    interval: timedelta
    jitter: timedelta
    call: Callable[[], None]


def run(
    jobs: Sequence[Job], stop: threading.Event, *, first_within: timedelta = FIRST_WITHIN, grace: timedelta = GRACE
) -> tuple[str, ...]:
    """Run `jobs` until `stop` is set or a signal says so; first runs are spread over `first_within`.

    Returns the names of jobs that did not finish within `grace`. Their threads still run, and Python waits for them at
    exit: a caller that must end now has to leave by os._exit, which the store is built to survive.
    """
    running = _Running()
    scheduler = _scheduler(jobs, running, first_within)
    with _signals(stop):
        scheduler.start()
        log.info("engine_started", jobs=[job.name for job in jobs])
        try:
            stop.wait()
        finally:
            scheduler.pause()
            unfinished = running.wait(grace)
            scheduler.shutdown(wait=False)
    for name in unfinished:
        log.warning("job_unfinished", job=name)
    log.info("engine_stopped")
    return unfinished


def _scheduler(jobs: Sequence[Job], running: "_Running", first_within: timedelta) -> BackgroundScheduler:
    # It logs every failure with a traceback, to whatever handler there is; what is to be said, _report says.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL + 1)
    # A thread a job: the senders must not wait behind twenty slow sources.
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(max(len(jobs), 1))})
    scheduler.add_listener(_here(_report), EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES)
    now = datetime.now(UTC)
    for place, job in enumerate(jobs):
        scheduler.add_job(
            _here(running.noted(job)),
            IntervalTrigger(seconds=job.interval.total_seconds(), jitter=job.jitter.total_seconds(), timezone=UTC),
            id=job.name,
            name=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=now + first_within * place / len(jobs),
        )
    return scheduler


def _here(call: Callable[_P, None]) -> Callable[_P, None]:
    """Let `call` run in other threads as it would here: the language of messages is a context variable."""
    context = copy_context()
    return lambda *arguments, **named: context.copy().run(call, *arguments, **named)


def _report(event: Any) -> None:
    """Log what the scheduler says of a run: a failure we know by its words, another with its traceback."""
    if event.code == EVENT_JOB_MAX_INSTANCES:
        log.warning("job_still_running", job=event.job_id)
    elif isinstance(event.exception, FeedbotError):
        log.error("job_failed", job=event.job_id, error=str(event.exception), hint=event.exception.hint())
    else:
        log.error("job_failed", job=event.job_id, error=repr(event.exception), traceback=event.traceback)


class _Running:
    """Which jobs are in the middle of a run."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._changed = threading.Condition()

    def noted(self, job: Job) -> Callable[[], None]:
        """Return the job's call, noted while it runs."""

        def call() -> None:
            with self._changed:
                self._names.add(job.name)
            try:
                job.call()
            finally:
                with self._changed:
                    self._names.discard(job.name)
                    self._changed.notify_all()

        return call

    def wait(self, grace: timedelta) -> tuple[str, ...]:
        """Wait until none runs, at most for `grace`; return those that still do."""
        with self._changed:
            self._changed.wait_for(lambda: not self._names, grace.total_seconds())
            return tuple(sorted(self._names))


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """Let SIGTERM and SIGINT set `stop`; a second one does what it did before. Outside the main thread: nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(number: int, frame: object) -> None:
        restore()
        stop.set()

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        restore()
