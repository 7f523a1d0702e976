"""The VERS type `lexicographic`: any text, in the order of its bytes in UTF-8."""

from feedbot.errors import VersionError


def key(version: str) -> bytes:
    """Return the order-preserving key.

    Raises VersionError for an empty text, and for one that holds a NUL or half a character.
    """
    try:
        coded = version.encode()
    except UnicodeEncodeError:
        coded = b""
    if not coded or b"\0" in coded:
        raise VersionError(ascii(version), "not a version number")
    return coded + b"\0"
