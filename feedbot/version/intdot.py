"""The VERS type `intdot`: numbers between dots, of which 1.10 is more than 1.2 and 1.2.0 no more than 1.2.

What follows the first character that is neither digit nor dot does not count (1.2rc1 = 1.2), as the type says; where a
project counts it, its versions are of the scheme generic.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number

_VERSION = re.compile(r"(?P<numbers>[0-9]+(?:\.[0-9]+)*).*", re.ASCII)
_END, _MORE = b"\1", b"\2"


def key(version: str) -> bytes:
    """Return the order-preserving key. Raises VersionError where no number stands first."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise VersionError(version, "not a version number")
    numbers = match["numbers"].split(".")
    while len(numbers) > 1 and not numbers[-1].strip("0"):
        numbers.pop()
    return b"".join(_MORE + number(one, version) for one in numbers) + _END
