"""Several relays: which takes what, what happens when one gives no session, and when all must be over."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from feedbot.delivery import Answer, Outcome
from feedbot.delivery._relays import SmtpSession
from feedbot.delivery._send import SmtpSettings
from feedbot.delivery.smtp import open_channel
from feedbot.errors import ConfigError
from tests.delivery.test_smtp import OPEN, OUTGOING, Relay, read_all, running, say, scripted, then, until_left


@contextmanager
def relays(*servers: Relay) -> Iterator[list[SmtpSettings]]:
    """Run these servers; yields the settings of each."""
    with ExitStack() as held:
        yield [held.enter_context(running(one)) for one in servers]


@pytest.fixture
def down() -> SmtpSettings:
    """Settings of a relay that nobody answers for."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return SmtpSettings("127.0.0.1", "notice@aozora.example", port, security="none", command_seconds=5)


def sent(session: SmtpSession, count: int) -> list[Answer]:
    """Send so many messages, each to an address of its own."""
    return [session.send(replace(OUTGOING, recipient=f"c{number}@mihon.example")) for number in range(count)]


def recipients(relay: Relay) -> list[str]:
    """Return whom a server took messages for."""
    return [address for envelope in relay.got for address in envelope.rcpt_tos]


def test_a_relay_that_is_down_is_set_aside_and_the_next_takes_all(down: SmtpSettings) -> None:
    """Each message arrives once, at the second; the first is tried once, and it is told why."""
    second = Relay()
    with relays(second) as (there,):
        session = SmtpSession(down, replace(there, order=1))
        assert [one.outcome for one in sent(session, 3)] == [Outcome.ACCEPTED] * 3
        news = session.news()
        session.close()
    assert recipients(second) == ["c0@mihon.example", "c1@mihon.example", "c2@mihon.example"]
    assert list(news) == [down.name]
    answer = news[down.name]
    assert answer is not None
    assert "refused" in answer.text
    assert session.news() == {}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((b"421 4.3.2 closed for an hour\r\n",), 421),
        ((b"220 hi\r\n", b"451 4.3.0 not now\r\n", b"451 4.3.0 not now\r\n"), 451),
        ((b"220 hi\r\n", b"250 hi\r\n", b"452 4.3.1 full\r\n"), 452),
    ],
)
def test_a_relay_that_is_not_ready_is_set_aside(words: tuple[bytes, ...], code: int) -> None:
    """At the greeting, EHLO or MAIL nothing has been said of the message: the other relay gets it."""
    second = Relay()
    with scripted(say(*words)) as first, relays(second) as (there,):
        session = SmtpSession(first, replace(there, order=1))
        assert session.send(OUTGOING).outcome is Outcome.ACCEPTED
        answer = session.news()[first.name]
        session.close()
    assert answer is not None
    assert answer.code == code
    assert recipients(second) == ["ops@mihon.example"]


def test_a_relay_whose_challenge_cannot_be_read_is_set_aside() -> None:
    """It ended the round, and left in doubt whatever was under way."""
    second = Relay()
    words = (b"220 hi\r\n", b"250-hi\r\n250 AUTH CRAM-MD5\r\n", b"334 abc\r\n")
    with scripted(say(*words)) as here, relays(second) as (there,):
        first = replace(here, username="u", password="p")
        session = SmtpSession(first, replace(there, order=1))
        try:
            assert session.send(OUTGOING).outcome is Outcome.ACCEPTED
            answer = session.news()[first.name]
        finally:
            session.close()
    assert answer is not None
    assert answer.code == 0
    assert recipients(second) == ["ops@mihon.example"]


def test_an_uncertain_message_goes_to_no_second_relay() -> None:
    """The first may have it: the answer is the message's own, and the first is not set aside."""
    first, second = Relay(data="cut"), Relay()
    with relays(first, second) as (here, there):
        session = SmtpSession(here, replace(there, order=1))
        assert session.send(OUTGOING).outcome is Outcome.UNCERTAIN
        assert session.news() == {}
        session.close()
    assert (len(first.got), len(second.got)) == (1, 0)


