"""What a program of the operator's prints: run without a shell, within a time, up to a size."""

import os
import selectors
import signal
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from threading import Timer

from feedbot.errors import FetchError

_PIECE = 1 << 16
_TOLD = 400
"""Characters of what a program complains that are told."""
_LOOK = 0.5
"""Seconds after which it is looked whether the time is up, where a process that left the group holds a pipe open."""


def output_of(command: Sequence[str], subject: str, deadline: timedelta, limit: int) -> bytes:
    """Return what `command` prints. Its words go to the program as they are; its stdin is empty.

    Raises FetchError, naming `subject`, where it cannot be started, takes longer than `deadline`, prints more than
    `limit` bytes or ends with another code than 0. Then, and after it, no process of its group is left.
    """
    try:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise FetchError(subject, "cannot run {program}: {why}", permanent=True, program=command[0], why=why) from error
    timer = Timer(deadline.total_seconds(), _end, [child.pid])
    timer.start()
    try:
        said, complaint = _listen(child, subject, timer, limit)
        # Not reaped yet, so its number is its own until the timer can no longer use it.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        late = not timer.is_alive()
    finally:
        timer.cancel()
        timer.join()
        _end(child.pid)
        code = child.wait()
        for pipe in (child.stdout, child.stderr):
            if pipe:
                pipe.close()
    if late:
        raise _late(subject, deadline)
    if code:
        hint = complaint.decode("utf-8", "replace").strip().replace("\n", " / ")[:_TOLD]
        raise FetchError(
            subject, "{program} ended with {code}: {words}", permanent=False, program=command[0], code=code, words=hint
        )
    return said


def _listen(child: "subprocess.Popen[bytes]", subject: str, timer: Timer, limit: int) -> tuple[bytes, bytes]:
    """Return what comes on both pipes until they close or the time is up; of complaints the first piece."""
    said, complaint = bytearray(), bytearray()
    assert child.stdout is not None
    assert child.stderr is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(child.stdout, selectors.EVENT_READ, said)
        waiting.register(child.stderr, selectors.EVENT_READ, complaint)
        while waiting.get_map() and timer.is_alive():
            for key, _ in waiting.select(_LOOK):
                piece = os.read(key.fd, _PIECE)
                if not piece:
                    waiting.unregister(key.fileobj)
                elif key.data is said or len(complaint) < _PIECE:
                    key.data.extend(piece)
            if len(said) > limit:
                raise FetchError(subject, "it printed more than {limit} bytes", permanent=False, limit=limit)
    return bytes(said), bytes(complaint)


def _late(subject: str, deadline: timedelta) -> FetchError:
    seconds = int(deadline.total_seconds())
    return FetchError(subject, "no whole answer within {seconds} seconds", permanent=False, seconds=seconds)


def _end(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
