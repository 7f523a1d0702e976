"""Fold text for mail: 36 full-width columns, line-breaking rules kept (禁則), nothing that a reader copies ever broken.

Breaks are those of Unicode's line breaking algorithm (UAX #14), less the ones inside a protected piece: an address, a
run of ASCII letters and digits (versions, file names, commands), a name with the version behind it, a number with its
counter, a date, and the names the caller gives.
"""

import re
from functools import lru_cache
from unicodedata import combining, east_asian_width

from uniseg.linebreak import line_break_boundaries  # type: ignore[import-untyped]  # uniseg ships no types

COLUMNS = 72
"""36 full-width characters; one counts two columns."""

WHOLE = r"(?:[A-Za-z]+ )?(?<![A-Za-z0-9_.])[0-9]+(?:台|件|名|社|通|版|回|分|時間)|注意喚起"
"""A number and its counter, with the Latin word before it (VPS 2台), and the word that names such notices."""

_PROTECTED = re.compile(
    r"https?://[!-~]+"  # an address
    r"|\d{4}年\d{1,2}月\d{1,2}日(?:\([月火水木金土日]\))?"
    rf"|{WHOLE}"
    r"|[!-~]+ v?[0-9][!-~]*"  # a name and its version: ntpd 4.2.7p26, Debian 12
    r"|[!-~]+"
)


def width(text: str) -> int:
    """Return the columns `text` takes: 2 for wide, full-width and ambiguous characters, 0 for combining marks."""
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WFA" else 1 for one in text)


@lru_cache(maxsize=8192)
def fold(line: str, columns: int = COLUMNS, keep: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the pieces of one line, each at most `columns` wide without its trailing blanks.

    The pieces joined give the line back. A piece is wider only where nothing in it may be broken. Cached, since
    uniseg reads about 11,000 characters a second and the paragraphs of a notice are the same in every mail.
    """
    if width(line) <= columns:
        return (line,)
    pieces: list[str] = []
    start = fits = 0
    for end in _breaks(line, keep):
        if fits > start and width(line[start:end].rstrip()) > columns:
            pieces.append(line[start:fits])
            start = fits
        fits = end
    return (*pieces, line[start:])


def _breaks(line: str, keep: tuple[str, ...]) -> list[int]:
    """Return where the line may end, its own end last."""
    names = "|".join(re.escape(name) for name in sorted(keep, key=len, reverse=True) if name)
    barred: set[int] = set()
    for pattern in (_PROTECTED, re.compile(names)) if names else (_PROTECTED,):
        for found in pattern.finditer(line):
            barred.update(range(found.start() + 1, found.end()))
    return [place for place in line_break_boundaries(line) if place and place not in barred]
