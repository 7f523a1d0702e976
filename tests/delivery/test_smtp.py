"""Real SMTP sessions: a server that answers as told, and raw sockets where the connection must break."""

import smtplib
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from feedbot.delivery import Answer, Outcome, Outgoing
from feedbot.delivery._relays import SmtpSession
from feedbot.delivery._send import SmtpSettings
from feedbot.delivery.smtp import open_channel
from feedbot.errors import ConfigError, DeliveryError
from tests.conftest import need_program

CONTENT = b"Subject: s\r\n\r\nfirst\r\n.\r\n..two\r\n.last\r\n"
OUTGOING = Outgoing("N-1/1/C/smtp", 1, "smtp", "C", "ops@mihon.example", "<m@a.example>", CONTENT)


class Relay:
    """A server that notes what it gets, and answers what a test tells it to."""

    def __init__(self, rcpt: str = "250 ok", data: str = "250 queued as 1", mail: str = "250 ok") -> None:
        self.answers = {"rcpt": rcpt, "data": data, "mail": mail}
        self.got: list[Envelope] = []
        self.peers: set[object] = set()
        self.tls = False

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer MAIL."""
        envelope.mail_from = address
        return self.answers["mail"]

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer RCPT."""
        if self.answers["rcpt"].startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answers["rcpt"]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Note the message, and answer or cut."""
        self.got.append(envelope)
        self.peers.add(session.peer)
        self.tls = session.ssl is not None
        if self.answers["data"] == "cut" and server.transport is not None:
            server.transport.abort()
        return self.answers["data"]


@contextmanager
def running(relay: Relay, **more: Any) -> Iterator[SmtpSettings]:
    """Run the relay; yields the settings that reach it without TLS."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(relay, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield SmtpSettings("127.0.0.1", "notice@aozora.example", port, security="none", command_seconds=5)
    finally:
        controller.stop()


def answer_of(relay: Relay, *outgoing: Outgoing) -> list[Answer]:
    """Send these through one session, and return the answers."""
    with running(relay) as settings:
        channel = open_channel(settings)
        answers = [channel.send(one) for one in outgoing or (OUTGOING,)]
        channel.close()
    return answers


def test_an_accepted_message_arrives_byte_for_byte() -> None:
    """Lines that are or begin with dots come through; envelope and words are right."""
    relay = Relay()
    assert answer_of(relay) == [Answer(Outcome.ACCEPTED, 250, "queued as 1")]
    (envelope,) = relay.got
    assert envelope.content == CONTENT
    assert (envelope.mail_from, envelope.rcpt_tos) == ("notice@aozora.example", ["ops@mihon.example"])


def test_a_connection_is_kept_between_messages() -> None:
    """Three messages, three transactions, one connection."""
    relay = Relay()
    answers = answer_of(relay, *(replace(OUTGOING, recipient=f"{name}@mihon.example") for name in "abc"))
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 3
    assert [envelope.rcpt_tos for envelope in relay.got] == [[f"{name}@mihon.example"] for name in "abc"]
    assert len(relay.peers) == 1


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"rcpt": "450 4.2.1 try later"}, Answer(Outcome.DEFERRED, 450, "4.2.1 try later")),
        ({"rcpt": "550 5.1.1 no such user"}, Answer(Outcome.REFUSED, 550, "5.1.1 no such user")),
        ({"data": "451 4.3.0 try later"}, Answer(Outcome.DEFERRED, 451, "4.3.0 try later")),
        ({"data": "554 5.7.1 spam"}, Answer(Outcome.REFUSED, 554, "5.7.1 spam")),
        ({"mail": "550 5.7.1 sender"}, Answer(Outcome.NO_SESSION, 550, "5.7.1 sender")),
        ({"mail": "421 closing"}, Answer(Outcome.NO_SESSION, 421, "closing")),
        ({"rcpt": "421 closing"}, Answer(Outcome.DEFERRED, 421, "closing")),
        ({"data": "300 what"}, Answer(Outcome.UNCERTAIN, 300, "what")),
    ],
)
def test_each_class_of_answer(answers: dict[str, str], expected: Answer) -> None:
    """4xx defers and 5xx refuses this message; a refusal of the sender says nothing about it."""
    relay = Relay(**answers)
    assert answer_of(relay) == [expected]


