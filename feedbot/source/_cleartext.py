"""Clear-signed advisories in plain text: a block of fields on top (`Topic:  …`, folded below itself), headed parts
below. Only what the judge hands on is read: nothing outside a signed block counts."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from feedbot.advisory import Advisory, Quarantined, Section, Signature, Verdict
from feedbot.errors import SourceError
from feedbot.fetch import Document
from feedbot.reading import sections
from feedbot.signature import UnsignedText, VerifiedText
from feedbot.source._member import Judge

_FIELD = re.compile(r"(?P<name>[^\s:=-][^:\t=]{0,23}?)[ \t]*:(?P<value>[ \t].*|)")

_LARGEST = 2 * 2**20
"""Bytes. What is signed has one MiB at most; 16 MiB of ISO-2022-JP took seven seconds and 500 MiB."""


def read(
    document: Document, judge: Judge, advisory: Callable[[Document, VerifiedText | UnsignedText, str], Advisory]
) -> Iterator[Advisory | Quarantined]:
    """Yield what `advisory(document, judged, words)` makes of a document. Raises SourceError where it is empty."""
    if not document.body.strip():
        raise SourceError(document.url, "empty", hint="the server gave no content; try again later")
    if len(document.body) > _LARGEST:
        raise SourceError(document.url, "it is larger than {limit} bytes", limit=_LARGEST)
    judged = judge(document.body, None)
    words = judged.text.replace("\r\n", "\n").replace("\0", "\ufffd")
    try:
        yield advisory(document, judged, words)
    except SourceError as error:
        yield Quarantined(document.url, error, document.body)


def fields(text: str) -> dict[str, tuple[str, ...]]:
    """Return the fields of a block: name → its lines. A line set in goes on with the field above it, even
    below an empty line: notes on a field are set off like that."""
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.split("\n"):
        match = _FIELD.fullmatch(line)
        if match:
            lines = found.setdefault(match["name"], [])
            lines.append(match["value"].strip())
        elif line[:1] in (" ", "\t") and line.strip() and lines is not None:
            lines.append(line.strip())
        elif line.strip():
            lines = None
    return {name: tuple(filter(None, lines)) for name, lines in found.items()}


def parts(words: str) -> tuple[str, tuple[Section, ...]]:
    """Return what stands above the first heading, and the headed parts. A rule inside a part (of a table) ends none."""
    top: list[str] = []
    headed: list[Section] = []
    for part in sections.split(words):
        if part.heading:
            headed.append(part)
        elif headed:
            headed[-1] = Section(headed[-1].heading, f"{headed[-1].text}\n\n{part.text}")
        else:
            top.append(part.text)
    return "\n\n".join(top), tuple(headed)


def latest(signature: Signature, *days: datetime | None) -> datetime | None:
    """Return the last of the days that a text names, and of its signature's time where that holds.

    Publishers sign corrected texts anew and leave every date in them as it was (four texts of FreeBSD-SA-19:07 have one
    date), or mistype one: the signature's time is what tells which is newer.
    """
    signed = signature.signed_at if signature.verdict in (Verdict.VERIFIED, Verdict.EXPIRED_KEY) else None
    return max((day for day in (*days, signed) if day is not None), default=None)


def promised(document: Document, number: str, pattern: re.Pattern[str]) -> None:
    """Hold a live address to its number: an old text signed for another number may not stand under this one.

    Raises SourceError where the address names one (`pattern`, group 1) that does not begin with the text's own.
    """
    found = pattern.search(document.url) if document.transport in ("https", "http") else None
    if found and not found[1].lower().startswith(number.lower()):
        raise SourceError(
            document.url,
            "the number is {number}, its address promises {promised}",
            number=number,
            promised=found[1],
        )
