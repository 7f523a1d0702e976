"""Alarms and notices to a program of the operator's on this machine: the JSON document on its standard input.

No shell stands between: the words of the command go to the program as they are. Exit 0 is an answer; anything else, or
no end within its time, is tried again with the same bytes.
"""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile

from feedbot.delivery._channel import AlarmChannel, Answer, Outcome
from feedbot.messages import tr

TITLE = "Command"
TAKES = "alarm"
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """`command` is the program and its arguments; `seconds` is how long it may take."""

    command: tuple[str, ...]
    seconds: float = 30.0


def open_channel(settings: Settings) -> AlarmChannel:
    """Return a way to the program; each document is a process of its own."""
    return _Command(settings)


class _Command:
    """One process a document."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def tell(self, content: bytes) -> Answer:
        """Run the program; at the deadline it is ended with all that it started."""
        with TemporaryFile() as words, TemporaryFile() as given:
            given.write(content)
            given.seek(0)
            try:
                child = subprocess.Popen(
                    self._settings.command,
                    stdin=given,
                    stdout=subprocess.DEVNULL,
                    stderr=words,
                    start_new_session=True,
                )
            except (OSError, ValueError, IndexError) as error:
                return Answer(Outcome.DEFERRED, 0, str(error))
            try:
                code = child.wait(self._settings.seconds)
            except subprocess.TimeoutExpired:
                return Answer(Outcome.DEFERRED, 0, tr("no end within {seconds} s", seconds=self._settings.seconds))
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            if code == 0:
                return Answer(Outcome.ACCEPTED)
            words.seek(max(0, words.seek(0, os.SEEK_END) - _SHOWN))
            return Answer(Outcome.DEFERRED, code, words.read().decode("utf-8", "replace").strip())