def test_one_refused_of_three_leaves_the_others_alone() -> None:
    """After a 550 the same connection goes on."""

    class Choosy(Relay):
        async def handle_RCPT(  # noqa: N802
            self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
        ) -> str:
            if address.startswith("b"):
                return "550 no"
            return await super().handle_RCPT(server, session, envelope, address, options)

    relay = Choosy()
    answers = answer_of(relay, *(replace(OUTGOING, recipient=f"{name}@mihon.example") for name in "abc"))
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]
    assert len(relay.peers) == 1


def test_a_cut_after_the_dot_is_uncertain() -> None:
    """The relay has the message and said nothing: nobody may send it again unasked."""
    relay = Relay(data="cut")
    (answer,) = answer_of(relay)
    assert (answer.outcome, answer.code) == (Outcome.UNCERTAIN, 0)
    assert len(relay.got) == 1


def test_after_an_uncertain_message_the_next_gets_a_connection_of_its_own() -> None:
    """A broken connection is not used again."""
    relay = Relay(data="cut")
    answers = answer_of(relay, OUTGOING, OUTGOING)
    assert [answer.outcome for answer in answers] == [Outcome.UNCERTAIN] * 2
    assert len(relay.peers) == 2


@contextmanager
def scripted(*scripts: Callable[[socket.socket, Any], None]) -> Iterator[SmtpSettings]:
    """A raw server whose n-th connection follows the n-th script (socket, file of its lines)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for script in scripts:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, connection.makefile("rb") as lines:
                    try:
                        script(connection, lines)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        yield SmtpSettings(
            "127.0.0.1",
            "notice@aozora.example",
            port,
            security="none",
            connect_seconds=2,
            command_seconds=1,
            dot_seconds=1,
        )
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def until_left(connection: socket.socket, lines: Any) -> None:
    """Say nothing until the client has gone, which it must."""
    connection.settimeout(30)
    lines.read()


def say(*answers: bytes) -> Callable[[socket.socket, Any], None]:
    """Say the first answer, and each other one after a line of the client."""

    def script(connection: socket.socket, lines: Any) -> None:
        connection.sendall(answers[0])
        for answer in answers[1:]:
            lines.readline()
            connection.sendall(answer)

    return script


def then(first: Callable[[socket.socket, Any], None], second: Callable[[socket.socket, Any], None]) -> Any:
    """One script after the other on the same connection."""

    def script(connection: socket.socket, lines: Any) -> None:
        first(connection, lines)
        second(connection, lines)

    return script


def reset(connection: socket.socket, lines: Any) -> None:
    """Break the connection at once, without a goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def read_all(connection: socket.socket, lines: Any) -> None:
    """Take the message to its final dot."""
    while lines.readline() not in (b".\r\n", b""):
        pass


OPEN = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")


def only_answer(settings: SmtpSettings, outgoing: Outgoing = OUTGOING) -> Answer:
    """Send one message."""
    session = SmtpSession(settings)
    answer = session.send(outgoing)
    session.close()
    return answer


def test_a_cut_before_the_dot_is_deferred() -> None:
    """A message larger than the buffers between us, and a reset in the middle of it: it has not been sent."""
    large = replace(OUTGOING, content=b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 200_000)
    with scripted(then(say(*OPEN), reset)) as settings:
        assert only_answer(settings, large).outcome is Outcome.DEFERRED


@pytest.mark.parametrize("before", [3, 4])
def test_a_cut_at_rcpt_or_data_is_deferred(before: int) -> None:
    """The connection ends where RCPT or DATA should be answered."""
    with scripted(say(*OPEN[:before])) as settings:
        assert only_answer(settings).outcome is Outcome.DEFERRED


