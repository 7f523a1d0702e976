"""What came back: the seal proves which message it is about, the words say how it fared, hostile bytes do nothing."""

import email
from datetime import UTC, datetime

import pytest

from feedbot.delivery import BounceKind, _bounces, claims, proves, read_bounce, return_address
from feedbot.errors import SourceError
from feedbot.fetch import mail

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
BOX = "bounces@hosting.example"
SECRET = b"secret" * 6


RECIPIENT = "c0@customer.example"


def dsn(
    to: str,
    action: str = "failed",
    status: str = "5.1.1",
    words: str = "smtp; 550 no such user",
    recipient: str = RECIPIENT,
) -> bytes:
    """A delivery status as Postfix writes one."""
    return (
        f"From: MAILER-DAEMON@relay.example\r\nTo: {to}\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: {words}\r\n\r\n--b--\r\n"
    ).encode()


def kind_of(raw: bytes) -> BounceKind:
    """What a mail is."""
    return read_bounce(mail.document(raw, "place", NOW, 2**20), RECIPIENT).kind


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", BounceKind.HARD),
        ("failed", "5.2.1", BounceKind.HARD),
        ("failed", "5.0.0", BounceKind.HARD),
        ("failed", "5.2.2", BounceKind.SOFT),
        ("failed", "5.7.1", BounceKind.SOFT),
        ("failed", "4.4.7", BounceKind.SOFT),
        ("delayed", "4.4.1", BounceKind.DELAYED),
        ("relayed", "2.0.0", BounceKind.OTHER),
        ("FAILED", "5.1.10 (odd)", BounceKind.HARD),
        ("failed", "5.1.6", BounceKind.HARD),
        ("failed", "5.1.0", BounceKind.SOFT),
        ("failed", "5.1.4", BounceKind.SOFT),
        ("failed", "5.1.7", BounceKind.SOFT),
        ("failed", "5.1.8", BounceKind.SOFT),
        ("failed", "5.1.9", BounceKind.SOFT),
    ],
)
def test_a_status_says_how_it_fared(action: str, status: str, kind: BounceKind) -> None:
    """RFC 3464 and 3463: only what is said of the address itself is hard."""
    assert kind_of(dsn(BOX, action, status)) is kind


def test_without_a_status_the_reply_decides() -> None:
    """An answer that names its SMTP code alone is read by it."""
    assert kind_of(dsn(BOX, status="", words="smtp; 550 unknown")) is BounceKind.HARD
    assert kind_of(dsn(BOX, status="", words="smtp; 452 full")) is BounceKind.SOFT


@pytest.mark.parametrize("status", ["5.0.0", ""])
@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("smtp; 550 <c0@customer.example>: Recipient address rejected: User unknown", BounceKind.HARD),
        ("smtp; 550 no such recipient here", BounceKind.HARD),
        ("smtp; 553 sorry, this mailbox does not exist", BounceKind.HARD),
        ("smtp; 552 Mailbox full, quota exceeded", BounceKind.SOFT),
        ("smtp; 554 Message rejected as spam", BounceKind.SOFT),
        ("smtp; 550 user unknown or blocked by policy", BounceKind.SOFT),
        ("smtp; 550 Sender address rejected: no such user", BounceKind.SOFT),
        ("smtp; 550 5.7.1 no such user", BounceKind.SOFT),
        ("smtp; 550 rejected", BounceKind.SOFT),
        ("no such user", BounceKind.SOFT),
        ("", BounceKind.SOFT),
    ],
)
def test_a_status_that_says_nothing_needs_words_about_the_user(status: str, words: str, kind: BounceKind) -> None:
    """5.0.0 is what is written where only the class is known: full, spam and policy are not the address."""
    assert kind_of(dsn(BOX, status=status, words=words)) is kind


@pytest.mark.parametrize("status", ["5.1.1", "5.2.2", "4.4.7"])
def test_another_address_behind_the_recipients_is_not_the_recipients(status: str) -> None:
    """A list or a forwarding of the customer's has a dead member; also where no recipient is named at all."""
    assert kind_of(dsn(BOX, status=status, recipient="someone-else@third.example")) is BounceKind.BEHIND
    original = f"Original-Recipient: rfc822; {RECIPIENT}\r\nFinal-Recipient"
    behind = dsn(BOX, status=status, recipient="x@third.example").replace(b"Final-Recipient", original.encode())
    assert kind_of(behind) is BounceKind.BEHIND
    assert kind_of(dsn(BOX, status=status).replace(b"Final-Recipient", b"X-Old")) is BounceKind.BEHIND


def test_what_is_said_of_the_recipient_counts_before_what_is_said_of_others() -> None:
    """One report names several; the address is compared without its case and its brackets."""
    raw = dsn(BOX, recipient="<C0@Customer.Example>")
    other = b"\r\n\r\nFinal-Recipient: rfc822; x@third.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--"
    assert kind_of(raw.replace(b"\r\n\r\n--b--", other)) is BounceKind.HARD


