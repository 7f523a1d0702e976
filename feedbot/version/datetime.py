"""Moments as versions: RFC 3339, section 5.6, as the VERS type `datetime` writes them, with a large T and Z.

Two moments with different offsets are compared as moments; fractions of a second of any length count.
"""

import re
from datetime import UTC, datetime, timedelta

from feedbot.errors import VersionError

_VERSION = re.compile(
    r"(?P<whole>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:)(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]+))?"
    r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_SECONDS = 5
"""Bytes that hold the seconds from the year 0 to 9999."""


def key(version: str) -> bytes:
    """Return the order-preserving key: seconds, then the fraction. A leap second (:60) is the one after :59.

    Raises VersionError for what RFC 3339 does not allow, and for a moment without its offset.
    """
    match = _VERSION.fullmatch(version)
    try:
        if match is None or int(match["second"]) > 60:
            raise ValueError(version)
        whole = datetime.fromisoformat(f"{match['whole']}00{match['offset']}")
        elapsed = whole - _FIRST + timedelta(days=1, seconds=int(match["second"]))
    except ValueError:
        raise VersionError(version, "not a moment (RFC 3339)", hint="expected 2026-11-24T09:00:00+09:00") from None
    seconds = elapsed // timedelta(seconds=1)
    return seconds.to_bytes(_SECONDS, "big") + (match["fraction"] or "").rstrip("0").encode("ascii") + b"\0"
