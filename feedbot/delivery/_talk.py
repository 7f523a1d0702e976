"""What is said in one SMTP transaction, without a socket or a clock: a generator that says, and is told the replies.

    MAIL, RCPT, DATA     a failure at MAIL says nothing about the message             NO_SESSION
                         a failure at RCPT or DATA: it has not been sent              DEFERRED or REFUSED
    the message          a cut before the last byte of it: it has not been sent       DEFERRED
    the final dot        no clear answer: it may have been                            UNCERTAIN

Where the relay offers PIPELINING (RFC 2920) the three commands go in one write: two waits a message instead of four.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass

from feedbot.delivery._channel import Answer, Outcome
from feedbot.delivery._model import Outgoing
from feedbot.errors import DeliveryError

_DOT = b".\r\n"


@dataclass(frozen=True, slots=True)
class Say:
    """Bytes to write (none: only wait), and then one reply to read, within `seconds`; where `whole`, begun only with
    all of these ahead."""

    data: bytes
    seconds: float
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """How a transaction ended, and whether the connection is fit for another."""

    answer: Answer
    usable: bool


class Cut(Exception):  # noqa: N818 - what happens on a wire, never seen outside delivery
    """The connection broke, or its deadline passed, `written` bytes of what was said having left."""

    def __init__(self, words: str, written: int = 0) -> None:
        super().__init__(words)
        self.written = written


Reply = tuple[int, bytes]
Talk = Generator[Say, Reply, Ended]


def transaction(
    sender: str, recipient: str, content: bytes, *, pipelining: bool, command_seconds: float, dot_seconds: float
) -> Talk:
    """Say one message, its dots doubled already. Cut is thrown in where the driver meets one."""
    commands = [f"MAIL FROM:<{sender}>\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n"]
    first = "".join(commands) if pipelining else commands[0]
    try:
        code, words = yield Say(first.encode("ascii"), command_seconds)
    except Cut as cut:
        return _cut(Outcome.NO_SESSION, cut)
    if code != 250:
        return Ended(Answer(Outcome.NO_SESSION, code, line(words)), usable=False)
    try:
        code, words = yield Say(b"" if pipelining else commands[1].encode("ascii"), command_seconds)
        refused = code not in (250, 251)
        if pipelining or not refused:
            said, more = yield Say(b"" if pipelining else b"DATA\r\n", command_seconds)
            if refused and said == 354:  # it would take a message for nobody: leave
                return Ended(_unsent(code, words), usable=False)
            code, words = (code, words) if refused else (said, more)
    except Cut as cut:
        return _cut(Outcome.DEFERRED, cut)
    if refused or code != 354:
        return Ended(_unsent(code, words), usable=(yield from _reset(command_seconds)))
    return (yield from _message(content, dot_seconds))


def _message(content: bytes, seconds: float) -> Talk:
    """Say the message and its end in one. From the dot on, whatever is not a clear answer is UNCERTAIN."""
    try:
        code, words = yield Say(content + _DOT, seconds, whole=True)
    except Cut as cut:
        return _cut(Outcome.DEFERRED if cut.written <= len(content) else Outcome.UNCERTAIN, cut)
    outcome = _outcome(code, unclear=Outcome.UNCERTAIN)
    usable = outcome is not Outcome.UNCERTAIN and code != 421
    return Ended(Answer(outcome, code, line(words)), usable)


def _reset(seconds: float) -> Generator[Say, Reply, bool]:
    """Make the connection fit for the next message; the answer to this one stands either way."""
    try:
        code, _ = yield Say(b"RSET\r\n", seconds)
    except Cut:
        return False
    return code == 250


def _unsent(code: int, words: bytes) -> Answer:
    return Answer(_outcome(code, unclear=Outcome.DEFERRED), code, line(words))


def _cut(outcome: Outcome, cut: Cut) -> Ended:
    return Ended(Answer(outcome, 0, line(str(cut).encode())), usable=False)


def stuffed(outgoing: Outgoing) -> bytes:
    """Check what goes on the wire, and return the content ready for DATA: dots doubled (RFC 5321, 4.5.2).

    A bare CR or LF is refused: relays disagree whether LF . CRLF ends a message (SMTP smuggling).
    """
    content = outgoing.content
    if not re.fullmatch(r"[!-;=?-~]+@[!-;=?-~]+", outgoing.recipient):
        raise DeliveryError(
            outgoing.key, "not one plain mail address: {value}", permanent=True, value=ascii(outgoing.recipient)
        )
    ends = content.count(b"\r\n")
    if content.count(b"\r") != ends or content.count(b"\n") != ends or not content.endswith(b"\r\n"):
        raise DeliveryError(outgoing.key, "a line of the message does not end in CR LF", permanent=True)
    whole = content.replace(b"\r\n.", b"\r\n..")
    return b"." + whole if whole.startswith(b".") else whole


def _outcome(code: int, *, unclear: Outcome) -> Outcome:
    if 200 <= code < 300:
        return Outcome.ACCEPTED if unclear is Outcome.UNCERTAIN else unclear
    if 400 <= code < 500:
        return Outcome.DEFERRED
    return Outcome.REFUSED if 500 <= code < 600 else unclear


def line(words: bytes) -> str:
    """Return the other side's words on one line, fit for a log: they are his, not ours."""
    text = " ".join(words.decode("utf-8", "replace").split())[:500]
    return "".join(character if character.isprintable() else "?" for character in text)
