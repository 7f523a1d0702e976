"""The wire. Only here is SMTP spoken.

smtplib's own sendmail says the same of a connection that breaks before the final dot and of one that breaks after it.
That difference is the whole of exactly-once, so the transaction is driven step by step:

    connect, EHLO, STARTTLS, EHLO, AUTH, MAIL   a failure says nothing about the message   NO_SESSION
    RCPT, DATA, the message                     a failure: it has not been sent            DEFERRED or REFUSED
    the final dot, its answer                   no answer: it may have been                UNCERTAIN
"""

import io
import re
import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from feedbot.delivery._channel import Answer, Outcome
from feedbot.delivery._model import Outgoing
from feedbot.errors import DeliveryError

_LONGEST_REPLY = 2**16
_QUIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The relay. `sender` is the envelope's; `helo` how we name ourselves (empty: the sender's domain); `ca_file` an
    authority of the operator's own. The spans are RFC 5321's (4.5.3.2), each for a whole command, not for a byte."""

    host: str
    sender: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    helo: str = ""
    ca_file: str = ""
    connect_seconds: float = 30.0
    command_seconds: float = 300.0
    dot_seconds: float = 600.0


class SmtpSession:
    """A MailChannel that keeps its connection between messages: one message, one recipient a transaction."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._wire: _Wire | None = None

    def send(self, outgoing: Outgoing) -> Answer:
        """Send one message. Raises DeliveryError, permanent, where its bytes must not go on the wire."""
        content = _stuffed(outgoing)
        if self._wire is not None and self._begin(self._wire) is None:
            return self._transact(self._wire, outgoing.recipient, content)
        # Nothing open, or it died while idle: before RCPT nothing has been said, so a fresh connection is safe.
        try:
            self._wire = self._connected()
        except (OSError, UnicodeError) as error:
            return self._cut(Outcome.NO_SESSION, error)
        return self._begin(self._wire) or self._transact(self._wire, outgoing.recipient, content)

    def close(self) -> None:
        """End the session politely, but without waiting for politeness."""
        if self._wire is not None:
            self._wire.seconds = _QUIT_SECONDS
            with suppress(OSError):
                self._wire.quit()
            self._drop()

    def _connected(self) -> "_Wire":
        """Open a session up to AUTH; raises OSError (smtplib's errors are such) where it cannot be had as required."""
        settings = self._settings
        helo = settings.helo or settings.sender.partition("@")[2]
        if settings.security == "tls":
            wire: _Wire = _TlsWire(
                settings.host, settings.port, helo, timeout=settings.connect_seconds, context=self._tls()
            )
        else:
            wire = _Wire(settings.host, settings.port, helo, timeout=settings.connect_seconds)
        wire.seconds = settings.command_seconds
        try:
            wire.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                wire.starttls(context=self._tls())
                wire.ehlo_or_helo_if_needed()
            if settings.username:
                wire.login(settings.username, settings.password)
        except OSError:
            wire.close()
            raise
        return wire

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file or None)

    def _begin(self, wire: "_Wire") -> Answer | None:
        """Say MAIL; None when the relay takes us as sender. A refusal here would hold for every message alike."""
        try:
            code, words = wire.mail(self._settings.sender)
        except OSError as error:
            return self._cut(Outcome.NO_SESSION, error)
        if code == 250:
            return None
        self._drop()
        return Answer(Outcome.NO_SESSION, code, _line(words))

    def _transact(self, wire: "_Wire", recipient: str, content: bytes) -> Answer:
        """Say RCPT and DATA, and send everything but the final dot."""
        try:
            code, words = wire.rcpt(recipient)
            if code in (250, 251):
                code, words = wire.docmd("DATA")
                if code == 354:
                    wire.allow(self._settings.dot_seconds)
                    wire.send(content)
                    return self._finish(wire)
        except OSError as error:
            return self._cut(Outcome.DEFERRED, error)
        self._reset(wire)
        return Answer(_outcome(code, unclear=Outcome.DEFERRED), code, _line(words))

    def _reset(self, wire: "_Wire") -> None:
        """Make the connection fit for the next message, or let it go; the answer to this one stands either way."""
        try:
            usable = wire.rset()[0] == 250
        except OSError:
            usable = False
        if not usable:
            self._drop()

    def _finish(self, wire: "_Wire") -> Answer:
        """Send the final dot. From its first byte on, whatever is not a clear answer is UNCERTAIN."""
        try:
            wire.allow(self._settings.dot_seconds)
            wire.send(b".\r\n")
            code, words = wire.getreply()
        except OSError as error:
            return self._cut(Outcome.UNCERTAIN, error)
        outcome = _outcome(code, unclear=Outcome.UNCERTAIN)
        if outcome is Outcome.UNCERTAIN or code == 421:
            self._drop()
        return Answer(outcome, code, _line(words))

    def _cut(self, outcome: Outcome, error: OSError | UnicodeError) -> Answer:
        self._drop()
        if isinstance(error, smtplib.SMTPResponseException):
            words = error.smtp_error
            return Answer(outcome, error.smtp_code, _line(words if isinstance(words, bytes) else words.encode()))
        return Answer(outcome, 0, _line(str(error).encode()))

    def _drop(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None


class _Wire(smtplib.SMTP):
    """smtplib with a deadline for each command and its whole answer: its own limit starts again with each byte."""

    seconds = 0.0
    _end = 0.0

    def allow(self, seconds: float) -> None:
        """Give what comes next this long."""
        self._end = time.monotonic() + seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)

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


def _stuffed(outgoing: Outgoing) -> bytes:
    """Check what goes on the wire, and return the content ready for DATA: dots doubled (RFC 5321, 4.5.2).

    A bare CR or LF is refused: relays disagree whether LF . CRLF ends a message (SMTP smuggling).
    """
    content = outgoing.content
    if not re.fullmatch(r"[!-;=?-~]+@[!-;=?-~]+", outgoing.recipient):
        raise DeliveryError(
            outgoing.key, "not one plain mail address: {value}", permanent=True, value=ascii(outgoing.recipient)
        )
    if re.search(rb"\r(?!\n)|(?<!\r)\n", content) or not content.endswith(b"\r\n"):
        raise DeliveryError(outgoing.key, "a line of the message does not end in CR LF", permanent=True)
    return re.sub(rb"(?m)^\.", b"..", content)


def _outcome(code: int, *, unclear: Outcome) -> Outcome:
    if 200 <= code < 300:
        return Outcome.ACCEPTED if unclear is Outcome.UNCERTAIN else unclear
    if 400 <= code < 500:
        return Outcome.DEFERRED
    return Outcome.REFUSED if 500 <= code < 600 else unclear


def _line(words: bytes) -> str:
    """Return the other side's words on one line, fit for a log: they are his, not ours."""
    text = " ".join(words.decode("utf-8", "replace").split())[:500]
    return "".join(character if character.isprintable() else "?" for character in text)
