"""Mail into a Maildir (cr.yp.to/proto/maildir.html): for the demo, for shadow mode, for a mailbox on this machine."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from feedbot.delivery._channel import Answer, MailChannel, Outcome
from feedbot.delivery._disk import sync, write
from feedbot.delivery._model import Outgoing

TITLE = "Maildir"
TAKES = "mail"


@dataclass(frozen=True, slots=True)
class Settings:
    """`directory` is the Maildir; it is made where it is missing."""

    directory: Path


def open_channel(settings: Settings) -> MailChannel:
    """Return a way into the Maildir."""
    return _Maildir(settings.directory)


class _Maildir:
    """Delivery by the book: written and synced in tmp/, then renamed into new/.

    The name comes of the outbox key, so that a second try of the same message replaces the first: never UNCERTAIN.
    Lines end in LF, as files do.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def send(self, outgoing: Outgoing) -> Answer:
        """Deliver one message; a disk that refuses is no verdict on it."""
        name = f"{sha256(outgoing.key.encode()).hexdigest()[:32]}.feedbot"
        written, delivered = self._directory / "tmp" / name, self._directory / "new" / name
        try:
            for folder in ("tmp", "new", "cur"):
                (self._directory / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            write(written, outgoing.content.replace(b"\r\n", b"\n"))
            written.replace(delivered)
            sync(delivered.parent)
        except OSError as error:
            return Answer(Outcome.NO_SESSION, 0, f"{self._directory.name}: {error.strerror}")
        return Answer(Outcome.ACCEPTED, 0, f"{self._directory.name}/new/{name}")

    def close(self) -> None:
        """Nothing is held."""
