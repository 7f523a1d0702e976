"""One instance at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from feedbot.engine.lock import only_instance
from feedbot.errors import BusyError

HOLDER = """
import sys, time
from pathlib import Path
from feedbot.engine.lock import only_instance
with only_instance(Path(sys.argv[1]), "the first"):
    print("held", flush=True)
    time.sleep(30)
"""


def test_a_second_instance_is_told_who_is_first(tmp_path: Path) -> None:
    """Busy names the holder; afterwards the lock is free, and names the new one."""
    path = tmp_path / "var" / "feedbot.lock"
    with only_instance(path, "feedbot run, process 1, since 09:00"):
        with pytest.raises(BusyError) as caught, only_instance(path, "second"):
            pytest.fail("two at once")
        assert "feedbot run, process 1, since 09:00" in str(caught.value)
    with only_instance(path, "second"):
        assert path.read_text() == "second\n"


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    """Another process holds it; after kill -9 it is free at once."""
    path = tmp_path / "lock"
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(root)}
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BusyError, match="the first"), only_instance(path, "second"):
            pytest.fail("two at once")
        holder.send_signal(signal.SIGKILL)
        holder.wait(5)
        with only_instance(path, "second"):
            assert path.read_text() == "second\n"
