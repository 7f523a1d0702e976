"""Run gpgv: the one file that does. What it says is judged in status.py.

The status comes through a pipe of its own, because stderr mixes it with words an attacker writes (user ids). gpgv gets
an empty home, an empty environment, no terminal, and limits: a deadline, memory, no file it could grow, and a cap on
what it may say. It leads its own process group, and the whole group is killed at the end, whatever happened.
"""

import os
import resource
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from feedbot.signature._errors import GpgvError

DEADLINE = 10.0
MAX_STATUS = 1 << 18
"""An honest run says about 500 bytes; a notation of the largest size 64 KiB."""
_MEMORY = 512 << 20
_INSTALL = "install the package gpgv (apt-get install gpgv)"


def run(signature: bytes, text: bytes, keyring: bytes, *, deadline: float = DEADLINE) -> tuple[int, bytes]:
    """Check a detached signature over `text` with a binary keyring; return exit status and status lines.

    `deadline` is in seconds. Raises GpgvError when gpgv is missing, too slow, too talkative or killed.
    """
    program = shutil.which("gpgv")
    if program is None:
        raise GpgvError("", "gpgv is not installed", hint=_INSTALL)
    try:
        with TemporaryDirectory(prefix="feedbot-gpgv-", ignore_cleanup_errors=True) as folder:
            return _run_in(Path(folder), program, {"k.gpg": keyring, "s.sig": signature, "t.txt": text}, deadline)
    except OSError as error:
        raise GpgvError("", "gpgv cannot be run: {cause}", cause=error.strerror or error) from error


def _run_in(folder: Path, program: str, files: dict[str, bytes], deadline: float) -> tuple[int, bytes]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    home = folder / "home"
    home.mkdir(mode=0o700)
    keyring, signature, text = (str(folder / name) for name in files)
    reader, writer = os.pipe()
    try:
        command = [program, "--homedir", str(home), "--keyring", keyring, "--status-fd", str(writer)]
        child = _spawn([*command, "--", signature, text], writer, folder)
    except OSError:
        os.close(reader)
        raise
    finally:
        os.close(writer)
    try:
        return _converse(child, reader, time.monotonic() + deadline)
    finally:
        os.close(reader)


def _spawn(command: list[str], writer: int, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(writer,),
        env={"LC_ALL": "C"},
        cwd=folder,
        start_new_session=True,
    )


def _converse(child: subprocess.Popen[bytes], reader: int, until: float) -> tuple[int, bytes]:
    """Hear the child out, then end its group. Its number stays its group's as long as nobody has waited for it, so
    the killing comes first."""
    try:
        _limit(child.pid)
        said = _listen(reader, until)
        _await_end(child.pid, until)
    finally:
        os.killpg(child.pid, signal.SIGKILL)
        code = child.wait()
    if code < 0:
        raise GpgvError("", "gpgv was ended by signal {number}", number=-code)
    return code, said


def _limit(pid: int) -> None:
    """Set the limits after the start and not in preexec_fn, which may deadlock a process that has threads (the
    scheduler does). What they limit is the work on hostile input, and that has hardly begun."""
    for kind, amount in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.prlimit(pid, kind, (amount, amount))


def _listen(reader: int, until: float) -> bytes:
    """Collect the status until the pipe closes."""
    said = bytearray()
    while True:
        _await_ready(reader, until)
        piece = os.read(reader, 1 << 16)
        if not piece:
            return bytes(said)
        said += piece
        if len(said) > MAX_STATUS:
            raise GpgvError("", "gpgv said more than {limit} bytes", limit=MAX_STATUS)


def _await_end(pid: int, until: float) -> None:
    """Wait for the process to end, without taking its exit status."""
    handle = os.pidfd_open(pid)
    try:
        _await_ready(handle, until)
    finally:
        os.close(handle)


def _await_ready(descriptor: int, until: float) -> None:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    left = until - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise GpgvError("", "gpgv did not answer in time")
