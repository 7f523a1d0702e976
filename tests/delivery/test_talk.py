"""What is said in one SMTP transaction, reply by reply: no message is lost, none is said to have left that has not."""

from dataclasses import replace

import pytest

from feedbot.delivery import Answer, Outcome
from feedbot.delivery._talk import Cut, Ended, Reply, Say, Talk, line, stuffed, transaction
from feedbot.errors import DeliveryError
from tests.delivery.test_channel import OUTGOING

MAIL, RCPT, DATA, RSET = b"MAIL FROM:<a@a.example>\r\n", b"RCPT TO:<c@c.example>\r\n", b"DATA\r\n", b"RSET\r\n"
CONTENT = b"Subject: s\r\n\r\nbody\r\n"
OK: Reply = (250, b"ok")
GO: Reply = (354, b"go")
LOST = Cut("the connection broke")


def talk(*, pipelining: bool = False) -> Talk:
    """One message: a minute for a command, ten for the answer to the dot."""
    return transaction(
        "a@a.example", "c@c.example", CONTENT, pipelining=pipelining, command_seconds=60.0, dot_seconds=600.0
    )


def told(*replies: Reply | Cut, pipelining: bool = False) -> tuple[list[Say], Ended]:
    """Say it to a relay that answers so, and must be asked for each of its answers."""
    talking, given = talk(pipelining=pipelining), iter(replies)
    said = [next(talking)]
    for reply in given:
        try:
            said.append(talking.throw(reply) if isinstance(reply, Cut) else talking.send(reply))
        except StopIteration as stop:
            end = stop.value
            break
    else:
        pytest.fail("it waits for another reply")
    assert list(given) == []
    return said, end


def ended(*replies: Reply | Cut, pipelining: bool = False) -> Ended:
    """How it ended."""
    return told(*replies, pipelining=pipelining)[1]


def test_one_command_after_the_other() -> None:
    """Each waits for its answer, the message for longer; then the connection serves the next."""
    said, end = told(OK, OK, GO, (250, b"2.0.0 queued\r\nas 1"))
    message = Say(CONTENT + b".\r\n", 600, whole=True)
    assert said == [Say(MAIL, 60), Say(RCPT, 60), Say(DATA, 60), message]
    assert not said[0].whole
    assert end == Ended(Answer(Outcome.ACCEPTED, 250, "2.0.0 queued as 1"), usable=True)


def test_three_commands_in_one_write() -> None:
    """Two waits instead of four; each command has its own answer."""
    said, end = told(OK, (251, b"will forward"), GO, OK, pipelining=True)
    message = Say(CONTENT + b".\r\n", 600, whole=True)
    assert said == [Say(MAIL + RCPT + DATA, 60), Say(b"", 60), Say(b"", 60), message]
    assert end == Ended(Answer(Outcome.ACCEPTED, 250, "ok"), usable=True)


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("code", [0, 249, 251, 421, 451, 550])
def test_a_refused_sender_is_no_word_on_the_message(code: int, pipelining: bool) -> None:
    """Another connection, or another relay, may take it."""
    assert ended((code, b"not you"), pipelining=pipelining) == Ended(
        Answer(Outcome.NO_SESSION, code, "not you"), usable=False
    )


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (550, Outcome.REFUSED),
        (500, Outcome.REFUSED),
        (599, Outcome.REFUSED),
        (450, Outcome.DEFERRED),
        (400, Outcome.DEFERRED),
        (499, Outcome.DEFERRED),
        (252, Outcome.DEFERRED),
        (354, Outcome.DEFERRED),
        (600, Outcome.DEFERRED),
        (0, Outcome.DEFERRED),
    ],
)
def test_a_refused_recipient_gets_nothing(code: int, outcome: Outcome, pipelining: bool) -> None:
    """No other code than 250 and 251 lets the message leave; after RSET the next one may. What is unclear is no end."""
    more: tuple[Reply, ...] = ((503, b"no recipient"),) if pipelining else ()
    said, end = told(OK, (code, b"no"), *more, OK, pipelining=pipelining)
    assert end == Ended(Answer(outcome, code, "no"), usable=True)
    commands = [MAIL + RCPT + DATA, b"", b"", RSET] if pipelining else [MAIL, RCPT, RSET]
    assert said == [Say(command, 60) for command in commands]


def test_a_message_for_nobody_is_not_begun() -> None:
    """A relay that refuses the recipient and still asks for the message would take an empty one: leave it."""
    assert ended(OK, (550, b"no"), GO, pipelining=True) == Ended(Answer(Outcome.REFUSED, 550, "no"), usable=False)


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize(
    ("code", "outcome"), [(451, Outcome.DEFERRED), (554, Outcome.REFUSED), (250, Outcome.DEFERRED)]
)
def test_a_refused_message_does_not_leave(code: int, outcome: Outcome, pipelining: bool) -> None:
    """Only 354 asks for it."""
    said, end = told(OK, OK, (code, b"no"), OK, pipelining=pipelining)
    assert end == Ended(Answer(outcome, code, "no"), usable=True)
    assert said[-1] == Say(RSET, 60)


