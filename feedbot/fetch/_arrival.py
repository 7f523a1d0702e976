"""What is not asked for but arrives: mails and files, one by one."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from feedbot.errors import FetchError
from feedbot.fetch._document import Document


@dataclass(frozen=True, slots=True)
class Arrival:
    """One mail or file. `place` names it within its inbox for as long as it lies there, and never another; `content`
    is its Document, or why it cannot be had; `at` when it was written, where that is known."""

    place: str
    content: Document | FetchError
    at: datetime | None = None


class Inbox(Protocol):
    """Where documents arrive. `keeps`: what was read stays where it is, so that its place must be remembered."""

    @property
    def keeps(self) -> bool:
        """Tell whether what was read stays."""

    def arrivals(self, seen: Collection[str], now: datetime, limit: int, stop: Callable[[], bool]) -> Iterator[Arrival]:
        """Yield what is there, but for the places in `seen`; of each at most `limit` bytes.

        Raises FetchError where the inbox as a whole cannot be looked into.
        """

    def settle(self, arrival: Arrival, *, read: bool) -> None:
        """Put away what is stored durably now; `read` says whether it was understood. Raises FetchError."""


def printable(name: str) -> str:
    """Write a file's name so that it can be stored and shown. One that is no UTF-8 gets \\xNN for such bytes and a part
    of its digest, so that two names never become one."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return f"{raw.decode('utf-8', 'backslashreplace')}~{sha256(raw).hexdigest()[:16]}"
