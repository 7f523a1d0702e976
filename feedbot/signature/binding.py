"""Bind a signed text to the matter it speaks of: is it newer than what was seen, or an old one shown again? Pure.

A signature proves who wrote a text, not that it is the current one: whoever controls the way between can hold back a
revision, show an old one again (rollback), or show two texts as one revision (equivocation).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

_COUNT = re.compile(r"[0-9]+(?:\.[0-9]+)*")


class Standing(StrEnum):
    """What a text is, beside the highest revision seen."""

    NEWER = "newer"
    """The current text from now on."""
    DUPLICATE = "duplicate"
    """The text we have: ignore."""
    ROLLBACK = "rollback"
    """Its date or its revision is lower than one seen: ignore, and say so in the audit."""
    EQUIVOCATION = "equivocation"
    """The same revision with another text: hold for a person."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """One signed text of an advisory: its number, the revision and date inside the text, the digest of the text."""

    number: str
    revision: str
    updated: datetime | None
    text_sha256: str


def standing(new: Stamp, highest: Stamp | None) -> Standing:
    """Compare a text with the highest one seen of the same number.

    Revisions of different kinds (a count here, a date there) say nothing about each other, nor does a date that is
    missing; where nothing can be said, another text is an equivocation. Raises ValueError for another number.
    """
    if highest is None:
        return Standing.NEWER
    if new.number != highest.number:
        raise ValueError(f"{new.number} is not a revision of {highest.number}")
    if new.text_sha256 == highest.text_sha256:
        return Standing.DUPLICATE
    signs = {_revisions(new.revision, highest.revision), _dates(new.updated, highest.updated)}
    if -1 in signs:
        return Standing.ROLLBACK
    return Standing.NEWER if 1 in signs else Standing.EQUIVOCATION


def _revisions(new: str, old: str) -> int:
    """Return -1, 0 or 1 as `new` is lower, the same or not comparable, or higher."""
    if _COUNT.fullmatch(new) and _COUNT.fullmatch(old):
        return (_count(new) > _count(old)) - (_count(new) < _count(old))
    try:
        days = (date.fromisoformat(new) - date.fromisoformat(old)).days
    except ValueError:
        return 0
    return (days > 0) - (days < 0)


def _dates(new: datetime | None, old: datetime | None) -> int:
    return (new > old) - (new < old) if new and old else 0


def _count(revision: str) -> tuple[int, ...]:
    """Read a dotted count; 1.0 is the same revision as 1."""
    parts = [int(part) for part in revision.split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