@pytest.mark.parametrize("rcpt", ["450 4.2.1 later", "550 5.1.1 nobody"])
def test_what_is_said_of_the_message_is_no_fault_of_the_relay(rcpt: str) -> None:
    """Deferred or refused there, it is not tried at the other at once."""
    first, second = Relay(rcpt=rcpt), Relay()
    with relays(first, second) as (here, there):
        session = SmtpSession(here, replace(there, order=1))
        assert session.send(OUTGOING).code == int(rcpt[:3])
        session.close()
    assert second.got == []


def test_weights_share_the_messages() -> None:
    """Of one order, one with the threefold weight takes three of four; one of a higher order takes none."""
    first, second, spare = Relay(), Relay(), Relay()
    with relays(first, second, spare) as (one, two, three):
        session = SmtpSession(one, replace(two, weight=3), replace(three, order=1))
        sent(session, 8)
        session.close()
    assert (len(first.got), len(second.got), len(spare.got)) == (2, 6, 0)


def test_a_relay_set_aside_before_is_not_asked_until_its_time_is_over() -> None:
    """It is left alone while it is to be avoided; then it takes what comes, and that is told."""
    first, second = Relay(), Relay()
    with relays(first, second) as (here, there):
        session = SmtpSession(here, replace(there, order=1))
        session.avoid({here.name})
        sent(session, 2)
        assert (len(first.got), len(second.got)) == (0, 2)
        session.avoid(())
        sent(session, 1)
        assert (len(first.got), len(second.got)) == (1, 2)
        session.close()


def test_where_all_are_set_aside_they_are_tried_all_the_same(down: SmtpSettings) -> None:
    """Nothing else would find out that one is back."""
    first = Relay()
    with relays(first) as (here,):
        session = SmtpSession(down, here)
        session.avoid({down.name, here.name})
        assert session.send(OUTGOING).outcome is Outcome.ACCEPTED
        assert session.news()[here.name] is None
        session.close()
    assert len(first.got) == 1


def test_where_none_gives_a_session_the_message_is_untouched(down: SmtpSettings) -> None:
    """NO_SESSION with the words of the last, each tried once."""
    with scripted(say(b"421 closed\r\n")) as first:
        session = SmtpSession(down, replace(first, order=1))
        assert session.send(OUTGOING) == Answer(Outcome.NO_SESSION, 421, "closed")
        assert set(session.news()) == {down.name, first.name}
        assert session.free() == 0


