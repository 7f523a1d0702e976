"""The VERS type `lexicographic`: any text, in the order of its bytes in UTF-8."""

from feedbot.errors import VersionError


def key(version: str) -> bytes:
    """Return the order-preserving key. Raises VersionError for an empty text, and for one that holds a NUL."""
    if not version or "\0" in version:
        raise VersionError(version, "not a version number")
    return version.encode() + b"\0"
