"""The building blocks of keys: each encodes one value so that plain byte comparison keeps its order.

Every block says by itself where it ends, so what follows it in a key never decides before it does.
"""

from feedbot.errors import VersionError

MAX_DIGITS = 255
"""One byte holds the length. Dates and hashes written as numbers have at most 40 digits."""


def number(digits: str, version: str) -> bytes:
    """Encode a decimal number of any size: its length without leading zeros, then its digits.

    Raises VersionError, naming `version`, for more than 255 digits.
    """
    digits = digits.lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise VersionError(version[:40] + "…", "a number in the version has more than {limit} digits", limit=MAX_DIGITS)
    return bytes([len(digits)]) + digits.encode("ascii")


def word(text: str) -> bytes:
    """Encode ASCII text without NUL: shorter sorts before longer, as strcmp does."""
    return text.encode("ascii") + b"\0"
