"""Mailboxes: a real Maildir, a real IMAP server; and what hostile mails come to."""

import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from feedbot.errors import FetchError, SourceError
from feedbot.fetch import Document, mail, mailbox
from feedbot.fetch.mailbox import ImapFolder, Maildir, _utf7, imap_folder
from tests.fetch.dovecot import Dovecot, dovecot

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
MAIL = b"Message-ID: <%b@csirt-a.example>\nSubject: alert\nContent-Type: text/plain\n\nbody of %b\n"
LIMIT = 2**20


def never() -> bool:
    """Nobody says stop."""
    return False


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def arrived(box: Maildir | ImapFolder, seen: frozenset[str] = frozenset(), limit: int = LIMIT) -> dict[str, Document]:
    """Return place → mail of what an inbox holds; all of it must be readable."""
    found = {}
    for one in box.arrivals(seen, NOW, limit, never):
        assert isinstance(one.content, Document)
        found[one.place] = one.content
    return found


def picture(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return what lies in a Maildir, with the times of change."""
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.rglob("*") if file.is_file()}


def test_a_maildir_is_read_and_left_as_it_is(maildir: Path) -> None:
    """New and seen mails alike, by their unique names; not what is being delivered, not what begins with a dot."""
    (maildir / "new" / "2.host").write_bytes(MAIL % (b"b", b"b"))
    (maildir / "cur" / "1.host:2,S").write_bytes(MAIL % (b"a", b"a"))
    (maildir / "tmp" / "3.host").write_bytes(MAIL % (b"c", b"c"))
    (maildir / "new" / ".hidden").write_bytes(b"")
    before = picture(maildir)
    found = arrived(Maildir(maildir))
    assert {place: document.url for place, document in found.items()} == {
        "1.host": "mail:a@csirt-a.example",
        "2.host": "mail:b@csirt-a.example",
    }
    assert {document.transport for document in found.values()} == {"mail"}
    assert picture(maildir) == before


def test_a_mail_that_was_seen_stays_so_when_it_is_marked(maildir: Path) -> None:
    """The place is the unique name, which does not change from new/ to cur/ or with flags."""
    (maildir / "cur" / "1.host:2,RS").write_bytes(MAIL % (b"a", b"a"))
    assert arrived(Maildir(maildir), frozenset({"1.host"})) == {}


def test_what_is_no_maildir(tmp_path: Path) -> None:
    """A wrong path is told, not taken for an empty inbox."""
    with pytest.raises(FetchError, match="cannot be read"):
        arrived(Maildir(tmp_path / "nowhere"))


def test_a_mail_that_cannot_be_read_is_told(maildir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One unreadable file stops no other."""
    for name in ("1", "2"):
        (maildir / "new" / name).write_bytes(MAIL % (b"a", b"a"))
    really = Path.open

    def refused(self: Path, *mode: str) -> object:
        if self.name == "1":
            raise PermissionError(13, "Permission denied")
        return really(self, *mode)

    monkeypatch.setattr(Path, "open", refused)
    first, second = Maildir(maildir).arrivals(frozenset(), NOW, LIMIT, never)
    assert isinstance(first.content, FetchError)
    assert isinstance(second.content, Document)


def made(*texts: str, files: dict[str, bytes] | None = None) -> EmailMessage:
    """Compose a mail of texts and files."""
    message = EmailMessage()
    message["Message-ID"] = "<1@csirt-a.example>"
    message.set_content(texts[0], cte="base64")
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def parts(raw: bytes) -> list[Document]:
    """Take a mail apart."""
    return list(mail.parts(mail.document(raw, "1", NOW, LIMIT)))


def test_texts_and_attached_texts_are_documents() -> None:
    """Decoded by their transfer encoding, with the declared charset; a picture is none, a signature file is none."""
    message = made("脆弱性", files={"at260001.txt": b"-----BEGIN PGP SIGNED", "a.png": b"\x89PNG"})
    message.add_attachment(b"sig", maintype="application", subtype="pgp-signature", filename="a.asc")
    found = parts(message.as_bytes())
    assert [(one.url, one.body, one.charset) for one in found] == [
        ("mail:1@csirt-a.example/1", "脆弱性\n".encode(), "utf-8"),
        ("mail:1@csirt-a.example/2", b"-----BEGIN PGP SIGNED", ""),
    ]


def test_iso_2022_jp_and_crlf_arrive_as_they_are() -> None:
    """Bytes are the publisher's: escapes and line ends are kept for the one who verifies."""
    text = "注意喚起\r\n".encode("iso-2022-jp")
    raw = b'Content-Type: text/plain; charset="ISO-2022-JP"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n' + text
    (one,) = parts(raw)
    assert (one.body, one.charset) == (text, "iso-2022-jp")


def test_of_two_alternatives_the_plain_one() -> None:
    """HTML is read only where there is no plain text."""
    message = EmailMessage()
    message.set_content("plain")
    message.add_alternative("<p>html</p>", subtype="html")
    assert [one.media_type for one in parts(message.as_bytes())] == ["text/plain"]
    assert [one.media_type for one in parts(b"Content-Type: text/html\n\n<p>html</p>")] == ["text/html"]


def test_a_forwarded_mail_is_read_too() -> None:
    """message/rfc822 within a mail."""
    message = made("see below")
    message.add_attachment(made("inner"))
    assert [one.body for one in parts(message.as_bytes())] == [b"see below\n", b"inner\n"]


def nested(depth: int) -> bytes:
    """Make a mail of multiparts within multiparts."""
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return (head + "Content-Type: text/plain\n\nx\n").encode()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (nested(3000), "more than 50 parts"),
        (nested(3).replace(b"boundary=", b"boundary*0 ="), "more than 50 parts"),
        (b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 100_000, "more than 50 parts"),
        (b'Content-Type: multipart/mixed; boundary="b"\r\r' + b"--b\r\rx\r" * 100_000, "more than 50 parts"),
        (b'Content-Type: multipart/mixed; boundary="\\b"\n\n' + b"--b\n\nx\n" * 100_000, "more than 50 parts"),
        (nested(30) + b"\n" * 500_000, "too many lines"),
        (b"Content-Type: text/plain\n\n" + b"x" * LIMIT, "larger than"),
        (b"Content-Type: image/png\n\nx", "holds no text"),
    ],
)
def test_a_hostile_mail_is_refused_in_time(raw: bytes, reason: str) -> None:
    """Deep, wide or huge: a SourceError in time, whatever the parser would make of it."""
    started = time.process_time()
    with pytest.raises(SourceError, match=reason):
        parts(raw)
    assert time.process_time() - started < 30


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"\xff\xfe\x00",
        b"Content-Type: text/plain; charset=\xff\xfe\n\nx",
        b"Content-Type: text/plain; charset*=x'y'%ff%00\n\nx",
        b"Content-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: base64\n\n!!!not base64",
        b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#\xff\xff",
        b"Message-ID: <\xff>\nContent-Type: multipart/mixed\n\n--\n",
        b"Content-Type: text/plain\nContent-Disposition: attachment; filename*0*=utf-8''%e3; filename*9=x\n\nx",
    ],
)
def test_broken_headers_break_nothing(raw: bytes) -> None:
    """A text or a SourceError, never a foreign exception."""
    try:
        assert all(isinstance(one, Document) for one in parts(raw))
    except SourceError as error:
        assert "mail:" in str(error)  # noqa: PT017 - either outcome is right


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """One server for this file."""
    with dovecot() as made:
        yield made


