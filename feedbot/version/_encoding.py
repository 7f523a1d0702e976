"""The building blocks of keys: each encodes one value so that plain byte comparison keeps its order.

Every block says by itself where it ends, so what follows it in a key never decides before it does.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from feedbot.errors import VersionError

MAX_DIGITS = 255
"""One byte holds the length. Dates and hashes written as numbers have at most 40 digits."""


Fragment = TypeVar("Fragment", bound=Hashable)
_REMEMBERED = 1 << 16


class Encoded(dict[Fragment, bytes], Generic[Fragment]):
    """Fragments of versions as bytes, each encoded once: a fleet's versions are made of few fragments.

    What comes from outside must not fill the memory, so the table starts anew at 65,536 fragments.
    """

    def __init__(self, encode: Callable[[Fragment], bytes]) -> None:
        super().__init__()
        self._encode = encode

    def __missing__(self, fragment: Fragment) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        made = self[fragment] = self._encode(fragment)
        return made


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
