"""Versions of nginx: dotted numbers, the second even for stable and odd for mainline (nginx.org/en/download).

`nginx/1.28.0`, as the program and the header say it, is 1.28.0. Releases of NGINX Plus (R33 P2) count on their own and
stand in no order with these.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number

_VERSION = re.compile(r"(?:nginx/)?(?P<numbers>[0-9]+\.[0-9]+(?:\.[0-9]+)?)", re.ASCII | re.IGNORECASE)


def key(version: str) -> bytes:
    """Return the order-preserving key; 1.28 is 1.28.0. Raises VersionError for anything but two or three numbers."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise VersionError(version, "not a version of nginx", hint="expected 1.28.0")
    return b"".join(number(one, version) for one in (*match["numbers"].split("."), "0")[:3])
