"""Semantic versions, in the order of Semantic Versioning 2.0.0, section 11."""

import re

from feedbot.errors import VersionError
from feedbot.version._semver import precedence

NAMES = (
    "go", "golang", "crates.io", "cargo", "hex", "swifturl", "swift", "github actions", "kubernetes", "vscode",
)  # fmt: skip
"""Not Dart's pub and Julia, where build metadata counts, and not NuGet, whose versions may have four numbers."""
_VERSION = re.compile(
    r"v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-(?P<pre>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


def key(version: str) -> bytes:
    """Return the order-preserving key. Build metadata does not count, so versions that differ only there are equal.

    Raises VersionError for what the specification does not allow; a leading `v` is let pass, as in tags.
    """
    match = _VERSION.fullmatch(version)
    identifiers = match["pre"].split(".") if match and match["pre"] else []
    if match is None or any(part.isdigit() and part[0] == "0" and part != "0" for part in identifiers):
        raise VersionError(version, "not a semantic version", hint="expected MAJOR.MINOR.PATCH[-PRERELEASE][+BUILD]")
    return precedence(match.groups()[:3], identifiers, version)