@pytest.fixture
def trusted(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    """Its certificate is trusted in this test."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.home / "cert.pem"))
    return server


def box(server: Dovecot, folder: str = "INBOX", idle: float = 0, password: str = "pässwörd") -> ImapFolder:
    """The folder as its address names it."""
    return imap_folder(f"imaps://me@localhost:{server.port}/{folder}", lambda: password, idle)


def test_an_imap_folder_is_read_and_left_as_it_is(trusted: Dovecot) -> None:
    """EXAMINE and PEEK: no flag is set, nothing is expunged; what was seen is not fetched again; UIDs are places."""
    trusted.deliver(MAIL % (b"a", b"a"), "1.host")
    trusted.deliver(MAIL % (b"b", b"b"), "2.host")
    first = arrived(box(trusted))
    assert sorted(document.url for document in first.values()) == ["mail:a@csirt-a.example", "mail:b@csirt-a.example"]
    assert len({place.partition(".")[0] for place in first}) == 1
    trusted.deliver(MAIL % (b"c", b"c"), "3.host")
    later = arrived(box(trusted), frozenset(first))
    assert [document.body.replace(b"\r\n", b"\n") for document in later.values()] == [MAIL % (b"c", b"c")]
    files = trusted.files()
    assert len(files) == 3
    assert not any("S" in name.partition(":2,")[2] for name in files)


def test_a_mail_over_the_limit_is_cut_by_the_server(trusted: Dovecot) -> None:
    """Of a huge message no more is fetched than shows that it is too large."""
    trusted.deliver(b"Message-ID: <big@csirt-a.example>\n\n" + b"x" * 100_000, ".big/1.host")
    (document,) = arrived(box(trusted, "big"), limit=5000).values()
    assert (len(document.body), document.media_type) == (5000, mail.CUT)


def test_a_folder_with_a_japanese_name(trusted: Dovecot) -> None:
    """Written as IMAP writes it."""
    assert _utf7("注意喚起") == "&bOhhD1WajXc-"
    assert _utf7('a&b"') == 'a&-b\\"'
    trusted.deliver(MAIL % (b"j", b"j"), ".&bOhhD1WajXc-/1.host")
    assert [one.url for one in arrived(box(trusted, "%E6%B3%A8%E6%84%8F%E5%96%9A%E8%B5%B7")).values()] == [
        "mail:j@csirt-a.example"
    ]


def test_idle_brings_a_mail_at_once(trusted: Dovecot) -> None:
    """Within the wait a new mail is read as it comes; `stop` ends the wait."""
    trusted.deliver(MAIL % (b"i0", b"i0"), ".idle/1.host")
    found: list[str] = []
    threading.Timer(0.3, trusted.deliver, (MAIL % (b"i1", b"i1"), ".idle/2.host")).start()
    started = time.monotonic()
    for one in box(trusted, "idle", idle=60).arrivals(frozenset(), NOW, LIMIT, lambda: len(found) >= 2):
        assert isinstance(one.content, Document)
        found.append(one.content.url)
    assert found == ["mail:i0@csirt-a.example", "mail:i1@csirt-a.example"]
    assert time.monotonic() - started < 30


def test_idle_ends_by_itself(trusted: Dovecot) -> None:
    """Nothing comes: the wait is over after its time."""
    started = time.monotonic()
    arrived(box(trusted, "INBOX", idle=0.2))
    assert 0.2 <= time.monotonic() - started < 30


@pytest.mark.parametrize("case", ["password", "folder", "certificate", "port"])
def test_a_mailbox_that_cannot_be_opened(server: Dovecot, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """A wrong password, no such folder, an untrusted certificate, nobody there: a FetchError without the password."""
    if case != "certificate":
        monkeypatch.setenv("SSL_CERT_FILE", str(server.home / "cert.pem"))
    target = Dovecot(1, server.home) if case == "port" else server
    folder = "nowhere" if case == "folder" else "INBOX"
    with pytest.raises(FetchError) as caught:
        arrived(box(target, folder, password="wr0ng" if case == "password" else "pässwörd"))
    assert not caught.value.permanent
    assert "wr0ng" not in str(caught.value)


def test_an_address_names_user_host_and_folder() -> None:
    """Percent-encoded; INBOX and 993 where nothing is said."""
    found = imap_folder("imaps://a%40b.example@imap.example/", lambda: "")
    assert (found.host, found.port, found.user, found.folder) == ("imap.example", 993, "a@b.example", "INBOX")


class Talker:
    """A TLS server on loopback that says what a test tells it to, to whatever it is asked."""

    def __init__(self, home: Path, *replies: bytes, drip: float = 0) -> None:
        self._replies, self._drip = replies, drip
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(home / "cert.pem", home / "key.pem")
        self._socket = context.wrap_socket(socket.create_server(("localhost", 0)), server_side=True)
        self.port, self.home = self._socket.getsockname()[1], home
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _talk(self) -> None:
        with suppress(OSError), self._socket, self._socket.accept()[0] as client:
            client.sendall(b"* OK hello\r\n")
            with client.makefile("rb") as lines:
                for reply, line in zip(self._replies, lines, strict=False):
                    client.sendall(reply.replace(b"TAG", line.split()[0]))
                while self._drip:
                    time.sleep(self._drip)
                    client.sendall(b"x")
                lines.readline()


OFFER = b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
OPENING = (
    OFFER,
    b"TAG OK in\r\n",
    OFFER,
    b"* OK [UIDVALIDITY 7] here\r\n* 1 EXISTS\r\nTAG OK [READ-ONLY] done\r\n",
)
"""What is said to a log-in and the opening of a folder."""


def talked(server: Dovecot, *replies: bytes, drip: float = 0) -> ImapFolder:
    """Return the folder of a server that says so after its opening."""
    talker = Talker(server.home, *OPENING, *replies, drip=drip)
    return imap_folder(f"imaps://me@localhost:{talker.port}/INBOX", lambda: "x")


def test_a_server_that_sends_more_than_was_asked_for_is_left(trusted: Dovecot) -> None:
    """A message of a terabyte, announced and begun, is not waited for in memory."""
    found = b"* SEARCH 5\r\nTAG OK done\r\n"
    huge = b"* 1 FETCH (UID 5 BODY[]<0> {1000000000000}\r\nxxxx"
    with pytest.raises(FetchError, match="more than was asked for"):
        arrived(talked(trusted, found, huge))


def test_a_server_that_sends_a_byte_at_a_time_is_cut(trusted: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes well within the time of an answer; the session as a whole ends all the same."""
    monkeypatch.setattr(mailbox, "SESSION", 0.2)
    monkeypatch.setattr(mailbox, "GRACE", 0.1)
    started = time.monotonic()
    with pytest.raises(FetchError, match="cannot be read"):
        arrived(talked(trusted, drip=0.05))
    assert time.monotonic() - started < 20


def test_what_does_not_fit_a_session_is_left_to_the_next(trusted: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    """No failure: the mails that were had are had, the rest is asked for next time."""
    monkeypatch.setattr(mailbox, "SESSION", 0.0)
    for count in (1, 2):
        trusted.deliver(MAIL % (b"s%d" % count, b"s"), f".session/{count}.host")
    assert arrived(box(trusted, "session")) == {}


def test_of_an_answer_only_the_message_that_was_asked_for_is_taken(trusted: Dovecot) -> None:
    """Servers may tell of other messages in between; and `1:*` is no message's number."""
    found = b"* SEARCH 1:* 5\r\nTAG OK done\r\n"
    both = b"".join(b"* 1 FETCH (UID %d BODY[]<0> {4}\r\nxxx%d)\r\n" % (uid, uid) for uid in (4, 5))
    (one,) = arrived(talked(trusted, found, both + b"TAG OK done\r\n")).items()
    assert (one[0], one[1].body) == ("7.5", b"xxx5")


def test_a_mail_that_comes_as_the_wait_begins_is_read_at_once(trusted: Dovecot) -> None:
    """The server tells of it in one piece with its leave to wait: no later byte shows that it is there."""
    idling = b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK done\r\n"
    opening = (OFFER, b"TAG OK in\r\n", idling, OPENING[3])
    none, one = b"* SEARCH\r\nTAG OK done\r\n", b"* SEARCH 5\r\nTAG OK done\r\n"
    waits = b"+ idling\r\n* 1 EXISTS\r\n"
    text = b"* 1 FETCH (UID 5 BODY[]<0> {4}\r\nxxxx)\r\nTAG OK done\r\n"
    talker = Talker(trusted.home, *opening, none, waits, b"FEEDBOT OK done\r\n", one, text)
    made = imap_folder(f"imaps://me@localhost:{talker.port}/INBOX", lambda: "x", idle=60)
    started = time.monotonic()
    found: list[str] = []
    for arrival in made.arrivals(frozenset(), NOW, LIMIT, lambda: bool(found)):
        found.extend([arrival.place])
    assert found == ["7.5"]
    assert time.monotonic() - started < 30


def test_a_mail_whose_file_has_a_name_of_any_bytes(maildir: Path) -> None:
    """Its place can be stored and is another for each name."""
    for name in (b"1.\xff", b"1.\xfe", b"1.\\xff"):
        Path(os.fsdecode(bytes(maildir / "new") + b"/" + name)).write_bytes(MAIL % (b"a", b"a"))
    places = list(arrived(Maildir(maildir)))
    assert len({one.encode() for one in places}) == 3
