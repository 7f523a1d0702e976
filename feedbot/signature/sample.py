"""A verdict on nothing: for trying how a template speaks of a verified text. No advisory may ever bear it."""

from datetime import datetime

from feedbot.advisory import Signature, Verdict

FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"
"""Nobody's key."""


def made_up(signed_at: datetime) -> Signature:
    """Return the verdict that a good signature of nobody's key would get."""
    return Signature(
        Verdict.VERIFIED,
        transport="https",
        fingerprint=FINGERPRINT,
        primary_fingerprint=FINGERPRINT,
        signed_at=signed_at,
        digest="SHA256",
    )
