"""What came back: the seal proves which message it is about, the words say how it fared, hostile bytes do nothing."""

import email
import hmac
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from feedbot.delivery import BounceKind, Returned, _bounces, claims, proves, read_bounce, return_address
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


def read(raw: bytes, recipient: str = RECIPIENT) -> Returned:
    """What a mail says of a recipient."""
    return read_bounce(mail.document(raw, "place", NOW, 2**20), recipient)


def kind_of(raw: bytes, recipient: str = RECIPIENT) -> BounceKind:
    """What a mail is."""
    return read(raw, recipient).kind


def test_a_status_is_told_with_its_words() -> None:
    """The status alone without what stands around it, and the other side's words; what is not said is empty."""
    assert read(dsn(BOX, status="5.1.10 (odd)")) == Returned(BounceKind.HARD, "5.1.10", "smtp; 550 no such user")
    assert read(dsn(BOX, "relayed", "2.0.0", "ok")) == Returned(BounceKind.OTHER, "2.0.0", "ok")
    without = dsn(BOX).replace(b"Diagnostic-Code", b"X-Old")
    assert read(without) == Returned(BounceKind.HARD, "5.1.1", "")
    assert read(dsn(BOX).replace(b"Action", b"X-Old")) == Returned(BounceKind.OTHER, "", "")


def test_the_kinds_stay_what_is_stored() -> None:
    """They stand in the table of bounces and in the log."""
    assert [kind.value for kind in BounceKind] == [
        "hard",
        "soft",
        "behind",
        "delayed",
        "other",
        "forged",
        "unsealed",
        "unreadable",
    ]


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
        ("failed", "5.1.20", BounceKind.SOFT),
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


@pytest.mark.parametrize("action", ["relayed", "delivered", "expanded"])
def test_what_went_well_for_another_is_no_bounce(action: str) -> None:
    """A list tells whom it passed the mail on to."""
    assert kind_of(dsn(BOX, action, "2.0.0", recipient="x@third.example")) is BounceKind.OTHER


def test_a_recipient_is_compared_whole() -> None:
    """With a semicolon in it, and with the letters that stand at its ends."""
    assert kind_of(dsn(BOX, recipient="a;b@customer.example"), "a;b@customer.example") is BounceKind.HARD
    assert kind_of(dsn(BOX, recipient="<X0@CUSTOMER.EXAMPLEX>"), "x0@customer.examplex") is BounceKind.HARD


@pytest.mark.parametrize(("over", "kinds"), [(0, "hard hard hard"), (1, "soft behind soft")])
def test_of_each_field_the_beginning_is_read(over: int, kinds: str) -> None:
    """100 characters of a status, 1000 of an address, 2000 of the words."""
    status = "5.1.1".rjust(100 + over, "(")
    recipient = RECIPIENT.rjust(1000 - len("rfc822; ") + over)
    words = "550 no such user".rjust(2000 + over, ".")
    raws = (dsn(BOX, status=status, words=""), dsn(BOX, recipient=recipient), dsn(BOX, status="", words=words))
    assert " ".join(kind_of(raw) for raw in raws) == kinds


@pytest.mark.parametrize(("others", "kind"), [(49, BounceKind.HARD), (50, BounceKind.BEHIND)])
def test_fifty_recipients_of_a_report_are_looked_at(others: int, kind: BounceKind) -> None:
    """What is said of the whole mail is none of them."""
    other = b"Final-Recipient: rfc822; x@third.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    assert kind_of(dsn(BOX).replace(b"Final-Recipient", other * others + b"Final-Recipient")) is kind


def test_what_is_said_of_the_recipient_counts_before_what_is_said_of_others() -> None:
    """One report names several; the address is compared without its case and its brackets."""
    raw = dsn(BOX, recipient="<C0@Customer.Example>")
    other = b"\r\n\r\nFinal-Recipient: rfc822; x@third.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--"
    assert kind_of(raw.replace(b"\r\n\r\n--b--", other)) is BounceKind.HARD


QMAIL = (
    b"From: MAILER-DAEMON@mail.example\r\nTo: x@hosting.example\r\nSubject: failure notice\r\n\r\n"
    b"Hi. This is the qmail-send program at mail.example.\r\n"
    b"I'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n"
    b"<c0@customer.example>:\r\nSorry, no mailbox here by that name.\r\n\r\n--- Below this line is a copy\r\n"
)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_prose_that_mail_servers_write_is_known(end: bytes) -> None:
    """qmail writes no delivery status; a person's answer is no bounce. Its subject is what it says."""
    qmail = QMAIL.replace(b"\r\n", end)
    assert read(qmail) == Returned(BounceKind.HARD, "", "failure notice")
    assert kind_of(qmail.replace(b"<c0@", b"<c9@")) is BounceKind.BEHIND
    assert kind_of(qmail.replace(b"Sorry, no mailbox here by that name", b"Rejected as spam")) is BounceKind.SOFT
    assert kind_of(b"From: c0@customer.example\r\nSubject: Re: x\r\n\r\nthank you\r\n") is BounceKind.OTHER


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_exims_prose_is_read_from_the_body(end: bytes) -> None:
    """Its head names the recipient too, and then speaks of other things."""
    exim = (
        b"X-Failed-Recipients: c0@customer.example\nFrom: Mail Delivery System <MAILER-DAEMON@mail.example>\n"
        + b"X-Other: full of spam\n" * 20
        + b"\nThis could not be delivered to\n  c0@customer.example\n    550 unknown user\n\nIt was tried once.\n\n"
        + b"Reporting-MTA: dns; mail.example\n"
    ).replace(b"\n", end)
    assert read(exim) == Returned(BounceKind.HARD, "", "")


