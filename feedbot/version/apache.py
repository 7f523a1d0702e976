"""Versions of the Apache Software Foundation's projects: HTTP Server, Tomcat, Struts, Log4j, Solr ….

Dotted numbers, then what comes before the release, in this order: `dev` (httpd's name for what is not released),
`alpha`, `beta`, milestone (`M1`, Tomcat), `RC1`, with `.`, `-`, `_` or nothing before them and before their number.
`-incubating` says where the project stands, not which version it is. Case does not count, 2.4 is 2.4.0.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number

_VERSION = re.compile(
    r"(?:Apache/)?(?P<numbers>[0-9]+(?:\.[0-9]+)*)"
    r"(?:[ ._-]?(?P<phase>dev|alpha|a|beta|b|milestone|m|rc)[ ._-]?(?P<n>[0-9]*))?(?:-incubating)?",
    re.ASCII | re.IGNORECASE,
)
_PHASES = {"dev": 1, "alpha": 2, "a": 2, "beta": 3, "b": 3, "milestone": 4, "m": 4, "rc": 5}
_RELEASE, _MORE = 6, 7


def key(version: str) -> bytes:
    """Return the order-preserving key. Raises VersionError for what the projects do not write, such as 2.4.62a."""
    match = _VERSION.fullmatch(version)
    if match is None or ((match["phase"] or "").lower() in ("a", "b", "m") and not match["n"]):
        raise VersionError(version, "not a version of an Apache project", hint="expected 2.4.62 or 9.0.0-M1")
    numbers = match["numbers"].split(".")
    while len(numbers) > 1 and not numbers[-1].strip("0"):
        numbers.pop()
    release = b"".join(bytes([_MORE]) + number(one, version) for one in numbers)
    if not match["phase"]:
        return release + bytes([_RELEASE])
    return release + bytes([_PHASES[match["phase"].lower()]]) + number(match["n"], version)