@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_cut_before_the_message_was_named_is_no_session(before: int) -> None:
    """No greeting, no EHLO, no MAIL: nothing has been said about this message."""
    with scripted(say(*OPEN[:before], b"") if before == 0 else say(*OPEN[:before])) as settings:
        assert only_answer(settings).outcome is Outcome.NO_SESSION


def test_silence_after_the_dot_is_uncertain_at_the_deadline() -> None:
    """The dot has its own, longer span; then it is over."""
    with scripted(then(say(*OPEN), then(read_all, until_left))) as settings:
        assert only_answer(settings).outcome is Outcome.UNCERTAIN


def test_a_refused_sender_is_not_tried_on_the_same_connection_again() -> None:
    """The session is let go of: what comes next begins afresh."""
    left = []
    with scripted(then(say(*OPEN[:2], b"550 no\r\n"), lambda _, lines: left.append(lines.readlines()))) as settings:
        session = SmtpSession(settings)
        assert session.send(OUTGOING) == Answer(Outcome.NO_SESSION, 550, "no")
        time.sleep(0.1)
        assert left == [[]]


def test_nonsense_after_the_dot_is_uncertain() -> None:
    """What is no SMTP answer is no answer."""
    nonsense = then(read_all, lambda connection, lines: connection.sendall(b"so long\r\n"))
    with scripted(then(say(*OPEN), nonsense)) as settings:
        assert only_answer(settings).outcome is Outcome.UNCERTAIN


def test_an_answer_before_the_question_is_none() -> None:
    """A relay that says 250 before it has the message has not taken it: a stale answer must not pass for a receipt."""
    hasty = then(say(*OPEN[:4], b"354 go\r\n250 queued\r\n"), read_all)
    with scripted(hasty) as settings:
        assert only_answer(settings).outcome is Outcome.DEFERRED


def test_connections_stand_side_by_side() -> None:
    """Four messages on four connections: all are begun before any is answered, and each gets its own answer."""
    everyone = threading.Barrier(4, timeout=30)

    def accept(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hi\r\n")
            lines.readline()
            connection.sendall(b"250-hi\r\n250 PIPELINING\r\n")
            while (asked := lines.readline()) and not asked.lower().startswith(b"quit"):
                name = lines.readline()
                lines.readline()
                connection.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
                read_all(connection, lines)
                everyone.wait()
                connection.sendall(b"250 " + name[9:10] + b"\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(4):
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=accept, args=(connection,)))
                threads[-1].start()

        threads = [threading.Thread(target=serve)]
        threads[0].start()
        port = listener.getsockname()[1]
        session = SmtpSession(SmtpSettings("127.0.0.1", "n@a.example", port, security="none", connections=4))
        for name in "abcd":
            session.begin(replace(OUTGOING, key=name, recipient=f"{name}@mihon.example"))
        assert session.free() == 0
        got: dict[str, str] = {}
        while len(got) < 4:
            got |= {outgoing.key: answer.text for outgoing, answer in session.answers()}
        assert session.free() == 4
        session.close()
        for one in threads:
            one.join(5)
    assert got == {name: name for name in "abcd"}


