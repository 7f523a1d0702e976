"""Versions that are dates: 2026-11-24, 20261124, 2026/11/24, 2019.1, 2024b, 2026-11-24.2.

A whole day, which a running number may follow; or a year with its month or running number; or a year. `-`, `.` and `/`
say the same. A letter behind the year is the year's running letter, as tzdata counts: 2024 < 2024a < 2024b. What says
less comes first: 2019 < 2019a < 2019.1 < 2019.1.1. Moments are the scheme datetime.
"""

import re
from datetime import date

from feedbot.errors import VersionError
from feedbot.version._encoding import number, word

_YEAR = r"(?P<year>(?:19|20|21)[0-9]{2})"
_WRITTEN = (
    rf"{_YEAR}(?P<gap>[-./])(?P<month>[0-9]{{1,2}})(?P=gap)(?P<day>[0-9]{{1,2}})(?:[-./](?P<n>[0-9]+))?",
    rf"{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})(?:[-./]?(?P<n>[0-9]+))?",
    rf"{_YEAR}[-./](?P<n>[0-9]+)",
    rf"{_YEAR}(?P<letter>[a-z]?)",
)
_PATTERNS = tuple(re.compile(pattern, re.ASCII) for pattern in _WRITTEN)
_END, _LETTER, _NUMBER = (bytes([n]) for n in range(1, 4))


def key(version: str) -> bytes:
    """Return the order-preserving key. Raises VersionError for what is neither a day of the calendar between 1900 and
    2199 nor a year with a running number."""
    found = next((match.groupdict() for match in (p.fullmatch(version) for p in _PATTERNS) if match), None)
    if found is None or not _is_day(found):
        raise VersionError(version, "not a date", hint="expected 2026-11-24, 20261124, 2026.1 or 2026b")
    numbers = b"".join(_NUMBER + number(found[part], version) for part in ("month", "day", "n") if found.get(part))
    letter = found.get("letter")
    return found["year"].encode("ascii") + (_LETTER + word(letter) if letter else numbers) + _END


def _is_day(found: dict[str, str]) -> bool:
    try:
        return "day" not in found or bool(date(int(found["year"]), int(found["month"]), int(found["day"])))
    except ValueError:
        return False
