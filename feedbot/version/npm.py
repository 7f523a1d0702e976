"""Versions of npm packages, in the order of node-semver: semantic versions, read as loosely as npm reads them.

Allowed beside what the specification allows: blanks, `v` and `=` in front, zeros in front of numbers, and a
pre-release without its hyphen (1.2.3beta). 1 and 1.2 are 1.0.0 and 1.2.0, as in the bounds of npm's ranges.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._semver import precedence

_IDENTIFIER = r"(?:[0-9]*[A-Za-z-][0-9A-Za-z-]*|[0-9]+)"
_VERSION = re.compile(
    r"[v=\s]*(?P<major>[0-9]+)(?:\.(?P<minor>[0-9]+)(?:\.(?P<patch>[0-9]+)"
    rf"(?:-?(?P<pre>{_IDENTIFIER}(?:\.{_IDENTIFIER})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)?)?\s*",
    re.ASCII,
)


def key(version: str) -> bytes:
    """Return the order-preserving key. Build metadata does not count.

    Raises VersionError for what npm does not read: words (`latest`), four numbers, wildcards (`1.x`).
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise VersionError(version, "not a semantic version", hint="expected MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]")
    release = (match["major"], match["minor"] or "", match["patch"] or "")
    return precedence(release, match["pre"].split(".") if match["pre"] else (), version)
