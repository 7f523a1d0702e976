"""The wire. Only here is a connection to a relay opened, and only here is a deadline kept.

smtplib opens a session (connect, EHLO, STARTTLS, EHLO, AUTH): a failure there says nothing about a message. Its own
sendmail says the same of a connection that breaks before the final dot and of one that breaks after it. That
difference is the whole of exactly-once, so what follows is _talk.py's, step by step.

Several connections stand side by side in one thread: each is at its own place of its own transaction, and `ready` says
which can go on. _relays.py drives them. Only while one is being made, which smtplib cannot do but at one go, a thread
is its own.

All of a transaction, a new connection included, ends by a time that the caller sets: its lease on the message. The
text is begun only with the whole span for its answer ahead.
"""

import io
import math
import os
import select
import smtplib
import socket
import ssl
import time
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from feedbot.delivery._channel import Answer, Outcome
from feedbot.delivery._model import Outgoing
from feedbot.delivery._talk import Cut, Ended, Say, Talk, line, stuffed, transaction

_LONGEST_REPLY = 2**16
_QUIT_SECONDS = 5.0
_RECORD = 2**14
"""Bytes in one write: a TLS record, which arrives whole or not at all."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A relay. `sender` is the envelope's; `helo` how we name ourselves (empty: the sender's domain); `ca_file` an
    authority of the operator's own; `connections` how many stand side by side at most. The spans are RFC 5321's
    (4.5.3.2), each for a whole command, not for a byte. Of several relays that of the lowest `order` is used; those of
    one order share the messages as their `weight` says."""

    host: str
    sender: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    helo: str = ""
    ca_file: str = ""
    connections: int = 1
    order: int = 0
    weight: int = 1
    connect_seconds: float = 30.0
    command_seconds: float = 300.0
    dot_seconds: float = 600.0

    @property
    def name(self) -> str:
        """How it is named to people, and kept: HOST:PORT."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Job:
    """One message to say: `content` is ready for DATA, and by `end`, on the monotonic clock, all must be over."""

    outgoing: Outgoing
    content: bytes
    end: float

    def is_late(self) -> bool:
        """Tell whether its time is over."""
        return time.monotonic() >= self.end


def job_of(outgoing: Outgoing, seconds: float) -> Job:
    """Return a message as it will be said, within `seconds` from now. Raises DeliveryError, permanent, where its bytes
    must not go on the wire."""
    return Job(outgoing, stuffed(outgoing), time.monotonic() + seconds)


def opened(settings: SmtpSettings, end: float) -> "Lane | Answer":
    """Open a connection up to AUTH, by `end` at the latest; a NO_SESSION answer where it cannot be had as required."""
    try:
        return Lane(_connected(settings, end), settings)
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error
        said = words if isinstance(words, bytes) else words.encode()
        return Answer(Outcome.NO_SESSION, error.smtp_code, line(said))
    except (OSError, ValueError) as error:  # a name that is none, a challenge that is not base64
        return Answer(Outcome.NO_SESSION, 0, line(str(error).encode()))


class Opening:
    """A connection that is being made, in a thread of its own: a relay that does not answer holds up no other. The bell
    rings when it is there, or is not to be had."""

    def __init__(self, settings: SmtpSettings, end: float, bell: "Bell") -> None:
        pool = ThreadPoolExecutor(1)
        self._made = pool.submit(opened, settings, end)
        self._made.add_done_callback(lambda _: bell.ring())
        pool.shutdown(wait=False)

    def found(self) -> "Lane | Answer | None":
        """Return what `opened` has; None where it is still at it."""
        return self._made.result() if self._made.done() else None

    def drop(self) -> None:
        """Let go of it, whatever comes of it."""
        self._made.add_done_callback(_hang_up)


def _hang_up(made: "Future[Lane | Answer]") -> None:
    if made.exception() is None and isinstance(lane := made.result(), Lane):
        lane.close(polite=False)


class Bell:
    """What another thread rings to end a wait."""

    def __init__(self) -> None:
        self._lock, self._closed = Lock(), False
        self.hears, self._rings = os.pipe()
        for one in (self.hears, self._rings):
            os.set_blocking(one, False)

    def ring(self) -> None:
        """End the wait of the other thread, or the next one that it begins. One that is gone does not ring."""
        with self._lock, suppress(BlockingIOError):  # it rings already
            if not self._closed:  # else its number may be another file's by now
                os.write(self._rings, b"!")

    def stop(self) -> None:
        """It has been heard."""
        with suppress(BlockingIOError):
            os.read(self.hears, 4096)

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._closed = True
            os.close(self.hears)
            os.close(self._rings)


def ready(lanes: "Collection[Lane]", bell: Bell, seconds: float = math.inf) -> "tuple[list[Lane], bool]":
    """Wait until one of these connections (there may be none) can go on or has waited too long, `seconds` at most: none
    then. Tell also whether the bell ended the wait."""
    wait = select.poll()
    wait.register(bell.hears, select.POLLIN)
    numbered = {lane.socket.fileno(): lane for lane in lanes}
    for number, lane in numbered.items():
        wait.register(number, lane.waits_for)
    left = min(seconds, min((lane.end for lane in lanes), default=math.inf) - time.monotonic())
    found = {number for number, _ in wait.poll(max(left, 0) * 1000 if left < math.inf else None)}
    if bell.hears in found:
        bell.stop()
    able = [lane for number, lane in numbered.items() if number in found]
    return able or [lane for lane in lanes if lane.end <= time.monotonic()], bell.hears in found


class Lane:
    """One connection, and where its transaction stands. `used`: it has stood idle before."""

    def __init__(self, wire: "_Wire", settings: SmtpSettings) -> None:
        assert wire.sock is not None
        self._wire, self._settings = wire, settings
        self._pipelining = wire.has_extn("pipelining")
        self._unread = b""
        self.socket: socket.socket = wire.sock
        self.socket.setblocking(False)
        self.used = False

    def start(self, job: Job) -> None:
        """Begin a transaction. The first bytes leave at once where they can."""
        settings = self._settings
        self.job = job
        self._talk: Talk = transaction(
            job.outgoing.sender or settings.sender,
            job.outgoing.recipient,
            job.content,
            pipelining=self._pipelining,
            command_seconds=settings.command_seconds,
            dot_seconds=settings.dot_seconds,
        )
        self._say(next(self._talk))
        with suppress(OSError):  # told when its answer is waited for
            self._write()

    def go_on(self) -> Ended | None:
        """Write and read as far as nothing has to be waited for. The end, where it is reached."""
        try:
            while True:
                if (reply := self._next_reply()) is None:
                    return None
                late = time.monotonic() >= self.end
                self._say(self._talk.send(reply))
                if self._unsaid and late:  # this process stood still: by now the message may be another's
                    raise TimeoutError("the answer took too long")
                if self._unsaid and self._unread:
                    raise OSError("an answer came before the question")
        except StopIteration as end:
            return self._ended(end)
        except OSError as error:
            return self._cut(error)

    def close(self, *, polite: bool) -> None:
        """End the connection."""
        if polite:
            with suppress(OSError):
                self.socket.setblocking(True)
                self._wire.seconds = _QUIT_SECONDS
                self._wire.quit()
        self._wire.close()

    def _say(self, say: Say) -> None:
        self._unsaid, self._written = memoryview(say.data), 0
        end = time.monotonic() + say.seconds
        if say.whole and end > self.job.end:
            raise TimeoutError("too little of its time is left")
        self.end = min(end, self.job.end)
        self.waits_for = select.POLLIN

    def _next_reply(self) -> tuple[int, bytes] | None:
        """Write what is to be said, then read one reply; None where the other side has to be waited for."""
        try:
            self._write()
            while (found := _reply(self._unread)) is None:
                if len(self._unread) > _LONGEST_REPLY:
                    raise OSError("the answer has no end")
                got = self.socket.recv(65536)
                if not got:
                    raise OSError("the connection was closed")
                self._unread += got
        except (BlockingIOError, ssl.SSLWantReadError):
            self._check_deadline()
            self.waits_for = select.POLLOUT if self._unsaid and not self._secure() else select.POLLIN
            return None
        except ssl.SSLWantWriteError:
            self._check_deadline()
            self.waits_for = select.POLLOUT
            return None
        code, words, self._unread = found
        return code, words

    def _write(self) -> None:
        while self._unsaid:
            self._check_deadline()  # a part may have left before this process stood still
            sent = self.socket.send(self._unsaid[:_RECORD])
            self._written += sent
            self._unsaid = self._unsaid[sent:]

    def _secure(self) -> bool:
        return isinstance(self.socket, ssl.SSLSocket)

    def _check_deadline(self) -> None:
        if time.monotonic() >= self.end:
            raise TimeoutError("the answer took too long")

    def _cut(self, error: OSError) -> Ended:
        try:
            self._talk.throw(Cut(str(error), self._written))
        except StopIteration as end:
            return self._ended(end)
        raise AssertionError("a transaction goes on after a cut")

    def _ended(self, end: StopIteration) -> Ended:
        ended: Ended = end.value
        return Ended(ended.answer, ended.usable and not self._unread)


def _reply(unread: bytes) -> tuple[int, bytes, bytes] | None:
    """Return code, words and what lies behind the first whole reply (RFC 5321, 4.2.1); None where it is not whole."""
    words, at = [], 0
    while (stop := unread.find(b"\n", at)) >= 0:
        one, at = unread[at:stop].strip(b" \t\r\n"), stop + 1
        words.append(one[4:].strip(b" \t"))
        if not one[:3].isdigit():
            return -1, b"\n".join(words), unread[at:]
        if one[3:4] != b"-":
            return int(one[:3]), b"\n".join(words), unread[at:]
    return None


def _connected(settings: SmtpSettings, end: float) -> "_Wire":
    """Open a session up to AUTH; raises OSError (smtplib's errors are such), or ValueError where what the other
    side says cannot be read, where it cannot be had as required."""
    helo = settings.helo or settings.sender.partition("@")[2]
    context = None if settings.security == "none" else ssl.create_default_context(cafile=settings.ca_file or None)
    wire: _Wire = (_TlsWire if settings.security == "tls" else _Wire)(settings, helo, end, context)
    try:
        assert wire.sock is not None
        # What is said next would else wait for the other side's delayed acknowledgement, 40 ms a message.
        wire.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            wire.starttls(context=context)
            wire.ehlo_or_helo_if_needed()
        if settings.username:
            wire.login(settings.username, settings.password)
    except (OSError, ValueError):
        wire.close()
        raise
    return wire


class _Wire(smtplib.SMTP):
    """smtplib with a deadline for each command and its whole answer: its own limit starts again with each byte. None
    goes on after `last`, on the monotonic clock."""

    def __init__(self, settings: SmtpSettings, helo: str, last: float, context: ssl.SSLContext | None) -> None:
        self.seconds, self._last, self._end = settings.command_seconds, last, 0.0
        timeout = min(settings.connect_seconds, last - time.monotonic())
        if timeout <= 0:
            raise TimeoutError("the answer took too long")
        self._open(settings, helo, timeout, context)

    def _open(self, settings: SmtpSettings, helo: str, timeout: float, context: ssl.SSLContext | None) -> None:
        super().__init__(settings.host, settings.port, helo, timeout=timeout)

    def allow(self, seconds: float) -> None:
        """Give what comes next this long."""
        self._end = min(time.monotonic() + seconds, self._last)
        if self.sock is not None:
            self.sock.settimeout(max(self._end - time.monotonic(), 0.001))

    def putcmd(self, cmd: str, args: str = "") -> None:
        self.allow(self.seconds)
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        # A reader a reply: nothing is sent before an answer is whole, so what is left over answers nothing of ours.
        if not self._end:
            self.allow(self.timeout)  # the greeting, which smtplib reads before anything can be set
        self.file = io.BufferedReader(_Reply(self))
        return super().getreply()

    def read_into(self, buffer: memoryview) -> int:
        """Receive until the deadline. Raises TimeoutError after it."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        assert self.sock is not None
        self.sock.settimeout(left)
        return self.sock.recv_into(buffer)


class _TlsWire(_Wire, smtplib.SMTP_SSL):
    """The same, in TLS from the first byte."""

    def _open(self, settings: SmtpSettings, helo: str, timeout: float, context: ssl.SSLContext | None) -> None:
        smtplib.SMTP_SSL.__init__(self, settings.host, settings.port, helo, timeout=timeout, context=context)


class _Reply(io.RawIOBase):
    """One reply, cut off where it has no end."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        self._left = _LONGEST_REPLY

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer; io gives this
        got = self._wire.read_into(buffer)
        self._left -= got
        if self._left < 0:
            raise OSError("the answer has no end")
        return got