@pytest.mark.parametrize("reply", [(421, b"bye"), (500, b"what?"), LOST])
def test_a_connection_that_cannot_begin_anew_is_left(reply: Reply | Cut) -> None:
    """The answer to the message stands."""
    assert ended(OK, (550, b"no"), reply) == Ended(Answer(Outcome.REFUSED, 550, "no"), usable=False)


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize(
    ("before", "outcome"), [((), Outcome.NO_SESSION), ((OK,), Outcome.DEFERRED), ((OK, OK), Outcome.DEFERRED)]
)
def test_a_cut_before_the_message(before: tuple[Reply, ...], outcome: Outcome, pipelining: bool) -> None:
    """It has not been sent; the words of the cut are told, without a code."""
    assert ended(*before, LOST, pipelining=pipelining) == Ended(
        Answer(outcome, 0, "the connection broke"), usable=False
    )


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        (0, Outcome.DEFERRED),
        (len(CONTENT), Outcome.DEFERRED),
        (len(CONTENT) + 1, Outcome.UNCERTAIN),
        (len(CONTENT) + 3, Outcome.UNCERTAIN),
    ],
)
def test_a_cut_is_uncertain_from_the_dot_on(written: int, outcome: Outcome) -> None:
    """Before the first byte of its end the message has not been sent, after it it may have been."""
    assert ended(OK, OK, GO, Cut("gone", written)) == Ended(Answer(outcome, 0, "gone"), usable=False)


@pytest.mark.parametrize(
    ("code", "outcome", "usable"),
    [
        (200, Outcome.ACCEPTED, True),
        (299, Outcome.ACCEPTED, True),
        (400, Outcome.DEFERRED, True),
        (420, Outcome.DEFERRED, True),
        (421, Outcome.DEFERRED, False),
        (422, Outcome.DEFERRED, True),
        (499, Outcome.DEFERRED, True),
        (500, Outcome.REFUSED, True),
        (599, Outcome.REFUSED, True),
        (0, Outcome.UNCERTAIN, False),
        (199, Outcome.UNCERTAIN, False),
        (300, Outcome.UNCERTAIN, False),
        (399, Outcome.UNCERTAIN, False),
        (600, Outcome.UNCERTAIN, False),
    ],
)
def test_what_the_answer_to_the_dot_means(code: int, outcome: Outcome, usable: bool) -> None:
    """By its class; what is of none may mean that it was taken. 421 closes the connection."""
    assert ended(OK, OK, GO, (code, b"words")) == Ended(Answer(outcome, code, "words"), usable)


def test_a_cut_that_wrote_nothing_says_so() -> None:
    """Unless it is told otherwise, nothing had left."""
    assert (str(LOST), LOST.written, Cut("x", 7).written) == ("the connection broke", 0, 7)


@pytest.mark.parametrize(
    ("content", "wire"),
    [
        (b"a\r\n.b\r\n..\r\n", b"a\r\n..b\r\n...\r\n"),
        (b".a\r\n", b"..a\r\n"),
        (b".\r\n", b"..\r\n"),
        (b"a.\r\nb\r\n", b"a.\r\nb\r\n"),
    ],
)
def test_dots_that_begin_a_line_are_doubled(content: bytes, wire: bytes) -> None:
    """RFC 5321, 4.5.2: the first line's too."""
    assert stuffed(replace(OUTGOING, content=content)) == wire


@pytest.mark.parametrize("content", [b"", b"a", b"a\n", b"a\r", b"a\nb\r\n", b"a\rb\r\n", b"a\r\n\n", b"\r\r\n"])
def test_a_line_that_does_not_end_in_crlf_is_refused(content: bytes) -> None:
    """For good: another try would say the same."""
    with pytest.raises(DeliveryError, match="does not end in CR LF") as caught:
        stuffed(replace(OUTGOING, content=content))
    assert caught.value.permanent


@pytest.mark.parametrize("recipient", ["", "a", "@b", "a@", "a b@c", "<a@b>", "a@b>", "日@b", "a@b\r\n", "\x7f@b"])
def test_what_is_no_plain_address_is_refused(recipient: str) -> None:
    """It would end the command, or begin another; it is told as ASCII."""
    with pytest.raises(DeliveryError, match="not one plain mail address") as caught:
        stuffed(replace(OUTGOING, recipient=recipient))
    assert caught.value.permanent
    assert ascii(recipient) in str(caught.value)
    assert stuffed(replace(OUTGOING, recipient="!#;?~a.b@[192.0.2.1]")) == OUTGOING.content


@pytest.mark.parametrize(
    ("words", "told_as"),
    [
        (b" 2.0.0\tok \r\n queued ", "2.0.0 ok queued"),
        (b"\xff\x1b[31m", "\ufffd?[31m"),
        ("受け付けました\u202e".encode(), "受け付けました?"),
        (b"a" * 501, "a" * 500),
        (b"", ""),
    ],
)
def test_the_words_of_a_relay_are_one_line(words: bytes, told_as: str) -> None:
    """500 characters that can be printed."""
    assert line(words) == told_as
