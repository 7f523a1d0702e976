"""Mails from a Maildir or an IMAP folder. Neither is changed: nothing is moved, deleted or marked as read.

What was read is remembered by its place: the unique name of a Maildir's file, which it keeps when it goes from new/ to
cur/; UIDVALIDITY and UID of an IMAP message, which RFC 9051 (2.3.1.1) promises never to give to another.
"""

import imaplib
import re
import select
import socket
import ssl
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from threading import Timer
from typing import cast
from urllib.parse import unquote, urlsplit

from feedbot.errors import FetchError
from feedbot.fetch import mail
from feedbot.fetch._arrival import Arrival, printable
from feedbot.fetch.http import Deadline

PORT = 993
"""IMAP over TLS (RFC 8314)."""
SECONDS = 30.0
"""How long one answer of a mail server may take."""
SESSION = 600.0
"""How long a session reads before the rest is left to the next round; waiting (`idle`) comes on top."""
GRACE = 60.0
"""How much longer it may last until it is cut, wherever it is: a server that sends a byte a minute gains nothing."""
SPARE = 2 * 2**20
"""Bytes that a server may send beside a message, before the next one: imaplib keeps all of them in memory."""
LONGEST_IDLE = 29 * 60.0
"""RFC 2177: a client ends IDLE before half an hour is over, for servers hang up on it then."""
_TAG = b"FEEDBOT"


@dataclass(frozen=True, slots=True)
class Maildir:
    """A Maildir (new/ and cur/; tmp/ is the deliverer's)."""

    folder: Path
    keeps: bool = True

    def arrivals(self, seen: Collection[str], now: datetime, limit: int, stop: Callable[[], bool]) -> Iterator[Arrival]:
        """Yield the mails whose unique names are not in `seen`, those of cur/ first."""
        for file in self._files():
            place = printable(file.name.partition(":")[0])
            if place in seen:
                continue
            try:
                if not file.is_file():
                    continue
                with file.open("rb") as stream:
                    raw = stream.read(limit + 1)
            except FileNotFoundError:
                continue  # a reader moved it to cur/ meanwhile: the next round finds it there
            except OSError as error:
                yield Arrival(place, _unreadable(file, error))
            else:
                yield Arrival(place, mail.document(raw, place, now, limit))

    def settle(self, arrival: Arrival, *, read: bool) -> None:
        """A mail that was read stays as it is."""

    def _files(self) -> list[Path]:
        """Return the mails' files. Raises FetchError where this is no Maildir, or not to be read."""
        try:
            folders = [self.folder / name for name in ("cur", "new")]
            return [file for folder in folders for file in sorted(folder.iterdir()) if file.name[0] != "."]
        except OSError as error:
            raise _unreadable(self.folder, error) from error


@dataclass(frozen=True, slots=True)
class ImapFolder:
    """A folder of an IMAP server over TLS. `password()` is asked at each connection and may raise ConfigError; `idle`
    seconds are waited for new mail after the rest was read, where the server has IDLE (RFC 2177)."""

    host: str
    port: int
    user: str
    folder: str
    password: Callable[[], str]
    idle: float = 0.0
    keeps: bool = True

    @property
    def name(self) -> str:
        """The mailbox as an error names it."""
        return f"imaps://{self.user}@{self.host}:{self.port}/{self.folder}"

    def arrivals(self, seen: Collection[str], now: datetime, limit: int, stop: Callable[[], bool]) -> Iterator[Arrival]:
        """Yield the messages whose UIDVALIDITY.UID is not in `seen`, then wait for more until `idle` is over."""
        password = self.password()
        met = set(seen)
        with _translated(self.name), self._connected(password) as server:
            deadline, session = Deadline(self.idle), Deadline(SESSION + self.idle)
            validity = _validity(server)
            while True:
                server.response("EXISTS")  # of what came up to now the search knows
                for uid in _uids(server):
                    place = f"{validity}.{uid}"
                    if session.remaining() <= 0:
                        return
                    if place not in met and not stop():
                        met.add(place)
                        yield from self._message(server, place, uid, now, limit)
                if stop() or deadline.remaining() <= 0 or "IDLE" not in server.capabilities:
                    return
                if server.response("EXISTS")[1] == [None]:
                    _idle(server, deadline, stop)

    def settle(self, arrival: Arrival, *, read: bool) -> None:
        """A message that was read stays as it is."""

    @contextmanager
    def _connected(self, password: str) -> "Iterator[_Server]":
        server = _Server(self.host, self.port, SESSION + self.idle + GRACE)
        try:
            if "AUTH=PLAIN" in server.capabilities:
                secret = f"\0{self.user}\0{password}".encode()
                server.authenticate("PLAIN", lambda challenge: secret)
            else:
                server.login(self.user, password)
            _, said = server.capability()  # what is offered may be more after the log-in
            server.capabilities = tuple(said[0].decode("ascii", "replace").upper().split())
            answer, said = server.select(f'"{_utf7(self.folder)}"', readonly=True)
            if answer != "OK":
                raise imaplib.IMAP4.error(said[0])
            yield server
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                server.logout()
            with suppress(OSError):
                server.shutdown()  # logout hangs up only where it was answered

    def _message(self, server: "_Server", place: str, uid: str, now: datetime, limit: int) -> Iterator[Arrival]:
        """Get one message without marking it; of a message too large no more than shows that it is."""
        server.allow(limit + SPARE)
        answer, found = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{limit + 1}>)")
        if answer != "OK":
            raise imaplib.IMAP4.error(found[0])
        texts = [piece[1] for piece in found if isinstance(piece, tuple) and _is_of(piece[0], uid)]
        if texts:
            yield Arrival(place, mail.document(texts[0], place, now, limit))


