"""What is known of keys, and what follows from it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_RSA = frozenset({1, 3})
_ECC = frozenset({19, 22, 27})
_MIN_RSA, _MIN_ECC = 2048, 255
"""Ed25519 counts 255 or 256 bits, as the program that counts sees it; P-256 has 256."""

WARN = timedelta(days=60)
ALARM = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Key:
    """A primary key or subkey. Fingerprints are 40 upper-case hex digits; a primary key's are the same. `algorithm` is
    the number of RFC 9580, 9.1. `expires` is what the newest self-signature says, None for never."""

    fingerprint: str
    primary: str
    created: datetime
    expires: datetime | None
    revoked: bool
    algorithm: int
    bits: int
    user_id: str = ""

    @property
    def is_primary(self) -> bool:
        """True for a primary key."""
        return self.fingerprint == self.primary

    @property
    def weak(self) -> bool:
        """True below RSA 2048, and for what is neither RSA nor a curve of 255 bits and more."""
        if self.algorithm in _RSA:
            return self.bits < _MIN_RSA
        return self.algorithm not in _ECC or self.bits < _MIN_ECC


class Urgency(StrEnum):
    """How near a key's end is."""

    WARN = "warn"
    ALARM = "alarm"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Expiry:
    """A key whose end is near, or past."""

    key: Key
    expires: datetime
    urgency: Urgency


def ends(key: Key, keys: Iterable[Key]) -> datetime | None:
    """Return when a key stops being good: its own end or its primary's, whichever comes first."""
    found = [other.expires for other in keys if other.fingerprint in (key.fingerprint, key.primary) and other.expires]
    return min(found, default=None)


def expiring(keys: Iterable[Key], now: datetime) -> tuple[Expiry, ...]:
    """List the keys that end within 60 days (WARN), within 14 (ALARM), or have ended, the soonest first."""
    found = []
    for key in keys:
        if key.expires is None or key.revoked or key.expires - now > WARN:
            continue
        left = key.expires - now
        urgency = Urgency.EXPIRED if left <= timedelta(0) else Urgency.ALARM if left <= ALARM else Urgency.WARN
        found.append(Expiry(key, key.expires, urgency))
    return tuple(sorted(found, key=lambda expiry: (expiry.expires, expiry.key.fingerprint)))
