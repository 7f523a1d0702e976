"""Who did what, as a chain in which each entry seals the one before it (I7).

The chain alone cannot show that its end was cut off: keep the last hash elsewhere too and give it to `verify`.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from feedbot.errors import ReviewError
from feedbot.review._model import AuditEntry

BEGINNING = "0" * 64
"""What the first entry has before it."""


def link(previous: AuditEntry | None, at: datetime, actor: str, verb: str, subject: str, detail: str) -> AuditEntry:
    """Return the entry that follows `previous` (None: the first). `at` must know its zone; it is kept in UTC."""
    if at.tzinfo is None:
        raise ReviewError(subject, "a time without a zone cannot be sealed")
    entry = AuditEntry(
        sequence=previous.sequence + 1 if previous else 1,
        at=at.astimezone(UTC),
        actor=actor,
        verb=verb,
        subject=subject,
        detail=detail,
        previous=previous.hash if previous else BEGINNING,
        hash="",
    )
    return replace(entry, hash=_seal(entry))


def verify(entries: Iterable[AuditEntry], head: str = "") -> None:
    """Walk the chain from its beginning; raises ReviewError naming the first sequence that does not hold.

    `head` is the last hash as it was noted elsewhere; empty: not compared.
    """
    sequence, previous = 0, BEGINNING
    for entry in entries:
        sequence += 1
        if (entry.sequence, entry.previous, entry.hash) != (sequence, previous, _seal(entry)):
            raise _broken(sequence)
        previous = entry.hash
    if head and head != previous:
        raise _broken(sequence + 1)


def _broken(sequence: int) -> ReviewError:
    return ReviewError(
        "audit",
        "the chain does not hold at entry {sequence}",
        hint="an entry was changed, removed or moved outside feedbot; compare with a backup",
        sequence=sequence,
    )


def _seal(entry: AuditEntry) -> str:
    """Hash everything but the hash: a JSON array in the order of the fields, the time in UTC to the microsecond."""
    content = [
        entry.sequence,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.verb,
        entry.subject,
        entry.detail,
        entry.previous,
    ]
    return sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