class _Server(imaplib.IMAP4_SSL):
    """One session, cut when `seconds` are over. What comes is counted: a server may send no more than was allowed."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        self._seconds = seconds
        self._cut: Timer | None = None
        self.allow(SPARE)
        super().__init__(host, port, ssl_context=ssl.create_default_context(), timeout=SECONDS)

    def allow(self, count: int) -> None:
        """Let so many bytes come from now on."""
        self._allowed = count

    def open(self, host: str = "", port: int | None = PORT, timeout: float | None = None) -> None:
        """Connect; from here on the time runs."""
        super().open(host, port, timeout)
        self._cut = Timer(self._seconds, _cut, (self.socket(),))
        self._cut.daemon = True
        self._cut.start()

    def shutdown(self) -> None:
        """Hang up."""
        if self._cut:
            self._cut.cancel()
        super().shutdown()

    def read(self, size: int) -> bytes:
        """Read a literal, unless it would be more than may come."""
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        """Read a line."""
        line = super().readline()
        self._spend(len(line))
        return line

    def has_read(self) -> bool:
        """Say whether something has come that no `select` shows any more, as it was read along with a line before."""
        connection = self.socket()
        connection.settimeout(0)
        try:
            return bool(cast(BufferedReader, self.file).peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            connection.settimeout(SECONDS)

    def _spend(self, count: int) -> None:
        self._allowed -= count
        if self._allowed < 0:
            raise imaplib.IMAP4.error("the server sends more than was asked for")


def _cut(connection: socket.socket) -> None:
    """End a connection under whoever reads from it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _is_of(head: bytes, uid: str) -> bool:
    """Say whether a part of an answer is of the message that was asked for: servers may tell of others in between."""
    said = re.search(rb"\bUID ([0-9]+)", head)
    return said is None or said[1].decode() == uid


def _validity(server: imaplib.IMAP4_SSL) -> str:
    """Return the folder's UIDVALIDITY, which the server told when the folder was opened."""
    said = server.response("UIDVALIDITY")[1]
    if not said or not said[0] or not said[0].isdigit():
        raise imaplib.IMAP4.error("the server tells no UIDVALIDITY")
    return str(said[0], "ascii")


def _uids(server: "_Server") -> list[str]:
    """Return the numbers of all messages; what is none (`1:*`) is not asked for, it would be every message."""
    server.allow(SPARE)
    answer, found = server.uid("SEARCH", "ALL")
    if answer != "OK":
        raise imaplib.IMAP4.error(found[0])
    return [one.decode() for one in (found[0] or b"").split() if one.isdigit()]


def imap_folder(url: str, password: Callable[[], str], idle: float = 0.0) -> ImapFolder:
    """Read `imaps://USER@HOST:PORT/FOLDER`; user and folder percent-encoded, INBOX where no folder is named."""
    parts = urlsplit(url)
    return ImapFolder(
        host=parts.hostname or "",
        port=parts.port or PORT,
        user=unquote(parts.username or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        password=password,
        idle=idle,
    )


def _idle(server: "_Server", deadline: Deadline, stop: Callable[[], bool]) -> None:
    """Wait until the folder changes, or time or `stop` ends it. imaplib has no IDLE of its own before Python 3.14."""
    until = Deadline(min(deadline.remaining(), LONGEST_IDLE))
    server.allow(SPARE)
    server.send(_TAG + b" IDLE\r\n")
    changed = False
    while not (line := server.readline()).startswith(b"+"):
        changed |= b"EXISTS" in line
        if not line or line.startswith(_TAG):
            raise imaplib.IMAP4.error(line)
    connection = server.socket()
    while not changed and not stop() and until.remaining() > 0:
        if server.has_read() or select.select([connection], [], [], min(until.remaining(), 1.0))[0]:
            changed = True
            if not server.readline():
                raise imaplib.IMAP4.error("the server hung up")
    server.send(b"DONE\r\n")
    while not (line := server.readline()).startswith(_TAG):
        if not line:
            raise imaplib.IMAP4.error("the server hung up")


def _utf7(folder: str) -> str:
    """Write a folder's name as IMAP does (RFC 3501, 5.1.3): UTF-7 with & for +, and , for /."""
    runs = re.findall(r"[ -~]+|[^ -~]+", folder)
    written = (
        run.replace("&", "&-")
        if run.isascii() and run.isprintable()
        else "&" + run.encode("utf-7").decode("ascii").strip("+-").replace("/", ",") + "-"
        for run in runs
    )
    return "".join(written).replace("\\", "\\\\").replace('"', '\\"')


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """Turn imaplib's failures into ours."""
    try:
        yield
    except (imaplib.IMAP4.error, OSError) as error:
        detail = error.args[0] if error.args else error
        said = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(error)
        raise FetchError(
            name,
            "the mailbox cannot be read: {detail}",
            permanent=False,
            hint="check host, user, folder and password file; the server must speak TLS with a valid certificate",
            detail=said,
        ) from error


def _unreadable(path: Path, error: OSError) -> FetchError:
    return FetchError(
        str(path),
        "cannot be read: {detail}",
        permanent=True,
        hint="check the name and who may read it",
        detail=error.strerror or error,
    )
