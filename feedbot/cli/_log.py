"""The program's log: lines on standard error, as standard output holds results.

A line that cannot be written (the disk is full, the reader has left) is lost: a mail that was accepted must still be
noted as sent where nobody can be told.
"""

import sys
from contextlib import suppress
from threading import Lock

import structlog

_ONE_AT_A_TIME = Lock()


class _StandardError:
    def msg(self, line: str) -> None:
        """Write a line. Never raises."""
        if sys.stderr is None:  # a process that was started without one
            return
        with _ONE_AT_A_TIME, suppress(OSError, ValueError):  # ValueError: the stream was closed
            print(line, file=sys.stderr, flush=True)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def to_standard_error() -> None:
    """Send what is logged from now on to standard error, unless the process has said where its log goes."""
    if not structlog.is_configured():
        structlog.configure(logger_factory=lambda *_: _StandardError())
