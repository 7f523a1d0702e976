"""A program of the operator's: its words as they are, its output within a time and a size, nothing left of it."""

import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from feedbot.errors import FetchError
from feedbot.fetch.command import output_of

PATIENT = timedelta(seconds=30)


def python(code: str, *words: str) -> list[str]:
    """Make a command."""
    return [sys.executable, "-c", code, *words]


def test_its_words_are_no_shell_s() -> None:
    """What a shell would take apart arrives as one word."""
    word = "$(id); `id` 'a b' > x"
    code = "import sys; sys.stdout.write(sys.argv[1])"
    assert output_of(python(code, word), "web01", PATIENT, 1000) == word.encode()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/nowhere/no-such-program", "x"], "cannot run"),
        (python("print()", "a\0b"), "cannot run"),
        (python("import sys; sys.stderr.write('no route\\nto host'); sys.exit(255)"), "255: no route / to host"),
        (python("import os, signal; os.kill(os.getpid(), signal.SIGTERM)"), "ended with -15"),
        (python("import sys; sys.stdout.write('x' * 2000)"), "more than 1000 bytes"),
    ],
)
def test_what_is_no_answer(command: list[str], reason: str) -> None:
    """A program that is missing, fails, is killed or says too much is told as such."""
    with pytest.raises(FetchError, match=reason) as told:
        output_of(command, "web01", PATIENT, 1000)
    assert told.value.subject == "web01"


def test_a_flood_of_complaints_does_not_hold_it_up() -> None:
    """What goes to stderr is read and forgotten beyond its beginning."""
    code = "import sys; sys.stderr.write('x' * 1_000_000); print('done')"
    assert output_of(python(code), "web01", PATIENT, 1000) == b"done\n"


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    """After the deadline nothing of it runs on, also what it started."""
    code = f"""
import pathlib, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(child.pid))
print("half", flush=True)
child.wait()
"""
    with pytest.raises(FetchError, match="no whole answer within"):
        output_of(python(code), "web01", timedelta(seconds=2), 1000)
    written = tmp_path / "pid"
    if written.exists():  # else it was ended before it came so far
        stat = Path(f"/proc/{written.read_text()}/stat")
        for _ in range(600):  # a signal is on its way for a moment
            if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in "ZX":
                return
            time.sleep(0.05)
        pytest.fail("what it started runs on")


def test_a_program_that_ends_while_its_child_holds_the_pipe() -> None:
    """The answer is whole only when nobody can write to it any more; a child that stays is ended with the group."""
    code = "import os, time; os.fork() or time.sleep(600); print('x')"
    with pytest.raises(FetchError, match="no whole answer"):
        output_of(python(code), "web01", timedelta(seconds=1), 1000)