@pytest.mark.parametrize(
    ("replies", "expected", "left"),
    [
        (b"250 ok\r\n550 no\r\n554 nobody\r\n", Answer(Outcome.REFUSED, 550, "no"), b"RSET\r\n"),
        (b"250 ok\r\n450 wait\r\n354 go\r\n", Answer(Outcome.DEFERRED, 450, "wait"), b""),
        (b"550 you\r\n503 no\r\n503 no\r\n", Answer(Outcome.NO_SESSION, 550, "you"), b""),
        (b"250 ok\r\n", Answer(Outcome.DEFERRED, 0, "the connection was closed"), b""),
    ],
)
def test_commands_in_one_write_have_their_own_answers(replies: bytes, expected: Answer, left: bytes) -> None:
    """With PIPELINING the first answer that is none of ours decides; no message goes to a relay that takes it for
    nobody."""
    said: list[bytes] = []

    def script(connection: socket.socket, lines: Any) -> None:
        for _ in range(3):
            lines.readline()
        connection.sendall(replies)
        if replies.count(b"\n") == 3:
            said.append(lines.readline())
            connection.sendall(b"250 ok\r\n")

    with scripted(then(say(b"220 hi\r\n", b"250-hi\r\n250 PIPELINING\r\n"), script)) as settings:
        assert only_answer(settings) == expected
    assert said == ([left] if replies.count(b"\n") == 3 else [])


def test_an_answer_by_the_byte_ends_at_the_deadline() -> None:
    """A relay that trickles does not keep us for ever."""

    def trickle(connection: socket.socket, lines: Any) -> None:
        for _ in range(1200):
            connection.sendall(b"2")
            time.sleep(0.05)

    with scripted(then(say(*OPEN[:2]), trickle)) as settings:
        started = time.monotonic()
        answer = only_answer(settings)
        assert time.monotonic() - started < 30
    assert answer.outcome is Outcome.NO_SESSION


def test_an_answer_without_end_is_cut_off() -> None:
    """An endless multi-line reply does not fill memory."""
    endless = say(OPEN[0], b"250-more\r\n" * 100_000)
    with scripted(endless) as settings:
        answer = only_answer(settings)
    assert answer.outcome is Outcome.NO_SESSION
    assert "no end" in answer.text


def test_a_connection_that_died_while_idle_is_replaced() -> None:
    """Before RCPT nothing has been said, so the message goes out on a fresh connection."""

    def accept(connection: socket.socket, lines: Any) -> None:
        read_all(connection, lines)
        connection.sendall(b"250 queued\r\n")

    whole = then(say(*OPEN), accept)
    with scripted(whole, whole) as settings:
        session = SmtpSession(settings)
        assert [session.send(OUTGOING).outcome, session.send(OUTGOING).outcome] == [Outcome.ACCEPTED] * 2
        session.close()


def test_a_refusal_stands_when_the_relay_hangs_up_after_it() -> None:
    """550, then no answer to RSET: refused, not deferred."""
    with scripted(say(*OPEN[:3], b"550 no\r\n")) as settings:
        assert only_answer(settings) == Answer(Outcome.REFUSED, 550, "no")


def test_the_words_of_the_relay_are_fit_for_a_log() -> None:
    """One line, no escapes, at most 500 characters."""
    with scripted(say(*OPEN[:3], b"550-a\x1b[31m\r\n550 " + b"b" * 900 + b"\r\n")) as settings:
        text = only_answer(settings).text
    assert text.startswith("a?[31m bbb")
    assert len(text) == 500


