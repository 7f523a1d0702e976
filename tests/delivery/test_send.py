"""One connection in one thread: what it writes, when it waits, and when its time is over, by a clock of the test's."""

import math
import select
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from feedbot.delivery import Answer, Outcome, _send
from feedbot.delivery._send import Bell, Job, Lane, SmtpSettings, job_of, opened, ready
from feedbot.delivery._talk import Ended
from tests.delivery.test_channel import OUTGOING
from tests.delivery.test_smtp import Relay, answer_of, only_answer, running, say, scripted, then

SETTINGS = SmtpSettings("relay.example", "notice@aozora.example", command_seconds=10, dot_seconds=60)
COMMANDS = (b"MAIL FROM:<notice@aozora.example>\r\n", b"RCPT TO:<ops@mihon.example>\r\n", b"DATA\r\n")
MESSAGE = OUTGOING.content + b".\r\n"
OPEN = (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")


class Clock:
    """A monotonic clock that stands until it is set."""

    now = 1000.0

    def monotonic(self) -> float:
        """Return seconds."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that the wire looks at."""
    made = Clock()
    monkeypatch.setattr(_send, "time", made)
    return made


class Wire:
    """What smtplib leaves behind after EHLO, on one end of a pair of sockets; the other end is the relay."""

    def __init__(self, *, pipelining: bool = False, lost: bool = False) -> None:
        self.sock, self.relay = socket.socketpair()
        self.relay.setblocking(False)
        self.seconds, self.ended, self._pipelining, self._lost = 300.0, [], pipelining, lost  # type: ignore[var-annotated]

    def has_extn(self, name: str) -> bool:
        """Tell what EHLO promised."""
        return self._pipelining and name == "pipelining"

    def quit(self) -> None:
        """Say goodbye, where the socket blocks."""
        self.ended.append(("quit", self.sock.getblocking(), self.seconds))
        if self._lost:
            raise OSError("gone")

    def close(self) -> None:
        """Close our end."""
        self.ended.append("close")
        self.sock.close()

    def heard(self) -> bytes:
        """Return what the relay has got."""
        with suppress(BlockingIOError):
            return self.relay.recv(2**20)
        return b""


Wires = Callable[..., Wire]


@pytest.fixture
def wires() -> Iterator[Wires]:
    """Make connections, and close both ends of each in the end."""
    made: list[Wire] = []

    def make(**how: bool) -> Wire:
        made.append(Wire(**how))
        return made[-1]

    yield make
    for one in made:
        one.sock.close()
        one.relay.close()


@pytest.fixture
def wire(wires: Wires) -> Wire:
    """A connection without PIPELINING."""
    return wires()


def begun(wire: Wire, end: float = math.inf, settings: SmtpSettings = SETTINGS, **more: Any) -> Lane:
    """Begin the message on this connection."""
    lane = Lane(wire, settings)  # type: ignore[arg-type]
    lane.start(Job(replace(OUTGOING, **more), OUTGOING.content, end))
    return lane


def at_data(wire: Wire, end: float = math.inf, settings: SmtpSettings = SETTINGS) -> Lane:
    """Bring it to where the message has been written."""
    lane = begun(wire, end, settings)
    for answer in OPEN:
        wire.relay.send(answer)
        assert lane.go_on() is None
    return lane


def test_it_is_said_step_by_step(wire: Wire, clock: Clock) -> None:
    """The first command leaves at once, each other one when the answer is whole, even where it comes in pieces."""
    lane = begun(wire)
    for command, answer in zip(COMMANDS, OPEN, strict=True):
        assert (wire.heard(), lane.go_on(), lane.waits_for) == (command, None, select.POLLIN)
        wire.relay.send(answer[:2])
        assert (lane.go_on(), wire.heard()) == (None, b"")
        wire.relay.send(answer[2:])
        assert lane.go_on() is None
    assert wire.heard() == MESSAGE
    wire.relay.send(b"250-2.0.0 queued\r\n250 as 1\r\n")
    assert lane.go_on() == Ended(Answer(Outcome.ACCEPTED, 250, "2.0.0 queued as 1"), usable=True)
    assert (lane.used, lane.socket.getblocking()) == (False, False)


def test_a_message_may_have_its_own_sender(wire: Wire, clock: Clock) -> None:
    """Its bounces name it."""
    begun(wire, sender="bounces+7@aozora.example")
    assert wire.heard() == b"MAIL FROM:<bounces+7@aozora.example>\r\n"


def test_with_pipelining_the_commands_leave_together(wires: Wires, clock: Clock) -> None:
    """And the message after the third answer."""
    wire = wires(pipelining=True)
    lane = begun(wire)
    assert wire.heard() == b"".join(COMMANDS)
    wire.relay.send(b"".join(OPEN))
    assert (lane.go_on(), wire.heard()) == (None, MESSAGE)


def test_a_relay_that_closes_or_says_too_much_is_cut(wire: Wire, wires: Wires, clock: Clock) -> None:
    """64 KiB without an end are waited for, a byte more is not."""
    lane = at_data(wire)
    wire.heard()
    wire.relay.setblocking(True)
    wire.relay.sendall(b"2" * 2**16)
    assert lane.go_on() is None
    wire.relay.sendall(b"2")
    assert lane.go_on() == Ended(Answer(Outcome.UNCERTAIN, 0, "the answer has no end"), usable=False)
    other = wires()
    lane = begun(other)
    other.heard()
    other.relay.close()
    assert lane.go_on() == Ended(Answer(Outcome.NO_SESSION, 0, "the connection was closed"), usable=False)


def test_an_answer_too_many_answers_nothing(wire: Wire, wires: Wires, clock: Clock) -> None:
    """Before the question the message is not said; behind the last answer the connection is not used again."""
    lane = begun(wire)
    wire.relay.send(b"250 ok\r\n250 ok\r\n")
    assert lane.go_on() == Ended(Answer(Outcome.DEFERRED, 0, "an answer came before the question"), usable=False)
    other = wires()
    lane = at_data(other)
    other.relay.send(b"250 queued\r\n2")
    assert lane.go_on() == Ended(Answer(Outcome.ACCEPTED, 250, "queued"), usable=False)


@pytest.mark.parametrize(("end", "over"), [(math.inf, 10.0), (1004.0, 4.0)])
def test_a_command_has_its_span_and_no_longer_than_the_lease(wire: Wire, clock: Clock, end: float, over: float) -> None:
    """To the moment; an answer in time begins the next span."""
    lane = begun(wire, end)
    assert lane.end == 1000 + over
    clock.now = 1000 + over - 0.5
    assert lane.go_on() is None
    clock.now = 1000 + over
    assert lane.go_on() == Ended(Answer(Outcome.NO_SESSION, 0, "the answer took too long"), usable=False)


def test_an_answer_in_time_begins_the_next_span(wire: Wire, clock: Clock) -> None:
    """The one to the dot is longer."""
    lane = begun(wire)
    for seconds, answer in zip((9, 9, 9), OPEN, strict=True):
        clock.now += seconds
        wire.relay.send(answer)
        assert lane.go_on() is None
    assert lane.end == clock.now + 60
    clock.now += 60
    assert lane.go_on() == Ended(Answer(Outcome.UNCERTAIN, 0, "the answer took too long"), usable=False)


@pytest.mark.parametrize(("left", "outcome"), [(60.0, None), (59.5, Outcome.DEFERRED)])
def test_the_text_is_begun_only_with_its_whole_span_ahead(
    wire: Wire, clock: Clock, left: float, outcome: Outcome | None
) -> None:
    """The lease would be over before the answer had to come."""
    lane = begun(wire, clock.now + left)
    for answer in OPEN:
        wire.relay.send(answer)
        ended = lane.go_on()
    assert ended == (outcome and Ended(Answer(outcome, 0, "too little of its time is left"), usable=False))
    assert (MESSAGE in wire.heard()) == (outcome is None)


def test_after_a_standstill_nothing_more_is_said(wire: Wire, wires: Wires, clock: Clock) -> None:
    """The answer came in time but is read late: by now the message may be another's. The last one still counts."""
    lane = begun(wire)
    wire.heard()
    wire.relay.send(OPEN[0])
    clock.now += 10
    assert lane.go_on() == Ended(Answer(Outcome.DEFERRED, 0, "the answer took too long"), usable=False)
    assert wire.heard() == b""
    other = wires()
    lane = at_data(other)
    other.relay.send(b"250 queued\r\n")
    clock.now += 100
    assert lane.go_on() == Ended(Answer(Outcome.ACCEPTED, 250, "queued"), usable=True)


def test_what_does_not_fit_waits_for_room(wire: Wire, clock: Clock) -> None:
    """A long text leaves piece by piece; a cut in it has not sent it, and no piece leaves after its time."""
    long = b"x" * 70 + b"\r\n"
    lane = Lane(wire, SETTINGS)  # type: ignore[arg-type]
    lane.start(Job(OUTGOING, long * 100_000, math.inf))
    for answer in OPEN:
        wire.relay.send(answer)
        assert lane.go_on() is None
    assert lane.waits_for == select.POLLOUT
    got = wire.heard()
    clock.now += 59
    assert lane.go_on() is None
    got += wire.heard()
    assert got.startswith(b"".join(COMMANDS) + long)
    assert len(got) > 2**16
    clock.now += 1
    assert lane.go_on() == Ended(Answer(Outcome.DEFERRED, 0, "the answer took too long"), usable=False)
    assert wire.heard() == b""


class Secure:
    """A socket in TLS, as far as it can be written to and read from."""

    def __init__(self, *happens: bytes | OSError) -> None:
        self.happens, self.sent = list(happens), []  # type: ignore[var-annotated]

    def send(self, data: memoryview) -> int:
        """Take it whole, and note how much."""
        self.sent.append(bytes(data))
        return len(data)

    def recv(self, size: int) -> bytes:
        """Give what comes next."""
        comes = self.happens.pop(0)
        if isinstance(comes, OSError):
            raise comes
        return comes


def test_tls_says_itself_what_it_waits_for(wire: Wire, clock: Clock) -> None:
    """It may have to write before it can be read; a record, which arrives whole or not at all, is one write."""
    lane = Lane(wire, SETTINGS)  # type: ignore[arg-type]
    lane.socket = secure = Secure(ssl.SSLWantWriteError(), ssl.SSLWantReadError(), *OPEN, b"250 queued\r\n")  # type: ignore[assignment]
    lane.start(Job(OUTGOING, b"y" * 40_000 + b"\r\n", math.inf))
    assert (lane.go_on(), lane.waits_for) == (None, select.POLLOUT)
    assert (lane.go_on(), lane.waits_for) == (None, select.POLLIN)
    assert lane.go_on() == Ended(Answer(Outcome.ACCEPTED, 250, "queued"), usable=True)
    assert [len(data) for data in secure.sent] == [*map(len, COMMANDS), 16384, 16384, 40_005 - 32768]
    for waits in (ssl.SSLWantWriteError(), ssl.SSLWantReadError()):
        lane.socket = Secure(waits)  # type: ignore[assignment]
        lane.start(Job(OUTGOING, OUTGOING.content, math.inf))
        clock.now += 10
        assert lane.go_on() == Ended(Answer(Outcome.NO_SESSION, 0, "the answer took too long"), usable=False)


def test_a_connection_that_breaks_at_the_first_byte_is_told_when_it_is_asked(wire: Wire, clock: Clock) -> None:
    """Beginning raises nothing: the answer of each message is had in one place."""
    wire.relay.close()
    assert begun(wire).go_on() == Ended(Answer(Outcome.NO_SESSION, 0, "[Errno 32] Broken pipe"), usable=False)


@pytest.fixture
def bell() -> Iterator[Bell]:
    """What another thread rings."""
    made = Bell()
    yield made
    made.close()


def test_those_that_can_go_on_are_found(wires: Wires, clock: Clock, bell: Bell) -> None:
    """One with an answer, else those whose time is over; none where the wait was shorter, or another thread ended it:
    once, however often it rang."""
    one, two = wires(), wires()
    first, second = begun(one, clock.now + 5), begun(two)
    assert ready([first, second], bell, 0) == ([], False)
    for _ in range(3):
        bell.ring()
    assert ready([first, second], bell) == ([], True)
    assert ready([first, second], bell, 0) == ([], False)
    one.relay.send(b"250 ok\r\n")
    assert ready([first, second], bell) == ([first], False)
    two.relay.send(b"250 ok\r\n")
    bell.ring()
    assert ready([first, second], bell) == ([first, second], True)
    one.sock.recv(99)
    two.sock.recv(99)
    clock.now += 5
    assert ready([first, second], bell) == ([first], False)


def test_it_waits_until_the_first_time_is_over_and_no_longer(
    wire: Wire, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In milliseconds, as poll counts; what is over is not waited for."""
    waited: list[float] = []
    clock = Clock()

    class Poll:
        def register(self, number: int, events: int) -> None:
            assert events == select.POLLIN

        def poll(self, milliseconds: float) -> list[tuple[int, int]]:
            waited.append(milliseconds)
            clock.now += milliseconds / 1000
            return []

    lane = begun(wire)
    lane.end = 1007.0
    monkeypatch.setattr(_send, "time", clock)
    monkeypatch.setattr(select, "poll", Poll)
    assert [ready([lane], bell, 3), ready([lane], bell), ready([lane], bell)] == [
        ([], False),
        ([lane], False),
        ([lane], False),
    ]
    assert waited == [3000, 4000, 0]


@pytest.mark.parametrize("lost", [False, True])
def test_a_polite_end_says_goodbye(wires: Wires, lost: bool) -> None:
    """Within five seconds, whether it is heard or not; another end says nothing. Both let go of the socket."""
    wire = wires(lost=lost)
    Lane(wire, SETTINGS).close(polite=True)  # type: ignore[arg-type]
    assert wire.ended == [("quit", True, 5.0), "close"]
    other = wires()
    Lane(other, SETTINGS).close(polite=False)  # type: ignore[arg-type]
    assert other.ended == ["close"]


@pytest.mark.parametrize(
    ("unread", "found"),
    [
        (b"", None),
        (b"250 ok", None),
        (b"250 ok\r\n", (250, b"ok", b"")),
        (b"250 \t ok \t\r\n", (250, b"ok", b"")),
        (b"250-a\r\n250-b\r\n", None),
        (b"250-a\r\n250-b\r\n250 c\r\nrest", (250, b"a\nb\nc", b"rest")),
        (b"250\r\n", (250, b"", b"")),
        (b"250 XaX\r\n", (250, b"XaX", b"")),
        (b"250\n", (250, b"", b"")),
        (b"250-a\nso long\r\nrest", (-1, b"a\nong", b"rest")),
        (b"25\r\n", (25, b"", b"")),
        (b"\nrest", (-1, b"", b"rest")),
        (b"\r\n", (-1, b"", b"")),
    ],
)
def test_a_reply_is_whole_at_its_last_line(unread: bytes, found: tuple[int, bytes, bytes] | None) -> None:
    """RFC 5321, 4.2.1: code and hyphen go on, code and blank end it; what is none has no code."""
    assert _send._reply(unread) == found


def test_what_is_not_configured_is_what_the_documentation_says() -> None:
    """Submission with STARTTLS over one connection, the spans of RFC 5321; a relay is named by host and port."""
    made = SmtpSettings("relay.example", "notice@aozora.example")
    assert (made.port, made.security, made.connections, made.order, made.weight) == (587, "starttls", 1, 0, 1)
    assert (made.connect_seconds, made.command_seconds, made.dot_seconds) == (30, 300, 600)
    assert (made.username, made.password, made.helo, made.ca_file) == ("", "", "", "")
    assert made.name == "relay.example:587"
    assert "secret" not in repr(replace(made, password="secret"))


def test_a_job_is_over_in_its_seconds(clock: Clock) -> None:
    """From now on."""
    job = job_of(OUTGOING, 7)
    assert (job.outgoing, job.content, job.end) == (OUTGOING, OUTGOING.content, 1007)
    clock.now = 1006.5
    assert not job.is_late()
    clock.now = 1007
    assert job.is_late()


@pytest.mark.parametrize(("helo", "name"), [("", b"aozora.example"), ("mx.aozora.example", b"mx.aozora.example")])
def test_we_name_ourselves(helo: str, name: bytes) -> None:
    """As configured, else by the sender's domain."""
    said: list[bytes] = []
    greeted = then(say(b"220 hi\r\n"), lambda _, lines: said.append(lines.readline()))
    with scripted(greeted) as settings:
        only_answer(replace(settings, helo=helo))
    assert said == [b"ehlo " + name + b"\r\n"]


def test_a_connection_waits_for_no_acknowledgement() -> None:
    """40 ms a message else."""
    with running(Relay()) as settings:
        lane = opened(settings, math.inf)
        assert isinstance(lane, Lane)
        assert lane.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        lane.close(polite=True)


def test_a_long_message_arrives_whole() -> None:
    """Many writes, one message."""
    relay, content = Relay(), b"Subject: s\r\n\r\n" + b"0123456789\r\n.\r\n" * 20_000
    assert [answer.outcome for answer in answer_of(relay, replace(OUTGOING, content=content))] == [Outcome.ACCEPTED]
    assert relay.got[0].content == content


def test_tls_that_must_read_before_it_writes_waits_for_reading(
    wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although something is left to be said; without TLS that waits for room."""

    class Stuck(Secure):
        def send(self, data: memoryview) -> int:
            raise ssl.SSLWantReadError

    lane = Lane(wire, SETTINGS)  # type: ignore[arg-type]
    lane.socket = Stuck()  # type: ignore[assignment]
    lane.start(Job(OUTGOING, OUTGOING.content, math.inf))
    assert (lane.go_on(), lane.waits_for) == (None, select.POLLOUT)
    monkeypatch.setattr(ssl, "SSLSocket", Secure)
    assert (lane.go_on(), lane.waits_for) == (None, select.POLLIN)


@pytest.mark.parametrize(("left", "timeout"), [(5.0, [5.0]), (100.0, [30.0]), (0.0, []), (-1.0, [])])
def test_a_connection_is_made_within_what_is_left(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, left: float, timeout: list[float]
) -> None:
    """30 seconds at most; none is begun where nothing is left."""
    asked: list[float] = []

    def refuse(wire: Any, settings: SmtpSettings, helo: str, seconds: float, context: Any) -> None:
        asked.append(seconds)
        raise OSError("refused")

    monkeypatch.setattr(_send._Wire, "_open", refuse)
    answer = opened(replace(SETTINGS, security="none"), clock.now + left)
    assert answer == Answer(Outcome.NO_SESSION, 0, "refused" if timeout else "the answer took too long")
    assert asked == timeout


def test_a_command_of_smtplib_has_its_span_too(clock: Clock) -> None:
    """No longer than the lease; a millisecond where that is over, since none at all would be no limit."""
    limits: list[float] = []

    class Limited:
        def settimeout(self, seconds: float) -> None:
            limits.append(seconds)

    wire = object.__new__(_send._Wire)
    wire.sock, wire._last = None, 1007.0
    wire.allow(5)
    wire.sock = Limited()  # type: ignore[assignment]
    wire.allow(5)
    wire.allow(50)
    clock.now = 1008
    wire.allow(5)
    wire.sock = None
    assert limits == [5, 7, 0.001]


def test_a_reply_of_64_kib_is_read_and_no_more() -> None:
    """smtplib's own limit is on a line."""

    class Trickle:
        def read_into(self, buffer: memoryview) -> int:
            return len(buffer)

    reply = _send._Reply(Trickle())  # type: ignore[arg-type]
    assert reply.readinto(memoryview(bytearray(2**16))) == 2**16
    with pytest.raises(OSError, match="no end"):
        reply.readinto(memoryview(bytearray(1)))


def test_goodbye_is_one_word() -> None:
    """What else stood there would be an error to the relay."""
    said: list[bytes] = []
    greeted = then(say(b"220 hi\r\n", b"250 hi\r\n"), lambda _, lines: said.append(lines.readline()))
    with scripted(greeted) as settings:
        lane = opened(settings, math.inf)
        assert isinstance(lane, Lane)
        lane.close(polite=True)
    assert said == [b"quit\r\n"]


@pytest.mark.parametrize(("written", "outcome"), [(0, Outcome.DEFERRED), (1, Outcome.UNCERTAIN)])
def test_a_cut_counts_what_has_been_written(wire: Wire, clock: Clock, written: int, outcome: Outcome) -> None:
    """The message and not a byte of its end; the message and one."""

    class Short(Secure):
        def send(self, data: memoryview) -> int:
            if bytes(data) == MESSAGE[-len(data) :] and len(data) <= 3:
                raise OSError("gone")
            return len(OUTGOING.content) + written if bytes(data) == MESSAGE else len(data)

    lane = Lane(wire, SETTINGS)  # type: ignore[arg-type]
    lane.socket = Short(*OPEN)  # type: ignore[assignment]
    lane.start(Job(OUTGOING, OUTGOING.content, math.inf))
    assert lane.go_on() == Ended(Answer(outcome, 0, "gone"), usable=False)
