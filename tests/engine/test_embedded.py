"""Jobs in one process: at their times, one at a time, until told to stop."""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from feedbot.engine.embedded import Job, run
from feedbot.errors import FetchError

SOON = timedelta(seconds=0.05)
NEVER = timedelta(hours=1)


def job(name: str, call: Callable[[], None], interval: timedelta = SOON) -> Job:
    """A job without jitter."""
    return Job(name, interval, timedelta(0), call)


def test_jobs_run_soon_and_again() -> None:
    """The first run comes at once, the next after the interval; another job's hour does not matter."""
    stop, runs = threading.Event(), []

    def call() -> None:
        runs.append(time.monotonic())
        if len(runs) >= 3:
            stop.set()

    hourly: list[int] = []
    started = time.monotonic()
    assert run([job("a", call), job("b", lambda: hourly.append(1), NEVER)], stop, first_within=SOON) == ()
    assert len(runs) >= 3
    assert hourly == [1]
    assert runs[2] - started >= 0.09


def test_a_failing_job_is_logged_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    """Ours by its words, a foreign one with its traceback; both run again, and nothing is printed besides."""
    stop = threading.Event()
    counts = {"known": 0, "foreign": 0, "good": 0}

    def known() -> None:
        counts["known"] += 1
        raise FetchError("https://a.example/", "the server answered {status}", permanent=False, status=503)

    def foreign() -> None:
        counts["foreign"] += 1
        raise ZeroDivisionError

    def good() -> None:
        counts["good"] += 1
        if min(counts.values()) >= 2:
            stop.set()

    with capture_logs() as logs:
        run([job("known", known), job("foreign", foreign), job("good", good)], stop, first_within=SOON)
    failed = {entry["job"]: entry for entry in logs if entry["event"] == "job_failed"}
    assert failed["known"]["error"] == "https://a.example/: the server answered 503"
    assert "traceback" not in failed["known"]
    assert "foreign" in failed["foreign"]["traceback"]
    assert caplog.records == []


def test_a_job_never_overlaps_itself() -> None:
    """A run of four intervals is not joined by others, and is said to be late."""
    stop, inside, most = threading.Event(), [], []

    def slow() -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.2)
        inside.pop()
        if len(most) >= 2:
            stop.set()

    with capture_logs() as logs:
        run([job("slow", slow), job("other", lambda: None, NEVER)], stop, first_within=SOON)
    assert set(most) == {1}
    assert "job_still_running" in {entry["event"] for entry in logs}


def test_what_was_missed_is_one_run() -> None:
    """Twelve runs that were due while the machine slept are made up for by one."""
    stop, runs = threading.Event(), []
    threading.Timer(0.5, stop.set).start()
    late = job("late", lambda: runs.append(1), timedelta(seconds=30))
    run([job("first", lambda: None, NEVER), late], stop, first_within=timedelta(minutes=-6))
    assert runs == [1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_cleanly(number: signal.Signals) -> None:
    """A running job finishes, no other begins, and the handlers of before are back."""
    finished = []
    before = signal.getsignal(number)

    def call() -> None:
        os.kill(os.getpid(), number)
        time.sleep(0.1)
        finished.append(1)

    started = time.monotonic()
    assert run([job("a", call, NEVER)], threading.Event(), first_within=SOON) == ()
    assert finished == [1]
    assert time.monotonic() - started < 30
    assert signal.getsignal(number) is before


def test_a_job_that_does_not_finish_is_named() -> None:
    """After the grace the engine returns and says who still runs."""
    stop, let_go = threading.Event(), threading.Event()

    def stuck() -> None:
        stop.set()
        let_go.wait(60)

    with capture_logs() as logs:
        unfinished = run([job("stuck", stuck)], stop, first_within=SOON, grace=timedelta(seconds=0.1))
    let_go.set()
    assert unfinished == ("stuck",)
    assert {"event": "job_unfinished", "job": "stuck", "log_level": "warning"} in logs


def test_a_long_job_may_look_at_the_event() -> None:
    """It is told by the same event that stops the engine."""
    stop, looked = threading.Event(), []

    def polite() -> None:
        looked.append(stop.wait(60))

    threading.Timer(0.1, stop.set).start()
    assert run([job("polite", polite, NEVER)], stop, first_within=SOON) == ()
    assert looked == [True]


def test_it_runs_outside_the_main_thread_too() -> None:
    """Signals are then somebody else's; the event stops it."""
    stop, result = threading.Event(), []
    thread = threading.Thread(target=lambda: result.append(run([job("a", stop.set)], stop, first_within=SOON)))
    thread.start()
    thread.join(60)
    assert result == [()]


def test_no_jobs_is_no_error() -> None:
    """It waits for its end all the same."""
    stop = threading.Event()
    stop.set()
    assert run([], stop) == ()