def test_only_what_follows_the_recipient_says_why() -> None:
    """Neither the copy of our mail, which names him too, nor words of others; and not what stands far below."""
    copy = QMAIL + b"\xff" * 300 + b"\r\nTo: <c0@customer.example>\r\n\r\nspam "
    assert kind_of(copy) is BounceKind.HARD
    assert kind_of(copy.replace(b"<c0@customer.example>:", b"<c9@customer.example>:")) is BounceKind.BEHIND
    unknown = b"<c0@customer.example>: unknown user"
    other = QMAIL.replace(b"<c0@", b"<c9@") + unknown
    assert kind_of(other) is BounceKind.BEHIND
    for over, kind in ((0, BounceKind.HARD), (1, BounceKind.SOFT)):
        why = b"no mailbox".rjust(300 - len(">:\n") + over, b".")
        assert kind_of(QMAIL.replace(b"Sorry, no mailbox here by that name", why).replace(b"\r\n", b"\n")) is kind


def test_a_warning_about_another_address_is_not_the_recipients() -> None:
    """Told in words: to which his own leads."""
    raw = (
        b"From: MAILER-DAEMON@mail.example\r\n\r\nDelivery to the following recipient has been delayed:\r\n\r\n"
        b"     c9@third.example\r\n\r\nMessage will be retried for 2 more day(s)\r\n"
    )
    assert kind_of(raw) is BounceKind.BEHIND
    assert kind_of(raw.replace(b"c9@third", b"c0@customer")) is BounceKind.SOFT


def test_what_nobody_sent_or_said_is_no_bounce() -> None:
    """Without a sender it is none, without a body it says nothing."""
    assert read(QMAIL.replace(b"From: ", b"X-From: ")) == Returned(BounceKind.OTHER, "", "failure notice")
    assert read(b"From: MAILER-DAEMON@mail.example\r\n") == Returned(BounceKind.OTHER, "", "")


def test_the_seal_is_of_one_message_to_one_recipient() -> None:
    """Another number, another recipient, another secret or one digit changed: nothing is proved."""
    address = return_address(BOX, 7, "c0@customer.example", SECRET)
    ((number, seal),) = claims(dsn(address), BOX)
    assert number == 7
    sealed = hmac.new(SECRET, b"verp/7/c0@customer.example", sha256).hexdigest()[:20]
    assert address == f"bounces+7-{sealed}@hosting.example"  # so it stays: what left before may come back
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
    assert claims(b"Subject: " + address.encode() + b"\r\n\r\n", BOX) == ()


@pytest.mark.parametrize("name", ["To", "Delivered-To", "X-Original-To", "ENVELOPE-TO"])
def test_mail_servers_write_where_a_mail_went(name: str) -> None:
    """Under one of four names, in any letters."""
    address = return_address(BOX, 7, RECIPIENT, SECRET)
    ((number, seal),) = claims(f"{name}: {address.upper()}\r\n\r\nx".encode(), BOX)
    assert proves(number, seal, RECIPIENT, SECRET)


def test_a_head_is_looked_at_within_bounds() -> None:
    """64 KiB, 1000 fields, 50 addresses: to the last, and no further."""
    address = return_address(BOX, 7, RECIPIENT, SECRET).encode()
    for over, found in ((0, 1), (1, 0)):
        line = b"To: " + address
        assert len(claims((b"X: " + b"a" * (2**16 - len(line) - 4 + over) + b"\n" + line), BOX)) == found
        assert len(claims(b"X: y\n" * (999 + over) + line + b"\n", BOX)) == found
    assert len(claims(b"To: " + b",".join([address] * 51) + b"\n", BOX)) == 50


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


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the parser is given, mail by mail."""
    given: list[bytes] = []
    parse = email.message_from_bytes
    monkeypatch.setattr(email, "message_from_bytes", lambda raw: given.append(raw) or parse(raw))
    monkeypatch.setattr(_bounces, "all_failures", lambda _: (set(), set()))
    return given


@pytest.mark.parametrize("noise", [b"\n", b"\r", b" \r\n"])
def test_ten_thousand_lines_of_a_bounce_are_taken_apart(noise: bytes, taken: list[bytes]) -> None:
    """A megabyte of empty lines takes Python's parser seconds."""
    assert kind_of(b"From: x@x.example\r\n\r\n" + noise * (900_000 // len(noise))) is BounceKind.OTHER
    assert len(taken[0].splitlines()) == 10_001
    assert len(taken[1].splitlines()) <= 10_001


@pytest.mark.parametrize("head", [b"From: x@x.example\r\n\r\n", b"From: x@x.example\n\n", b""])
def test_only_the_beginning_of_a_bounce_is_taken_apart(head: bytes, taken: list[bytes]) -> None:
    """256 KiB of its body; 16 KiB for words of its own, of which flufl.bounce's patterns take the square."""
    assert kind_of(head + b"550 5.1.1 <a@b.example> unknown user " * 30_000) is BounceKind.OTHER
    most = [2**18, 2**14] if head else [2**18]
    assert [len(raw) for raw in taken] == [len(head) + size for size in most]


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