def test_prose_that_mail_servers_write_is_known() -> None:
    """qmail writes no delivery status; a person's answer is no bounce."""
    qmail = (
        b"From: MAILER-DAEMON@mail.example\r\nTo: x@hosting.example\r\nSubject: failure notice\r\n\r\n"
        b"Hi. This is the qmail-send program at mail.example.\r\n"
        b"I'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n"
        b"<c0@customer.example>:\r\nSorry, no mailbox here by that name.\r\n\r\n--- Below this line is a copy\r\n"
    )
    assert kind_of(qmail) is BounceKind.HARD
    assert kind_of(qmail.replace(b"<c0@", b"<c9@")) is BounceKind.BEHIND
    assert kind_of(qmail.replace(b"Sorry, no mailbox here by that name", b"Rejected as spam")) is BounceKind.SOFT
    assert kind_of(b"From: c0@customer.example\r\nSubject: Re: x\r\n\r\nthank you\r\n") is BounceKind.OTHER


def test_the_seal_is_of_one_message_to_one_recipient() -> None:
    """Another number, another recipient, another secret or one digit changed: nothing is proved."""
    address = return_address(BOX, 7, "c0@customer.example", SECRET)
    ((number, seal),) = claims(dsn(address), BOX)
    assert number == 7
    assert len(address.partition("@")[0]) <= 64
    assert proves(7, seal, "c0@customer.example", SECRET)
    assert not proves(8, seal, "c0@customer.example", SECRET)
    assert not proves(7, seal, "c1@customer.example", SECRET)
    assert not proves(7, seal, "c0@customer.example", b"other")
    assert not proves(7, ("0" if seal[0] != "0" else "1") + seal[1:], "c0@customer.example", SECRET)


def test_only_the_head_says_where_a_bounce_went() -> None:
    """A seal that stands in the body, or is of another box, is no claim."""
    address = return_address(BOX, 7, "c0@customer.example", SECRET)
    assert claims(b"To: a@b.example\r\n\r\nTo: " + address.encode() + b"\r\n", BOX) == ()
    assert claims(dsn(address), "other@hosting.example") == ()
    assert claims(b"X-Original-To: " + address.upper().encode() + b"\r\n\r\nx", BOX)[0][0] == 7


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\n" * 5000,
        b"Content-Type: multipart/mixed; boundary=a\r\n" * 100 + b"\r\n",
        b"Subject: x\r\n\r\n" + b"\r\n" * 1_100_000,
    ],
)
def test_tangled_mails_are_refused_before_they_are_parsed(raw: bytes) -> None:
    """Thousands of parts, boundaries or lines are not taken apart."""
    with pytest.raises(SourceError):
        read_bounce(mail.document(raw, "place", NOW, 2**22), RECIPIENT)


@pytest.mark.parametrize(("kind", "most"), [("text/plain", 2**14 + 2**10), ("message/delivery-status", 2**18 + 2**10)])
@pytest.mark.parametrize("noise", [b"\n", b"\r", b" \r\n", b"550 5.1.1 <a@b.example> unknown user "])
def test_only_the_beginning_of_a_bounce_is_taken_apart(
    kind: str, most: int, noise: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A megabyte of empty lines takes Python's parser seconds; flufl.bounce sees 16 KiB of a body."""
    taken: list[bytes] = []
    monkeypatch.setattr(_bounces, "all_failures", lambda message: taken.append(message.as_bytes()) or (set(), set()))
    parse = email.message_from_bytes
    monkeypatch.setattr(email, "message_from_bytes", lambda raw: taken.append(raw) or parse(raw))
    head = f"From: MAILER-DAEMON@x.example\r\nContent-Type: {kind}\r\n\r\n".encode()
    assert kind_of(head + noise * (900_000 // len(noise))) is BounceKind.OTHER
    assert len(taken[-1]) <= most
    assert max(len(raw) for raw in taken) <= 2**18 + 2**10
    assert max(len(raw.splitlines()) for raw in taken) <= 10_010


def test_a_bounce_with_a_long_copy_is_read() -> None:
    """What comes back with it, however large, hides neither a status nor the words."""
    copy = b"0123456789abcdef\r\n" * 50_000
    assert kind_of(dsn(BOX).replace(b"--b--", b"--b\r\nContent-Type: message/rfc822\r\n\r\nX: y\r\n\r\n" + copy)) is (
        BounceKind.HARD
    )
    words = b"From: MAILER-DAEMON@mail.example\r\nSubject: failure\r\n\r\nHi. This is the qmail-send program at x.\r\n"
    said = (
        b"\r\n<c0@customer.example>:\r\nSorry, no mailbox here by that name.\r\n\r\n--- Below this line is a copy\r\n"
    )
    assert kind_of(words + said + copy) is BounceKind.HARD


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00" * 100,
        dsn(BOX, "failed\x00", "5.1.1" * 1000, "\u202e" * 5000),
        dsn(BOX).replace(b"Action", b"Action: failed\r\nAction") * 3,
        b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 500,
        b"To: " + b"bounces+1-" * 6000,
    ],
)
def test_hostile_bytes_say_nothing_and_break_nothing(raw: bytes) -> None:
    """What is kept of them is one printable line."""
    said = read_bounce(mail.document(raw, "place", NOW, 2**20), RECIPIENT)
    assert said.text.isprintable()
    assert len(said.text) <= 500
    assert claims(raw, BOX) == ()
