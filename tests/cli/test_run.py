"""The daemon: collects and sends by itself, keeps a second one away, ends when told."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.stage import mail_sink, publishers
from tests.cli.test_commands import ROOT, Desk


def start(config: Path) -> subprocess.Popen[str]:
    """Start `feedbot run` on a configuration."""
    return subprocess.Popen(
        [sys.executable, "-m", "feedbot", "-c", str(config), "--lang", "en", "run"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(config.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(true: Callable[[], bool]) -> None:
    """Wait until something is true, a minute at most."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.1)


def test_run_collects_and_ends_on_sigterm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Advisories and drafts appear without a command; a second instance exits 75; SIGTERM ends it with 0."""
    with publishers() as web, mail_sink(tmp_path / "Maildir") as port:
        desk = Desk(tmp_path, capsys, web, port)
        desk.fleet()
        daemon = start(tmp_path / "config.toml")
        try:
            wait_for(lambda: len(desk("draft", "list", "--json")[1].splitlines()) == 3)
            second = start(tmp_path / "config.toml")
            words, _ = second.communicate(timeout=60)
            assert second.returncode == 75, words
            assert "another instance is running" in words
        finally:
            daemon.send_signal(signal.SIGTERM)
            log, _ = daemon.communicate(timeout=60)
        assert daemon.returncode == 0, log
        assert "Traceback" not in log
        rows = {row["source"]: row for row in json.loads(desk("sources", "--json")[1])}
        assert rows["broken"]["failures"] == 1