def test_nobody_listening_is_no_session() -> None:
    """The relay is down; the message is untouched."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert only_answer(SmtpSettings("127.0.0.1", "n@a.example", port)).outcome is Outcome.NO_SESSION
    assert only_answer(SmtpSettings("no-such-host.invalid", "n@a.example")).outcome is Outcome.NO_SESSION
    assert only_answer(SmtpSettings("bad..host", "n@a.example")).outcome is Outcome.NO_SESSION


def test_without_starttls_nothing_is_sent() -> None:
    """TLS is required unless the operator says otherwise: a stripped STARTTLS sends nothing."""
    relay = Relay()
    with running(relay) as settings:
        answer = only_answer(replace(settings, security="starttls"))
    assert answer.outcome is Outcome.NO_SESSION
    assert "STARTTLS" in answer.text
    assert relay.got == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost and its key, made for this run."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        f"{need_program('openssl', 'openssl')} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
        "-keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def context_of(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def test_starttls_with_a_certificate_that_holds(certificate: tuple[Path, Path]) -> None:
    """The message goes out encrypted."""
    relay = Relay()
    with running(relay, tls_context=context_of(certificate), require_starttls=True) as settings:
        trusted = replace(settings, host="localhost", security="starttls", ca_file=str(certificate[0]))
        assert only_answer(trusted).outcome is Outcome.ACCEPTED
    assert relay.tls


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_that_does_not_hold_sends_nothing(certificate: tuple[Path, Path], host: str) -> None:
    """Another name, or an unknown authority."""
    relay = Relay()
    authority = str(certificate[0]) if host == "127.0.0.1" else ""
    with running(relay, tls_context=context_of(certificate)) as settings:
        answer = only_answer(replace(settings, host=host, security="starttls", ca_file=authority))
    assert answer.outcome is Outcome.NO_SESSION
    assert "certificate" in answer.text.lower()
    assert relay.got == []


def test_tls_from_the_first_byte(certificate: tuple[Path, Path]) -> None:
    """The `tls` way of port 465."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with (
                context_of(certificate).wrap_socket(connection, server_side=True) as secure,
                secure.makefile("rb") as lines,
            ):
                say(*OPEN)(secure, lines)
                read_all(secure, lines)
                secure.sendall(b"250 queued\r\n")
                lines.readline()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        settings = SmtpSettings(
            "localhost", "n@a.example", listener.getsockname()[1], security="tls", ca_file=str(certificate[0])
        )
        assert only_answer(settings) == Answer(Outcome.ACCEPTED, 250, "queued")
        thread.join(5)


def test_login(certificate: tuple[Path, Path]) -> None:
    """The right password is accepted; the wrong one is no session, and is not shown."""
    relay = Relay()

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == b"right", handled=False)

    with running(relay, tls_context=context_of(certificate), authenticator=check, auth_required=True) as settings:
        known = replace(
            settings, host="localhost", security="starttls", ca_file=str(certificate[0]), username="u", password="right"
        )
        assert only_answer(known).outcome is Outcome.ACCEPTED
        answer = only_answer(replace(known, password="wrong"))
    assert (answer.outcome, answer.code) == (Outcome.NO_SESSION, 535)
    assert len(relay.got) == 1
    assert "right" not in repr(known)


def test_a_password_is_never_sent_in_clear() -> None:
    """Refused before anything is connected."""
    with pytest.raises(ConfigError, match="without TLS"):
        open_channel(SmtpSettings("127.0.0.1", "n@a.example", security="none", username="u", password="p"))


@pytest.mark.parametrize(
    "content", [b"a\r\n\n.\r\nb\r\n", b"a\nb\r\n", b"a\rb\r\n", b"a\r\nb", b"\n.\nMAIL FROM:<x>\r\n"]
)
def test_a_bare_line_end_never_goes_on_the_wire(content: bytes) -> None:
    """SMTP smuggling: relays disagree on LF . CRLF, so no such byte leaves."""
    with pytest.raises(DeliveryError, match="CR LF") as caught:
        SmtpSession(SmtpSettings("127.0.0.1", "n@a.example")).send(replace(OUTGOING, content=content))
    assert caught.value.permanent


@pytest.mark.parametrize(
    "recipient", ["a@b.example> SIZE=1", "a@b.example\r\nDATA", "", "a b@c.example", "日@a.example"]
)
def test_a_recipient_that_is_no_address_never_goes_on_the_wire(recipient: str) -> None:
    """The envelope is checked here too: not every row was made by compose."""
    with pytest.raises(DeliveryError, match="plain mail address"):
        SmtpSession(SmtpSettings("127.0.0.1", "n@a.example")).send(replace(OUTGOING, recipient=recipient))


def test_smtplib_still_reads_replies_through_its_file() -> None:
    """Our deadline sits in smtplib's `file`; a Python that reads elsewhere must be noticed."""
    assert "file" in vars(smtplib.SMTP)