def test_a_connection_too_many_does_not_set_the_relay_aside() -> None:
    """Beside one that works the relay refuses a second: both messages go over the first."""

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            first, _ = listener.accept()
            first.sendall(b"220 hi\r\n")
            with first, first.makefile("rb") as lines:
                lines.readline()
                first.sendall(b"250 hi\r\n")
                second, _ = listener.accept()
                second.sendall(b"421 4.7.0 too many connections\r\n")
                second.close()
                for _ in range(2):
                    for answer in (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
                        lines.readline()
                        first.sendall(answer)
                    read_all(first, lines)
                    first.sendall(b"250 queued\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        session = SmtpSession(SmtpSettings("127.0.0.1", "n@a.example", port, security="none", connections=2))
        assert session.free() == 2
        session.begin(replace(OUTGOING, key="a"))
        session.begin(replace(OUTGOING, key="b"))
        answers = [*session.answers(), *session.answers()]
        assert [(one.key, answer.outcome) for one, answer in answers] == [
            ("a", Outcome.ACCEPTED),
            ("b", Outcome.ACCEPTED),
        ]
        assert session.news() == {}
        assert session.free() == 1
        session.close()
        thread.join(30)


def test_a_relay_that_does_not_answer_holds_up_no_other() -> None:
    """It takes a connection and says nothing: what another relay is given goes out meanwhile, and its own when it does
    answer."""
    go, second = threading.Event(), Relay()

    def slow(connection: socket.socket, lines: Any) -> None:
        go.wait(30)
        then(say(*OPEN), read_all)(connection, lines)
        connection.sendall(b"250 queued\r\n")

    with scripted(slow) as first, relays(second) as (there,):
        session = SmtpSession(replace(first, connect_seconds=30, command_seconds=30, dot_seconds=30), there)
        for key in ("a", "b"):
            session.begin(replace(OUTGOING, key=key, recipient=f"{key}@mihon.example"))
        assert [(one.key, answer.outcome) for one, answer in session.answers()] == [("b", Outcome.ACCEPTED)]
        go.set()
        assert [(one.key, answer.outcome) for one, answer in session.answers()] == [("a", Outcome.ACCEPTED)]
        session.close()
    assert recipients(second) == ["b@mihon.example"]


def test_a_connection_that_comes_after_the_end_is_hung_up() -> None:
    """Nobody waits for it any more, and it is not left open."""
    go, heard = threading.Event(), list[bytes]()

    def slow(connection: socket.socket, lines: Any) -> None:
        go.wait(30)
        say(*OPEN[:2])(connection, lines)
        heard.append(lines.read())

    with scripted(slow) as first:
        session = SmtpSession(replace(first, connect_seconds=30, command_seconds=30))
        session.begin(OUTGOING)
        session.close()
        go.set()
        while not heard:
            time.sleep(0.01)
    assert heard == [b""]


def test_a_relay_named_twice_is_refused(down: SmtpSettings) -> None:
    """Two tables for one relay would be two opinions of it."""
    with pytest.raises(ConfigError, match="named twice"):
        open_channel(down, replace(down, order=1))


def only(settings: SmtpSettings, seconds: float) -> Answer:
    """Send one message that must be over within `seconds`."""
    session = SmtpSession(settings)
    session.begin(OUTGOING, seconds)
    ((_, answer),) = session.answers()
    session.close()
    return answer


def test_a_text_is_not_begun_without_its_whole_span_ahead() -> None:
    """The lease would be over before the answer had to come: nothing of the text leaves."""
    after: list[bytes] = []
    with scripted(then(say(*OPEN), lambda _, lines: after.append(lines.read()))) as settings:
        answer = only(replace(settings, dot_seconds=600), 60)
    assert answer == Answer(Outcome.DEFERRED, 0, "too little of its time is left")
    assert after == [b""]


@pytest.mark.parametrize("heard", [0, 1, 2, 3, 4])
def test_no_wait_on_the_wire_is_longer_than_the_time_given(heard: int) -> None:
    """A relay that falls silent, wherever it does, is left when the message's time is over, not 5 minutes later."""
    silent = then(say(*OPEN[:heard]), until_left) if heard else until_left
    with scripted(silent, until_left) as settings:
        started = time.monotonic()
        answer = only(replace(settings, command_seconds=300, connect_seconds=300, dot_seconds=0), 0.3)
        assert time.monotonic() - started < 30
    assert answer.outcome is (Outcome.NO_SESSION if heard < 3 else Outcome.DEFERRED)


def test_a_message_whose_time_is_over_is_not_begun() -> None:
    """Not even a connection is made for it."""
    relay = Relay()
    with relays(relay) as (here,):
        assert only(here, 0).outcome is Outcome.NO_SESSION
    assert relay.got == []


def test_no_part_of_a_text_leaves_after_its_time() -> None:
    """The time is looked at before each write: a process that stood still between two does not end the text."""
    after: list[bytes] = []
    with scripted(then(say(*OPEN), lambda _, lines: after.append(lines.read()))) as settings:
        answer = only(replace(settings, dot_seconds=0), 60)
    assert answer.outcome is Outcome.DEFERRED
    assert after == [b""]
